package ncci

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
	"claimscrub/scrubber/refdata"
)

// PairModifierUnsupported warns when a modifier says that two services were separate and the documentation shows the same
// region in the same minutes of the same session, or beside spinal manipulation the same region of the same session.
var PairModifierUnsupported = scrubber.Rule{
	ID: "PTP003", Name: "pair-modifier-unsupported",
	Title: "A modifier separates two services that the documentation shows together",
	Why: "A modifier that bypasses an NCCI edit attests separate services. Where the note shows one region in overlapping minutes, a review takes the payment back, " +
		"and a pattern of it is an audit. Spinal manipulation includes other hands-on work on the region manipulated, whenever in the session it was done: " +
		"only another region separates the two.",
	Fix: "remove the modifier and bill the column 1 code alone, or correct regions and times in the note",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Proper use of modifiers 59 and X{EPSU}",
		Section: "separate anatomic sites; separate time intervals; NCCI Policy Manual, chapter 11, chiropractic manipulative treatment: 97112, 97124 and 97140 in another region",
	},
	Since: "0.1.0", Severity: scrubber.Warn, Certainty: scrubber.Inferred,
	Predicts: scrubber.CARC{Code: "236"}, SNIP: 6, Needs: scrubber.PTPTable, Facts: scrubber.Documentation,
	Check: pairModifierUnsupported,
}

func pairModifierUnsupported(c *scrubber.Case, r *scrubber.Report) {
	clashes(c, 1, func(one, two *billed) bool {
		if one.line == nil || two.line == nil || !bypassed(one, two) || one.evaluatesAndManages() || two.evaluatesAndManages() {
			return false
		}
		verdict := together(c, one.line, two.line)
		if verdict == scrubber.FactUnknown {
			r.NotEvaluated(scrubber.DocumentationNotSent, deciding(one.line)+" of "+one.code+" and "+two.code)
		}
		return verdict == scrubber.Yes
	}, func(k *clash) {
		where := " in overlapping minutes"
		if manipulatesSpine(k.one[0]) {
			where = ""
		}
		f := k.finding(c, k.Column2+" is separated from "+k.Column1+" by a modifier, but both were done in the same region"+where)
		f.Pointer = k.two[0].Pointer("modifiers")
		r.Add(f)
	})
	unevaluated(c, r)
}

// together tells whether the documentation shows any service of one line in the same session, region and minutes as one of
// the other; it is unknown where regions, muscles or intervals that would decide it were not sent. Beside spinal manipulation
// the region alone decides.
func together(c *scrubber.Case, one, two *scrubber.Line) scrubber.Fact {
	if !c.Documented || len(one.Services) == 0 || len(two.Services) == 0 {
		return scrubber.FactUnknown
	}
	verdict, manipulated := scrubber.No, manipulatesSpine(one)
	for _, i := range one.Services {
		for _, j := range two.Services {
			a, b := &c.Services[i], &c.Services[j]
			region, minutes := scrubber.No, scrubber.Yes
			if manipulated {
				region = shareRegion(a.Regions.Spinal(), b.Regions)
			} else {
				region, minutes = sharePlace(a, b), shareMinutes(a, b)
			}
			switch {
			case a.Session != b.Session || region == scrubber.No || minutes == scrubber.No:
			case region == scrubber.Yes && minutes == scrubber.Yes:
				return scrubber.Yes
			default:
				verdict = scrubber.FactUnknown
			}
		}
	}
	return verdict
}

func manipulatesSpine(l *scrubber.Line) bool {
	return l.Known == refdata.Present && l.Facts.Is(refdata.CMTSpinal)
}

// deciding names what would tell the services of a line from those of another.
func deciding(one *scrubber.Line) string {
	if manipulatesSpine(one) {
		return "regions"
	}
	return "regions and intervals"
}

// sharePlace compares the muscles of two services that name them, such as needling and injection, else their regions.
func sharePlace(a, b *scrubber.Service) scrubber.Fact {
	if len(a.Muscles) == 0 || len(b.Muscles) == 0 {
		return shareRegion(a.Regions, b.Regions)
	}
	for _, m := range a.Muscles {
		if slices.ContainsFunc(b.Muscles, func(n string) bool { return anatomy.SameMuscle(m, n) }) {
			return scrubber.Yes
		}
	}
	return scrubber.No
}

func shareRegion(a, b anatomy.Set) scrubber.Fact {
	switch {
	case a.Count() == 0 || b.Count() == 0:
		return scrubber.FactUnknown
	case a&b != 0:
		return scrubber.Yes
	}
	return scrubber.No
}

func shareMinutes(a, b *scrubber.Service) scrubber.Fact {
	if len(a.Intervals) == 0 || len(b.Intervals) == 0 {
		return scrubber.FactUnknown
	}
	for _, v := range a.Intervals {
		for _, w := range b.Intervals {
			if max(v.Start, w.Start) < min(v.End, w.End) {
				return scrubber.Yes
			}
		}
	}
	return scrubber.No
}
