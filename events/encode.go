package events

import (
	"maps"
	"slices"
)

// The writers below follow the struct tags of Outcome by hand, which takes a third of the time that
// reflection takes; a test compares the bytes with those of the JSON library.

func (w *writer) outcome(o *Outcome) {
	w.begin('{')
	w.str("encounter_id", o.EncounterID)
	w.integer("revision", int64(o.Revision))
	w.str("service_date", o.ServiceDate)
	w.str("as_of", o.AsOf)
	w.name("claim")
	if o.Claim == nil {
		w.b = append(w.b, "null"...)
	} else {
		w.claim(o.Claim)
	}
	w.name("findings")
	w.begin('[')
	for i := range o.Findings {
		w.finding(&o.Findings[i])
	}
	w.end(']')
	if o.FindingsOmitted != 0 {
		w.integer("findings_omitted", int64(o.FindingsOmitted))
	}
	w.name("not_evaluated")
	w.begin('[')
	for i := range o.NotEvaluated {
		w.next()
		w.begin('{')
		w.str("rule", o.NotEvaluated[i].Rule)
		w.str("reason", o.NotEvaluated[i].Reason)
		w.optional("detail", o.NotEvaluated[i].Detail)
		w.end('}')
	}
	w.end(']')
	w.name("editions")
	w.begin('{')
	for _, table := range slices.Sorted(maps.Keys(o.Editions)) {
		edition := o.Editions[table]
		w.next()
		w.text(table)
		w.b = append(w.b, ':')
		w.begin('{')
		w.str("name", edition.Name)
		w.str("checksum", edition.Checksum)
		if edition.Inferred {
			w.boolean("inferred", true)
		}
		w.end('}')
	}
	w.end('}')
	w.name("profile")
	w.begin('{')
	w.str("id", o.Profile.ID)
	w.str("revision", o.Profile.Revision)
	w.end('}')
	w.str("engine", o.Engine)
	w.end('}')
}

func (w *writer) claim(c *Claim) {
	w.begin('{')
	w.str("control_number", c.ControlNumber)
	w.integer("total_cents", c.TotalCents)
	w.str("place_of_service", c.PlaceOfService)
	w.str("frequency_code", c.FrequencyCode)
	w.optional("original_claim_number", c.OriginalClaimNumber)
	w.name("patient")
	w.begin('{')
	w.str("id", c.Patient.ID)
	w.str("birth_date", c.Patient.BirthDate)
	w.str("sex", c.Patient.Sex)
	w.end('}')
	w.name("coverage")
	w.begin('[')
	for i := range c.Coverage {
		w.coverage(&c.Coverage[i])
	}
	w.end(']')
	w.name("billing_provider")
	w.begin('{')
	w.str("npi", c.BillingProvider.NPI)
	w.optional("tax_id", c.BillingProvider.TaxID)
	w.optional("taxonomy", c.BillingProvider.Taxonomy)
	w.end('}')
	w.provider("rendering_provider", &c.RenderingProvider)
	w.provider("referring_provider", c.ReferringProvider)
	w.provider("supervising_provider", c.SupervisingProvider)
	if c.Dates != (Dates{}) {
		w.name("dates")
		w.begin('{')
		w.optional("onset", c.Dates.Onset)
		w.optional("initial_treatment", c.Dates.InitialTreatment)
		w.optional("last_xray", c.Dates.LastXray)
		w.optional("accident", c.Dates.Accident)
		w.end('}')
	}
	w.optional("accident_state", c.AccidentState)
	w.texts("diagnoses", c.Diagnoses)
	w.name("lines")
	w.begin('[')
	for i := range c.Lines {
		w.line(&c.Lines[i])
	}
	w.end(']')
	w.end('}')
}

func (w *writer) coverage(c *Coverage) {
	w.next()
	w.begin('{')
	w.str("program", c.Program)
	w.optional("payer_id", c.PayerID)
	w.optional("member_id", c.MemberID)
	w.optional("authorization", c.Authorization)
	if used := c.TherapyUsedCents; used != nil {
		w.name("therapy_used_cents")
		w.begin('{')
		if used.PTSLP != nil {
			w.integer("pt_slp", *used.PTSLP)
		}
		if used.OT != nil {
			w.integer("ot", *used.OT)
		}
		w.end('}')
	}
	w.end('}')
}

// provider writes a person, unless there is none.
func (w *writer) provider(name string, p *Provider) {
	if p == nil {
		return
	}
	w.name(name)
	w.begin('{')
	w.str("npi", p.NPI)
	w.optional("credential", p.Credential)
	w.optional("taxonomy", p.Taxonomy)
	w.end('}')
}

func (w *writer) line(l *ClaimLine) {
	w.next()
	w.begin('{')
	w.integer("line", int64(l.Line))
	w.str("control_number", l.ControlNumber)
	w.str("code", l.Code)
	if l.Modifiers != nil {
		w.texts("modifiers", l.Modifiers)
	}
	w.integer("units", int64(l.Units))
	w.integer("charge_cents", l.ChargeCents)
	w.integers("diagnosis_pointers", l.DiagnosisPointers)
	w.provider("rendering_provider", l.RenderingProvider)
	w.provider("supervising_provider", l.SupervisingProvider)
	w.end('}')
}

func (w *writer) finding(f *Finding) {
	w.next()
	w.begin('{')
	w.str("rule", f.Rule)
	w.str("name", f.Name)
	w.str("severity", f.Severity)
	w.str("certainty", f.Certainty)
	w.str("message", f.Message)
	w.str("pointer", f.Pointer)
	w.integers("lines", f.Lines)
	w.optional("billed", f.Billed)
	w.optional("expected", f.Expected)
	if f.Fix != nil {
		w.fix(f.Fix)
	}
	w.name("source")
	w.begin('{')
	w.str("authority", f.Source.Authority)
	w.str("title", f.Source.Title)
	w.optional("section", f.Source.Section)
	w.optional("url", f.Source.URL)
	w.end('}')
	if p := f.Predicted; p != nil {
		w.name("predicted")
		w.begin('{')
		w.str("group", p.Group)
		w.str("carc", p.CARC)
		w.optional("rarc", p.RARC)
		w.end('}')
	}
	w.integer("snip", int64(f.SNIP))
	w.end('}')
}

func (w *writer) fix(f *Fix) {
	w.name("fix")
	w.begin('{')
	w.str("summary", f.Summary)
	w.boolean("safe", f.Safe)
	w.name("patch")
	w.begin('[')
	for _, op := range f.Patch {
		w.next()
		w.begin('{')
		w.str("op", op.Op)
		w.str("path", op.Path)
		if op.Value != nil {
			w.any("value", op.Value)
		}
		w.end('}')
	}
	w.end(']')
	w.end('}')
}
