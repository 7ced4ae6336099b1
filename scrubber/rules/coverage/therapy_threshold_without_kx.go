package coverage

import (
	"fmt"

	"claimscrub/scrubber"
)

// TherapyThresholdWithoutKX is COV001.
var TherapyThresholdWithoutKX = scrubber.Rule{
	ID: "COV001", Name: "therapy-threshold-without-kx",
	Title: "Therapy above the year's threshold without KX",
	Why: "Medicare counts what it allows for therapy in a year, physical therapy and speech-language pathology together and occupational therapy by itself. " +
		"Above the year's amount a line is denied unless KX attests that it is medically necessary and documented so. " +
		"The amount used is only known as of the last claims processed, so that a claim which may cross it warns.",
	Fix:    "add KX if the service is medically necessary and the note says so; else give the patient a notice and bill GA",
	Source: manual("10.3; thresholds of 2023 to 2026 by Noridian, NGS and the CMS therapy page"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "119", RARC: "N640"}, SNIP: 7,
	Needs: scrubber.CodeTable, Facts: scrubber.Documentation, Params: []scrubber.Param{therapyThresholds},
	Check: thresholdWithoutKX,
}

func thresholdWithoutKX(c *scrubber.Case, r *scrubber.Report) {
	if !c.Bool(&therapyThresholds) {
		return
	}
	year, _, _ := c.ServiceDate.Civil()
	limit, known := threshold(year)
	sums := buckets(c)
	for i := range sums {
		b := &sums[i]
		if b.count == 0 || known && b.used != scrubber.NotSent && b.used+b.charged <= limit {
			continue
		}
		bare := b.lines(c, func(l *scrubber.Line) bool { return !l.Has("KX", "GA", "GZ", "GX") })
		switch {
		case len(bare) == 0:
			continue
		case !known:
			r.NotEvaluated(scrubber.NoEdition, fmt.Sprintf("the therapy threshold of %d is not known to this version", year))
			continue
		case b.used == scrubber.NotSent:
			r.NotEvaluated(scrubber.FactNotSent, usedDetail)
			continue
		}
		f := scrubber.Finding{
			Pointer: place(bare[0]), Lines: numbers(bare), Billed: "no KX", Expected: "KX",
			Message: fmt.Sprintf("%s of %s used in %d, above the threshold of %s, and no KX", dollars(b.used), b.name, year, dollars(limit)),
			Fix:     attest(bare),
		}
		if b.used <= limit {
			f.Severity, f.Expected, f.Fix = scrubber.Warn, "", nil
			f.Message = fmt.Sprintf("%s of %s used in %d, and charges of %s may cross the threshold of %s", dollars(b.used), b.name, year, dollars(b.charged), dollars(limit))
		}
		r.Add(f)
	}
}

// attest is the fix that adds KX: it attests medical necessity, and so is never safe.
func attest(lines []*scrubber.Line) *scrubber.Fix {
	f := &scrubber.Fix{Summary: "add KX, if the services are medically necessary"}
	for _, l := range lines {
		op := scrubber.PatchOp{Op: "add", Path: l.Pointer("modifiers", "-"), Value: "KX"}
		if l.Modifiers == nil {
			op = scrubber.PatchOp{Op: "add", Path: l.Pointer("modifiers"), Value: []string{"KX"}}
		}
		f.Patch = append(f.Patch, op)
	}
	return f
}
