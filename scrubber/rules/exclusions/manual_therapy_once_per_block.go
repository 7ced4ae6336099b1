package exclusions

import (
	"slices"
	"strconv"

	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
	"claimscrub/scrubber/units"
)

// ManualTherapyOncePerBlock is EXC006.
var ManualTherapyOncePerBlock = scrubber.Rule{
	ID: "EXC006", Name: "manual-therapy-once-per-block",
	Title: "Manual therapy billed again for another region in the same minutes",
	Why: "97140 is time, 15 minutes in one region or more. Two regions treated in the same minutes are one unit, and no modifier makes them two: " +
		"a patient's minute counts once.",
	Fix: "bill the units that the minutes earn, whatever the number of regions",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub 100-04 chapter 5", Section: "20.2 and 20.3",
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c05.pdf",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "151", RARC: "N362"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation,
	Check: manualTherapyOncePerBlock,
}

func manualTherapyOncePerBlock(c *scrubber.Case, r *scrubber.Report) {
	lines, billed := 0, 0
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Code == manualTherapy {
			lines, billed = lines+1, billed+max(0, l.Units)
		}
	}
	if lines == 0 {
		return
	}
	if !c.Documented {
		if lines > 1 {
			r.NotEvaluated(scrubber.DocumentationNotSent, "97140 stands on several lines: send services with minutes and regions")
		}
		return
	}
	regions, shared := sharedMinutes(c)
	if lines == 1 && shared == 0 {
		return
	}
	earned, known := manualTherapyEarns(c)
	switch {
	case shared > 0 && known:
		if once := onceEarned(c, shared); billed > once {
			r.Add(againFinding(c, billed, once, regions))
		}
		return
	case lines > 1:
		regions = billedTwice(c)
	}
	switch {
	case regions == 0:
	case !known:
		r.NotEvaluated(scrubber.DocumentationNotSent, "97140 stands on several lines: send the minutes of manual therapy")
	case billed > earned:
		r.Add(againFinding(c, billed, earned, regions))
	}
}

// sharedMinutes is the clock minutes that two manual therapy services of different regions both claim, and
// the regions.
func sharedMinutes(c *scrubber.Case) (regions anatomy.Set, minutes int) {
	var day units.Timeline
	sum := 0
	for i := range c.Services {
		s := &c.Services[i]
		if !isManualTherapy(s) || len(s.Intervals) == 0 || s.Regions == 0 {
			continue
		}
		for j := range i {
			if o := &c.Services[j]; isManualTherapy(o) && o.Regions != 0 && o.Regions != s.Regions && s.Overlap(o, nil) > 0 {
				regions |= s.Regions | o.Regions
			}
		}
		sum += s.IntervalMinutes(nil)
		for _, v := range s.Intervals {
			day.Add(units.Interval{Start: v.Start, End: v.End})
		}
	}
	if regions == 0 {
		return 0, 0
	}
	return regions, sum - day.Minutes()
}

func isManualTherapy(s *scrubber.Service) bool {
	return s.Kind == scrubber.ManualTherapy && !s.Needling
}

// onceEarned is the most units that the minutes of manual therapy earn with the shared ones counted once. A
// remainder may earn a unit below 8 minutes where other codes are pooled with it.
func onceEarned(c *scrubber.Case, shared int) int {
	minutes, pooled := -shared, 0
	for i := range c.Services {
		s := &c.Services[i]
		if isManualTherapy(s) {
			minutes += max(0, s.ServiceMinutes())
		} else if c.TimedCode(s) != "" {
			pooled++
		}
	}
	if c.UnitMethod() == scrubber.CMSEightMinute && pooled > 0 {
		return (minutes + 14) / 15
	}
	return units.Aggregate(minutes)
}

// billedTwice is the regions of a service of several regions that two lines of 97140 bill, both the
// assistant's or neither; none when there is no such service.
func billedTwice(c *scrubber.Case) (regions anatomy.Set) {
	for i := range c.Services {
		s := &c.Services[i]
		if !isManualTherapy(s) || s.Regions.Count() < 2 {
			continue
		}
		therapist, assistant := 0, 0
		for j := range c.Lines {
			switch l := &c.Lines[j]; {
			case l.Code != manualTherapy || !takes(l, i):
			case l.Has("CQ", "CO"):
				assistant++
			default:
				therapist++
			}
		}
		if therapist > 1 || assistant > 1 {
			regions |= s.Regions
		}
	}
	return regions
}

func againFinding(c *scrubber.Case, billed, earned int, regions anatomy.Set) scrubber.Finding {
	finding := scrubber.Finding{
		Message: manualTherapy + " billed with " + plural(billed, "unit") + " for " + regions.String() + " in the same minutes, which earn " + strconv.Itoa(earned),
		Billed:  strconv.Itoa(billed), Expected: strconv.Itoa(earned),
	}
	var lines []*scrubber.Line
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Code == manualTherapy {
			lines = append(lines, l)
			finding.Lines = append(finding.Lines, l.Number)
		}
	}
	slices.Sort(finding.Lines)
	slices.SortFunc(lines, func(a, b *scrubber.Line) int { return a.Number - b.Number })
	finding.Pointer = lines[len(lines)-1].Pointer("units")
	switch {
	case len(lines) == 1 && earned > 0:
		finding.Fix = &scrubber.Fix{
			Summary: "bill " + plural(earned, "unit") + "; the charge must follow", Safe: true, Patch: scrubber.Replace(lines[0].Pointer("units"), earned),
		}
	case len(lines) == 2 && lines[0].Units == earned:
		finding.Fix = &scrubber.Fix{Summary: "keep the first line alone", Patch: lines[1].RemoveLine()}
	}
	return finding
}
