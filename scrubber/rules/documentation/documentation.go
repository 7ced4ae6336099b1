// Package documented holds what is billed against what is documented, in both directions. It is not named
// for its folder because the go command ignores files of a package named documentation.
package documented

import (
	"claimscrub/scrubber"
)

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{
		ChargeNotDocumented, ServiceNotCharged, TreatmentMinutesMissing, RegionsNotRecorded, TechniquesNotRecorded,
		ResponseNotRecorded, MedicalNecessityNotShown,
	}
}

// note is the manual section on what a treatment note must hold.
var note = scrubber.Source{
	Authority: "CMS", Title: "Medicare Benefit Policy Manual, Pub. 100-02, chapter 15", Section: "220.3 E, treatment note",
}
