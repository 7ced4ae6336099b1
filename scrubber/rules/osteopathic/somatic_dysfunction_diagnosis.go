package osteopathic

import (
	"strconv"

	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

var diagnosisRegions = scrubber.Param{
	Name: "omt_diagnosis_regions", Kind: scrubber.TextParam, Text: "expected", Allowed: []string{"expected", "one", "band", "each"},
	Doc: "how many regions of osteopathic manipulation need a diagnosis of somatic dysfunction, M99.00-M99.09: expected (none at all is warned of), " +
		"one, band (as many as the code begins with), each (every region treated)",
}

// SomaticDysfunctionDiagnosis is OMT002.
var SomaticDysfunctionDiagnosis = scrubber.Rule{
	ID: "OMT002", Name: "somatic-dysfunction-diagnosis",
	Title: "Osteopathic manipulation without the somatic dysfunction diagnoses it needs",
	Why: "Osteopathic manipulation treats somatic dysfunction, which has a diagnosis for each region, M99.00 to M99.09. Without one the charge is denied as not supported; " +
		"some payers want one for every region that the code counts.",
	Fix: "add the diagnosis of somatic dysfunction of each region examined and treated",
	Source: scrubber.Source{
		Authority: "CMS MAC (NGS)", Title: "Billing and coding article A56954 and LCD L33616, osteopathic manipulative treatment",
		Section: "regions affected and treated, findings of somatic dysfunction, a valid diagnosis",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "11", RARC: "N115"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Subject: scrubber.Manipulation, Params: []scrubber.Param{diagnosisRegions},
	Check: somaticDysfunctionDiagnosis,
}

func somaticDysfunctionDiagnosis(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		lo, _, ok := anatomy.OMTBand(l.Code)
		if !ok || len(c.Diagnoses) == 0 {
			continue
		}
		regions, mode := diagnosed(c), c.Text(&diagnosisRegions)
		severity, message := scrubber.Reject, ""
		switch {
		case regions == 0:
			message = l.Code + " without a diagnosis of somatic dysfunction (M99.00-M99.09)"
			if mode == "expected" {
				severity = scrubber.Warn
			}
		case mode == "band" && regions.Count() < lo:
			message = l.Code + " with somatic dysfunction diagnosed in " + count(regions) + "; the code begins with " + strconv.Itoa(lo)
		case mode == "each" && !c.Documented:
			r.NotEvaluated(scrubber.DocumentationNotSent, "send services with the regions treated")
			continue
		case mode == "each" && treated(c, l)&^regions != 0:
			message = l.Code + " without a diagnosis of somatic dysfunction for " + (treated(c, l) &^ regions).String()
		default:
			continue
		}
		r.Add(scrubber.Finding{Severity: severity, Message: message, Pointer: "/diagnoses", Lines: []int{l.Number}})
	}
}

// diagnosed is the regions that the claim's diagnoses of somatic dysfunction name.
func diagnosed(c *scrubber.Case) (regions anatomy.Set) {
	for _, d := range c.Diagnoses {
		if region, ok := anatomy.DiagnosisRegion(d); ok {
			regions.Add(region)
		}
	}
	return regions
}

// treated is the regions of the line's services.
func treated(c *scrubber.Case, l *scrubber.Line) (regions anatomy.Set) {
	for _, i := range l.Services {
		regions |= c.Services[i].Regions
	}
	return regions
}

func count(regions anatomy.Set) string {
	if regions.Count() == 1 {
		return "1 region"
	}
	return strconv.Itoa(regions.Count()) + " regions"
}
