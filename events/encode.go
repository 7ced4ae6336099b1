package events

import (
	"slices"
	"strconv"
)

// The writers below follow the struct tags of Outcome by hand, which takes a fraction of the time that
// reflection takes; a test compares the bytes with those of the JSON library. What stands before a value is
// given as it is written, bracket, comma, name and colon.

func (w *writer) outcome(o *Outcome) {
	w.str(`{"encounter_id":`, o.EncounterID)
	w.integer(`,"revision":`, int64(o.Revision))
	w.str(`,"service_date":`, o.ServiceDate)
	w.str(`,"as_of":`, o.AsOf)
	w.raw(`,"claim":`)
	if o.Claim == nil {
		w.raw("null")
	} else {
		w.claim(o.Claim)
	}
	w.raw(`,"findings":[`)
	for i := range o.Findings {
		w.comma(i)
		w.finding(&o.Findings[i])
	}
	w.raw("]")
	if o.FindingsOmitted != 0 {
		w.integer(`,"findings_omitted":`, int64(o.FindingsOmitted))
	}
	w.raw(`,"not_evaluated":[`)
	for i := range o.NotEvaluated {
		w.comma(i)
		w.str(`{"rule":`, o.NotEvaluated[i].Rule)
		w.str(`,"reason":`, o.NotEvaluated[i].Reason)
		w.optional(`,"detail":`, o.NotEvaluated[i].Detail)
		w.raw("}")
	}
	w.raw(`],"editions":{`)
	w.editions(o.Editions)
	w.str(`},"profile":{"id":`, o.Profile.ID)
	w.str(`,"revision":`, o.Profile.Revision)
	w.str(`},"engine":`, o.Engine)
	w.raw("}")
}

// editions writes the members of the object, by table.
func (w *writer) editions(editions map[string]Edition) {
	var few [16]string // more than there are tables
	tables := few[:0]
	for table := range editions {
		tables = append(tables, table)
	}
	slices.Sort(tables)
	for i, table := range tables {
		edition := editions[table]
		w.comma(i)
		w.text(table)
		w.str(`:{"name":`, edition.Name)
		w.str(`,"checksum":`, edition.Checksum)
		if edition.Inferred {
			w.raw(`,"inferred":true`)
		}
		w.raw("}")
	}
}

func (w *writer) claim(c *Claim) {
	w.str(`{"control_number":`, c.ControlNumber)
	w.integer(`,"total_cents":`, c.TotalCents)
	w.str(`,"place_of_service":`, c.PlaceOfService)
	w.str(`,"frequency_code":`, c.FrequencyCode)
	w.optional(`,"original_claim_number":`, c.OriginalClaimNumber)
	w.str(`,"patient":{"id":`, c.Patient.ID)
	w.str(`,"birth_date":`, c.Patient.BirthDate)
	w.str(`,"sex":`, c.Patient.Sex)
	w.raw(`},"coverage":[`)
	for i := range c.Coverage {
		w.comma(i)
		w.coverage(&c.Coverage[i])
	}
	w.str(`],"billing_provider":{"npi":`, c.BillingProvider.NPI)
	w.optional(`,"tax_id":`, c.BillingProvider.TaxID)
	w.optional(`,"taxonomy":`, c.BillingProvider.Taxonomy)
	w.raw("}")
	w.provider(`,"rendering_provider":`, &c.RenderingProvider)
	w.provider(`,"referring_provider":`, c.ReferringProvider)
	w.provider(`,"supervising_provider":`, c.SupervisingProvider)
	if c.Dates != (Dates{}) {
		w.raw(`,"dates":{`)
		w.optional(`,"onset":`, c.Dates.Onset)
		w.optional(`,"initial_treatment":`, c.Dates.InitialTreatment)
		w.optional(`,"last_xray":`, c.Dates.LastXray)
		w.optional(`,"accident":`, c.Dates.Accident)
		w.raw("}")
	}
	w.optional(`,"accident_state":`, c.AccidentState)
	w.texts(`,"diagnoses":[`, c.Diagnoses)
	w.raw(`,"lines":[`)
	for i := range c.Lines {
		w.comma(i)
		w.line(&c.Lines[i])
	}
	w.raw("]}")
}

func (w *writer) coverage(c *Coverage) {
	w.str(`{"program":`, c.Program)
	w.optional(`,"payer_id":`, c.PayerID)
	w.optional(`,"member_id":`, c.MemberID)
	w.optional(`,"authorization":`, c.Authorization)
	if used := c.TherapyUsedCents; used != nil {
		w.raw(`,"therapy_used_cents":{`)
		if used.PTSLP != nil {
			w.integer(w.member(`,"pt_slp":`), *used.PTSLP)
		}
		if used.OT != nil {
			w.integer(w.member(`,"ot":`), *used.OT)
		}
		w.raw("}")
	}
	w.raw("}")
}

// provider writes a person, unless there is none.
func (w *writer) provider(name string, p *Provider) {
	if p == nil {
		return
	}
	w.raw(name)
	w.str(`{"npi":`, p.NPI)
	w.optional(`,"credential":`, p.Credential)
	w.optional(`,"taxonomy":`, p.Taxonomy)
	w.raw("}")
}

func (w *writer) line(l *ClaimLine) {
	w.integer(`{"line":`, int64(l.Line))
	w.str(`,"control_number":`, l.ControlNumber)
	w.str(`,"code":`, l.Code)
	if l.Modifiers != nil {
		w.texts(`,"modifiers":[`, l.Modifiers)
	}
	w.integer(`,"units":`, int64(l.Units))
	w.integer(`,"charge_cents":`, l.ChargeCents)
	w.integers(`,"diagnosis_pointers":[`, l.DiagnosisPointers)
	w.provider(`,"rendering_provider":`, l.RenderingProvider)
	w.provider(`,"supervising_provider":`, l.SupervisingProvider)
	w.raw("}")
}

func (w *writer) finding(f *Finding) {
	w.str(`{"rule":`, f.Rule)
	w.str(`,"name":`, f.Name)
	w.str(`,"severity":`, f.Severity)
	w.str(`,"certainty":`, f.Certainty)
	w.str(`,"message":`, f.Message)
	w.str(`,"pointer":`, f.Pointer)
	w.integers(`,"lines":[`, f.Lines)
	w.optional(`,"billed":`, f.Billed)
	w.optional(`,"expected":`, f.Expected)
	if f.Fix != nil {
		w.fix(f.Fix)
	}
	w.str(`,"source":{"authority":`, f.Source.Authority)
	w.str(`,"title":`, f.Source.Title)
	w.optional(`,"section":`, f.Source.Section)
	w.optional(`,"url":`, f.Source.URL)
	w.raw("}")
	if p := f.Predicted; p != nil {
		w.str(`,"predicted":{"group":`, p.Group)
		w.str(`,"carc":`, p.CARC)
		w.optional(`,"rarc":`, p.RARC)
		w.raw("}")
	}
	w.integer(`,"snip":`, int64(f.SNIP))
	w.raw("}")
}

func (w *writer) fix(f *Fix) {
	w.str(`,"fix":{"summary":`, f.Summary)
	w.raw(`,"safe":`)
	w.b = strconv.AppendBool(w.b, f.Safe)
	w.raw(`,"patch":[`)
	for i, op := range f.Patch {
		w.comma(i)
		w.str(`{"op":`, op.Op)
		w.str(`,"path":`, op.Path)
		if op.Value != nil {
			w.any(`,"value":`, op.Value)
		}
		w.raw("}")
	}
	w.raw("]}")
}
