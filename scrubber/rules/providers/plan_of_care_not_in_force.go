package providers

import (
	"math"
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/refdata"
)

var planOfCare = scrubber.Param{
	Name: "plan_of_care", Kind: scrubber.BoolParam,
	Doc: "Whether the payer pays therapy only under a certified plan of care in force. Elsewhere a plan that has expired warns.",
}

// Days of Pub. 100-02, chapter 15, 220.1.3: a certification lasts at most 90 from the first treatment under it, and the first one may follow
// within 30.
const (
	certificationDays = 90
	delayDays         = 30
)

// PlanOfCareNotInForce judges therapy lines by the plans of care sent: one of the line's discipline, not expired, certified.
var PlanOfCareNotInForce = scrubber.Rule{
	ID: "PRV004", Name: "plan-of-care-not-in-force",
	Title: "Therapy outside a plan of care in force",
	Why: "Medicare pays outpatient therapy only under a plan of care that a physician or practitioner has certified, for at most 90 days at a time, however far the plan reaches. " +
		"Services after the plan's or the certification's end, or of a discipline without a plan, are denied or taken back on review.",
	Fix:    "have the plan recertified, or enter the plan that covers the date of service",
	Source: benefitManual("220.1.2 plans of care; 220.1.3 certification and recertification; 42 CFR 424.24(c)"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "M135"}, SNIP: 6, Needs: scrubber.CodeTable, Facts: scrubber.Documentation,
	Params: []scrubber.Param{planOfCare},
	Check:  planOfCareNotInForce,
}

func planOfCareNotInForce(c *scrubber.Case, r *scrubber.Report) {
	required := c.Bool(&planOfCare)
	treated := disciplinesTreated(c)
	for i, discipline := range disciplines {
		if !treated[i] {
			continue
		}
		if len(c.Plans) == 0 {
			if required {
				r.NotEvaluated(scrubber.FactNotSent, "plans_of_care")
			}
			continue
		}
		plan, at := latest(c, discipline, required)
		f, certified := judgePlan(c, plan, discipline, required)
		if !certified {
			r.NotEvaluated(scrubber.FactNotSent, "certified_on of the plan of discipline "+discipline)
		}
		if f.Message == "" {
			continue
		}
		f.Pointer = pointerTo(plan, at)
		f.Lines = numbers(c, func(l *scrubber.Line) bool { return treats(c, l, discipline) })
		r.Add(f)
	}
}

// judgePlan is what is said of the discipline's plan, nil for none; without a message it is in force. Certified is false where that rests on a
// certification that was not sent.
func judgePlan(c *scrubber.Case, plan *scrubber.PlanOfCare, discipline string, required bool) (f scrubber.Finding, certified bool) {
	switch ends, capped := end(c, plan, required); {
	case plan == nil && required:
		f.Message = "therapy of discipline " + discipline + " without a plan of care of it"
	case plan == nil:
	case ends.IsZero() || c.ServiceDate <= ends:
		if !plan.CertifiedOn.IsZero() || !required {
			return f, true
		}
		if c.InitialTreatment.IsZero() || c.ServiceDate-c.InitialTreatment <= delayDays {
			return f, false
		}
		f.Severity = scrubber.Warn
		f.Message = "plan of care of discipline " + discipline + " is not certified more than 30 days after the first treatment"
	case capped && (plan.ExpiresOn.IsZero() || c.ServiceDate <= plan.ExpiresOn):
		f.Message = "plan of care of discipline " + discipline + ", certified on " + plan.CertifiedOn.String() + ", is certified for at most 90 days, until " + ends.String()
		if c.InitialTreatment.IsZero() || plan.CertifiedOn-c.InitialTreatment > delayDays {
			f.Severity = scrubber.Warn // treatment under the plan may have begun later: a recertification is signed before the days it is for
			f.Message += ", or 90 days from the first treatment under it"
		}
	default:
		f.Message = "plan of care of discipline " + discipline + " ended on " + plan.ExpiresOn.String()
		if !required {
			f.Severity = scrubber.Warn
		}
	}
	return f, true
}

func pointerTo(plan *scrubber.PlanOfCare, at int) string {
	if plan == nil {
		return "/plans_of_care"
	}
	return scrubber.Pointer("plans_of_care", at)
}

// treats tells whether the line is therapy of the discipline beyond its evaluation, which comes before the plan.
func treats(c *scrubber.Case, l *scrubber.Line, discipline string) bool {
	return therapy(l) && !evaluates(l) && disciplineOf(c, l) == discipline
}

// disciplines are those that have plans of care.
var disciplines = [...]string{"PT", "OT", "SLP"} //nolint:gochecknoglobals // a constant in all but name

// disciplinesTreated tells of each discipline whether any line treats by it.
func disciplinesTreated(c *scrubber.Case) (treated [len(disciplines)]bool) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !therapy(l) || evaluates(l) {
			continue
		}
		d := disciplineOf(c, l)
		for j := range disciplines {
			treated[j] = treated[j] || disciplines[j] == d
		}
	}
	return treated
}

// disciplineOf is the line's discipline by its code, where one discipline alone bills it, else by its modifier, else by who rendered it.
func disciplineOf(c *scrubber.Case, l *scrubber.Line) string {
	if l.Known == refdata.Present && l.Facts.Discipline != refdata.NoDiscipline {
		return l.Facts.Discipline.String() // a modifier that contradicts it is said of the modifier
	}
	if d := l.LineDiscipline(); d != "" {
		return d
	}
	switch c.RenderedBy(l).Credential {
	case "PT", "PTA":
		return "PT"
	case "OT", "OTA":
		return "OT"
	case "SLP":
		return "SLP"
	}
	return ""
}

// latest is the discipline's plan that speaks most for the claim, whatever the order of plans.
func latest(c *scrubber.Case, discipline string, required bool) (plan *scrubber.PlanOfCare, at int) {
	var most [4]civil.Date
	for i := range c.Plans {
		p := &c.Plans[i]
		if p.Discipline != discipline {
			continue
		}
		if s := standing(c, p, required); plan == nil || slices.Compare(s[:], most[:]) > 0 {
			plan, at, most = p, i, s
		}
	}
	return plan, at
}

// standing orders plans: the one that covers the day before one that does not or that is not certified yet, then the one that ends last, as it
// counts and as it was sent, then the one certified last. One without an end ends last of all.
func standing(c *scrubber.Case, p *scrubber.PlanOfCare, required bool) (s [4]civil.Date) {
	open := func(d civil.Date) civil.Date {
		if d.IsZero() {
			return math.MaxInt32
		}
		return d
	}
	ends, _ := end(c, p, required)
	if open(ends) >= c.ServiceDate && !(required && p.CertifiedOn.IsZero()) {
		s[0] = 1
	}
	s[1], s[2], s[3] = open(ends), open(p.ExpiresOn), p.CertifiedOn
	return s
}

// end is the last day on which the plan is in force: as sent, and where a certification is required at most 90 days from it, or from a
// first treatment after it; none when neither was sent. Capped tells that the certification ends it.
func end(c *scrubber.Case, p *scrubber.PlanOfCare, required bool) (last civil.Date, capped bool) {
	if p == nil {
		return 0, false
	}
	if !required || p.CertifiedOn.IsZero() {
		return p.ExpiresOn, false
	}
	certified := max(p.CertifiedOn, c.InitialTreatment) + certificationDays
	if p.ExpiresOn.IsZero() || certified < p.ExpiresOn {
		return certified, true
	}
	return p.ExpiresOn, false
}
