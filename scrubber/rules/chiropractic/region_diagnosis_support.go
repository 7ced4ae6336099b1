package chiropractic

import (
	"strconv"

	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

var regionDiagnoses = scrubber.Param{
	Name: "cmt_region_diagnoses", Kind: scrubber.BoolParam,
	Doc: "whether a spinal manipulation code needs diagnoses of as many spinal regions as the code begins with: 1, 3 or 5",
}

// RegionDiagnosisSupport is CMT009.
var RegionDiagnosisSupport = scrubber.Rule{
	ID: "CMT009", Name: "region-diagnosis-support",
	Title: "Fewer spinal regions diagnosed than the manipulation code needs",
	Why: "Some payers deny 98941 with the diagnosis of one region, and want diagnoses of at least three, of five for 98942. The regions are read from M99.01 to M99.05; a diagnosis of " +
		"another kind may name a region as well, and then the finding only warns.",
	Fix: "add the diagnosis of each region treated, or bill the code that the diagnoses support",
	Source: scrubber.Source{
		Authority: "A Medicaid health plan of Minnesota", Title: "Provider manual, chiropractic services",
		URL: "https://www.primewest.org/providers/1096.xml",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "11", RARC: "N115"}, SNIP: 7,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation, Params: []scrubber.Param{regionDiagnoses},
	Check: regionDiagnosisSupport,
}

func regionDiagnosisSupport(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		lo, _, ok := anatomy.CMTBand(l.Code)
		if !ok || !c.Bool(&regionDiagnoses) {
			continue
		}
		regions, others := diagnosed(c)
		n := regions.Count()
		if n >= lo || len(c.Diagnoses) == 0 {
			continue
		}
		f := scrubber.Finding{
			Message: l.Code + " with subluxation diagnoses of " + plural(n) + "; the code begins with " + strconv.Itoa(lo),
			Pointer: "/diagnoses", Lines: []int{l.Number}, Billed: strconv.Itoa(n), Expected: strconv.Itoa(lo) + " or more",
		}
		if others {
			f.Certainty = scrubber.Inferred
		}
		r.Add(f)
	}
}

// diagnosed is the spinal regions that M99.01 to M99.05 name, and whether there are other diagnoses.
func diagnosed(c *scrubber.Case) (regions anatomy.Set, others bool) {
	for _, d := range c.Diagnoses {
		region, ok := anatomy.DiagnosisRegion(d)
		if !ok {
			others = true
			continue
		}
		regions.Add(region)
	}
	return regions.Spinal(), others
}

func plural(n int) string {
	if n == 1 {
		return "1 spinal region"
	}
	return strconv.Itoa(n) + " spinal regions"
}
