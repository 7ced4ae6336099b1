package handlers

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"

	"claimscrub/events"
	"claimscrub/scrubber"
)

// wire is the data of the outcome event: what the rules say and, unless the input broke the schema, the claim.
func wire(o *scrubber.Outcome, e *events.Encounter) *events.Outcome {
	out := &events.Outcome{
		EncounterID:     e.EncounterID,
		Revision:        e.Revision,
		AsOf:            o.Case.AsOf.String(),
		Findings:        make([]events.Finding, len(o.Findings)),
		FindingsOmitted: o.Omitted,
		NotEvaluated:    make([]events.NotEvaluated, len(o.NotEvaluated)),
		Editions:        make(map[string]events.Edition, len(o.Editions)),
		Profile:         events.Profile{ID: o.Policy.ID, Revision: o.Policy.Revision},
		Engine:          o.Version,
	}
	if len(o.Case.Violations) == 0 {
		out.ServiceDate = e.ServiceDate
		out.Claim = claim(o.Case, e)
	}
	for i := range o.Findings {
		out.Findings[i] = finding(&o.Findings[i])
	}
	for i, n := range o.NotEvaluated {
		out.NotEvaluated[i] = events.NotEvaluated{Rule: n.Rule.ID, Reason: n.Reason.String(), Detail: n.Detail}
	}
	for _, read := range o.Editions {
		out.Editions[read.Table.String()] = events.Edition{Name: read.Name, Checksum: read.Checksum, Inferred: read.Inferred}
	}
	return out
}

func finding(f *scrubber.Finding) events.Finding {
	source := f.Rule.Source
	if f.Source != nil {
		source = *f.Source
	}
	out := events.Finding{
		Rule: f.Rule.ID, Name: f.Rule.Name, Severity: f.Severity.String(), Certainty: f.Certainty.String(),
		Message: f.Message, Pointer: f.Pointer, Lines: f.Lines, Billed: f.Billed, Expected: f.Expected,
		Source: events.Source(source), SNIP: f.Rule.SNIP,
	}
	if out.Lines == nil {
		out.Lines = []int{}
	}
	if p := f.Predicts(); p != scrubber.NoCARC {
		out.Predicted = &events.Predicted{Group: p.GroupCode(), CARC: p.Code, RARC: p.RARC}
	}
	if f.Fix != nil {
		out.Fix = &events.Fix{Summary: f.Fix.Summary, Safe: f.Fix.Safe, Patch: make([]events.PatchOp, len(f.Fix.Patch))}
		for i, p := range f.Fix.Patch {
			out.Fix.Patch[i] = events.PatchOp(p)
		}
	}
	return out
}

// claim is the claim as billed, normalised: diagnoses without dots, the frequency code filled in, control numbers given.
func claim(c *scrubber.Case, e *events.Encounter) *events.Claim {
	out := &events.Claim{
		ControlNumber:       controlNumber(e.EncounterID),
		PlaceOfService:      e.PlaceOfService,
		FrequencyCode:       c.Frequency,
		OriginalClaimNumber: e.OriginalClaimNumber,
		Patient:             e.Patient,
		Coverage:            e.Coverage,
		BillingProvider:     e.BillingProvider,
		RenderingProvider:   e.RenderingProvider,
		ReferringProvider:   e.ReferringProvider,
		SupervisingProvider: e.SupervisingProvider,
		Dates:               e.Dates,
		AccidentState:       e.AccidentState,
		Diagnoses:           c.Diagnoses,
		Lines:               make([]events.ClaimLine, len(e.Charges)),
	}
	if out.Diagnoses == nil {
		out.Diagnoses = []string{}
	}
	for i := range e.Charges {
		ch := &e.Charges[i]
		out.TotalCents += ch.ChargeCents
		out.Lines[i] = events.ClaimLine{
			Line: ch.Line, ControlNumber: out.ControlNumber + "-" + strconv.Itoa(ch.Line), Code: ch.Code, Modifiers: ch.Modifiers,
			Units: ch.Units, ChargeCents: ch.ChargeCents, DiagnosisPointers: ch.DiagnosisPointers,
			RenderingProvider: ch.RenderingProvider, SupervisingProvider: ch.SupervisingProvider,
		}
	}
	return out
}

// controlNumber is the patient control number (CLM01, at most 20 characters): the encounter id where it
// fits and has letters, digits, dots and dashes alone, else E and 19 characters of its hash.
func controlNumber(encounterID string) string {
	plain := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' || r == '.'
	}
	if len(encounterID) <= 20 && strings.IndexFunc(encounterID, func(r rune) bool { return !plain(r) }) < 0 {
		return encounterID
	}
	sum := sha256.Sum256([]byte(encounterID))
	return "E" + base32.StdEncoding.EncodeToString(sum[:])[:19]
}

// counts is what the metrics say of the outcome.
func counts(o *scrubber.Outcome) (findings []FindingCount, unevaluated []NotEvaluatedCount) {
	for i := range o.Findings {
		findings = append(findings, FindingCount{o.Findings[i].Rule.ID, o.Findings[i].Severity.String()})
	}
	for _, n := range o.NotEvaluated {
		unevaluated = append(unevaluated, NotEvaluatedCount{n.Rule.ID, n.Reason.String()})
	}
	return findings, unevaluated
}
