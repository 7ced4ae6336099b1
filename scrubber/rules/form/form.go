// Package form judges the claim as a form: identifiers, dates, pointers, counts and amounts that every
// payer refuses before it reads what was done.
package form

import "claimscrub/scrubber"

// Rules are the rules of the family.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{
		NPICheckDigit, ServiceDateInFuture, ServiceDateBeforeBirth, DiagnosisPointers, LineNumberRepeated,
		DuplicateLines, TooManyDiagnoses, TooManyLines, TooManyModifiers, NoCharge, UnitsNotPositive,
		ChargeNotPositive, OriginalClaimNumberMissing, NoDiagnosis, PlaceOfServiceUnknown, TotalChargeBeyondForm,
		OriginalNumberOnOriginalClaim, TaxIDFormat, ClinicalDateAfterService,
	}
}

// guide is the implementation guide of the professional claim.
func guide(section string) scrubber.Source {
	return scrubber.Source{Authority: "ASC X12", Title: "005010X222A1 Health Care Claim: Professional (837)", Section: section}
}
