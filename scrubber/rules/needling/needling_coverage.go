package needling

import (
	"strings"

	"claimscrub/scrubber"
)

var coverage = scrubber.Param{
	Name: "needling_coverage", Kind: scrubber.TextParam, Text: "unknown", Allowed: []string{"unknown", "low_back_pain", "never"},
	Doc: "what needle insertion without injection is covered for: unknown (nothing is said), low_back_pain (it and acupuncture for chronic low back pain alone, NCD 30.3.3), never",
}

// NeedlingCoverage is NDL003.
var NeedlingCoverage = scrubber.Rule{
	ID: "NDL003", Name: "needling-coverage",
	Title: "Needle insertion or acupuncture billed for what the program does not cover",
	Why: "Medicare covers needling and acupuncture for chronic low back pain alone, since 2020-01-21: 12 visits in 90 days, 8 more on improvement, 20 a year. " +
		"Some plans never cover it. Without a non-covered modifier the denial leaves the patient's liability open.",
	Fix: "agree with the patient on payment and give the notice; bill with GY, with GX beside it for a voluntary notice",
	Source: scrubber.Source{
		Authority: "CMS", Title: "National Coverage Determination 30.3.3, acupuncture for chronic low back pain", Section: "CR 11755: codes 97810-97814, 20560, 20561",
		URL: "https://www.cms.gov/medicare-coverage-database/view/ncd.aspx?NCDId=373",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "50", RARC: "N386"}, SNIP: 7,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Needles, Params: []scrubber.Param{coverage},
	Check: needlingCoverage,
}

func needlingCoverage(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !needling(l.Code) && !acupuncture(l.Code) || l.Has("GY", "GX", "GA", "GZ") {
			continue
		}
		covered := c.Text(&coverage)
		low, spine := lowBackPain(c, l)
		if covered == "unknown" || covered == "low_back_pain" && low || covered == "never" && acupuncture(l.Code) {
			continue
		}
		f := scrubber.Finding{
			Message: l.Code + " is not covered by this payer and stands without GY",
			Pointer: l.Pointer("modifiers"), Lines: []int{l.Number}, Billed: l.Code, Expected: l.Code + "-GY", Fix: notice(c, l),
		}
		if covered == "never" { // the plan's own exclusion, not the national decision
			f.Source = &scrubber.Source{Authority: "payer", Title: "the payer's coverage policy, as the profile names it"}
			f.Denial = &scrubber.CARC{Code: "204"}
		}
		if covered == "low_back_pain" {
			f.Message = l.Code + " is covered for chronic low back pain alone; the line has no such diagnosis and no GY"
			if spine { // the coverage decision's own list of diagnoses is longer than the one at hand
				f.Certainty = scrubber.Inferred
			}
		}
		r.Add(f)
	}
}

// lowBackPain tells whether a diagnosis of the line is low back pain, M54.5, and whether one is of the spine
// at all. A line that points to none of the claim's diagnoses is read with all of them.
func lowBackPain(c *scrubber.Case, l *scrubber.Line) (low, spine bool) {
	pointed := false
	for i, d := range c.Diagnoses {
		if !points(l, i+1) {
			continue
		}
		pointed = true
		low = low || strings.HasPrefix(d, "M545")
		spine = spine || ofTheSpine(d)
	}
	if pointed {
		return low, spine
	}
	for _, d := range c.Diagnoses {
		low = low || strings.HasPrefix(d, "M545")
		spine = spine || ofTheSpine(d)
	}
	return low, spine
}

func points(l *scrubber.Line, diagnosis int) bool {
	for _, p := range l.Pointers {
		if p == diagnosis {
			return true
		}
	}
	return false
}

// ofTheSpine is generous: dorsopathies, deformities and segmental dysfunction, injuries of the trunk, and chronic pain,
// but not what names the head, the neck or the thoracic spine.
func ofTheSpine(d string) bool {
	for _, prefix := range [...]string{"M436", "M50", "M530", "M531", "M542", "M546", "M5481", "M9900", "M9901", "M9902"} {
		if strings.HasPrefix(d, prefix) {
			return false
		}
	}
	for _, prefix := range [...]string{"M4", "M5", "M96", "M99", "S3", "G89"} {
		if strings.HasPrefix(d, prefix) {
			return true
		}
	}
	return false
}

// notice is the fix that says the line is billed for a denial, which is for a human. There is none when the line has no place for it.
func notice(c *scrubber.Case, l *scrubber.Line) *scrubber.Fix {
	add, summary := []string{"GY"}, "add GY to bill it for the denial"
	if c.Notes.ABNOnFile == scrubber.Yes {
		add, summary = []string{"GX", "GY"}, "add GX, the voluntary notice on file, and GY to bill it for the denial"
	}
	if len(l.Modifiers)+len(add) > 4 {
		return nil
	}
	if len(l.Modifiers) == 0 {
		return &scrubber.Fix{Summary: summary, Patch: []scrubber.PatchOp{{Op: "add", Path: l.Pointer("modifiers"), Value: add}}}
	}
	fix := &scrubber.Fix{Summary: summary}
	for _, m := range add {
		fix.Patch = append(fix.Patch, scrubber.PatchOp{Op: "add", Path: l.Pointer("modifiers", "-"), Value: m})
	}
	return fix
}
