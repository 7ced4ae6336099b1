package exclusions

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/anatomy"
)

// EMGBiofeedbackCode is EXC003.
var EMGBiofeedbackCode = scrubber.Rule{
	ID: "EXC003", Name: "emg-biofeedback-code",
	Title: "Biofeedback billed as manual therapy",
	Why: "Biofeedback training, by electromyography or otherwise, is 90901 by the session; training of the pelvic floor is 90912 and 90913. " +
		"It is no manual technique, and billed as 97140 it is denied or taken back.",
	Fix: "bill 90901 once, or 90912 and 90913 if the pelvic floor was trained",
	Source: scrubber.Source{
		Authority: "CPT", Title: "Biofeedback training, 90901, 90912, 90913",
		Section: "unit limit of 90901: 1 (CMS MUE)",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N657"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation,
	Check: emgBiofeedbackCode,
}

func emgBiofeedbackCode(c *scrubber.Case, r *scrubber.Report) {
	told(c, r, "biofeedback", isBiofeedback, false, biofeedbackFinding)
}

func isBiofeedback(s *scrubber.Service) bool { return s.Biofeedback }

// biofeedbackFinding is for a line that stands for biofeedback alone. Which region was trained decides
// between 90901 and 90912, so that its fix is for a human.
func biofeedbackFinding(c *scrubber.Case, l *scrubber.Line) scrubber.Finding {
	finding := scrubber.Finding{
		Message: "97140 billed for biofeedback; that is 90901",
		Pointer: l.Pointer("code"), Lines: []int{l.Number}, Billed: manualTherapy, Expected: "90901",
		Fix: &scrubber.Fix{Summary: "bill 1 unit of 90901 (pelvic floor: 90912); the fee must follow", Patch: recoded(l, "90901")},
	}
	if c.BillsCode("90901") {
		finding.Fix = &scrubber.Fix{Summary: "remove 97140: biofeedback is billed already", Patch: l.RemoveLine()}
	}
	for _, i := range l.Services {
		if s := &c.Services[i]; isBiofeedback(s) && slices.ContainsFunc(s.Techniques, isManualTechnique) && s.Kind == scrubber.ManualTherapy {
			finding.Severity = scrubber.Warn // some of its minutes were manual
			finding.Message = "97140 billed for a service with biofeedback among its techniques; biofeedback is 90901"
		}
	}
	return finding
}

func isManualTechnique(technique string) bool {
	return anatomy.ParseTechnique(technique) != anatomy.Biofeedback
}
