package x12

import (
	"fmt"
	"slices"
	"strings"

	"claimscrub/events"
)

// claim is one claim in segments, without its place in the hierarchy.
type claim struct {
	outcome       *events.Outcome
	controlNumber string
	billing       string   // loops 2000A and 2010A, joined: claims with the same one share a transaction set
	subscriber    []string // 2000B and 2010B
	patient       []string // 2000C and 2010CA; none when the patient is the subscriber
	body          []string // 2300 to 2420
}

// builder writes one claim.
type builder struct {
	draft
	practice *Practice
	outcome  *events.Outcome
	claim    *events.Claim
	patient  patient
	known    bool // the patient is in the directory
}

// claim writes a claim; with any lacks, it is not to be sent.
func (x *Interchange) claim(o *events.Outcome) (*claim, []string) {
	if o.Claim == nil || len(o.Claim.Coverage) == 0 {
		return nil, []string{"the outcome holds no claim with a coverage"}
	}
	if o.Claim.Coverage[0].Program == "self_pay" {
		return nil, []string{"self_pay: there is no payer to send it to"}
	}
	b := &builder{practice: x.Practice, outcome: o, claim: o.Claim}
	if b.patient, b.known = x.Patients.byID[o.Claim.Patient.ID]; !b.known {
		b.lack("the patient is not in the patient directory")
	} else if b.patient.fault != nil {
		return nil, strings.Split(b.patient.fault.Error(), "\n")
	}
	c := &claim{outcome: o, controlNumber: strings.ToUpper(o.Claim.ControlNumber)}
	b.billing()
	c.billing = strings.Join(b.take(), string(segmentTerminator))
	insured := b.insurances()
	b.subscriber(insured[0])
	c.subscriber = b.take()
	if insured[0].relationship != self {
		b.dependent(insured[0])
		c.patient = b.take()
	}
	b.head(insured[0])
	b.providers()
	for i := 1; i < len(insured); i++ {
		b.otherPayer(i, insured[i])
	}
	b.lines()
	c.body = b.take()
	return c, b.lacks
}

// take is the segments written since the last take.
func (b *builder) take() []string {
	s := b.segments
	b.segments = nil
	return s
}

// head writes the claim itself: CLM to HI.
func (b *builder) head(i insured) {
	c := b.claim
	if !slices.Contains([]string{"1", "7", "8"}, c.FrequencyCode) {
		b.lack("frequency_code: expected 1, 7 or 8")
	}
	b.add("CLM", b.text("control_number", c.ControlNumber, 1, 20), b.money("total_cents", c.TotalCents), "", "",
		composite(b.digits("place_of_service", c.PlaceOfService, 2), "B", c.FrequencyCode),
		b.practice.providerSignature, i.payer.acceptAssignment, i.assigned, b.patient.release, "", b.causes())
	b.dates()
	if v := b.optional("authorization", i.Authorization, 50); v != "" {
		b.add("REF", "G1", v)
	}
	if c.FrequencyCode != "1" {
		b.add("REF", "F8", b.text("original_claim_number", c.OriginalClaimNumber, 1, 50))
	}
	if n := len(c.Diagnoses); n == 0 || n > 12 {
		b.lack("%d diagnoses: expected 1 to 12", n)
		return
	}
	hi := []string{"HI"}
	for i, d := range c.Diagnoses {
		qualifier := "ABF"
		if i == 0 {
			qualifier = "ABK"
		}
		hi = append(hi, composite(qualifier, b.letters(fmt.Sprintf("diagnosis %d", i+1), d, 3, 7)))
	}
	b.add(hi...)
}

// causes is CLM11, what the condition is related to: the program says it, else the patient directory's
// cause of the accident on that day. It is empty without an accident.
func (b *builder) causes() string {
	var causes []string
	for _, v := range b.claim.Coverage {
		cause := map[string]string{"auto": "AA", "workers_comp": "EM"}[v.Program]
		if cause != "" && !slices.Contains(causes, cause) {
			causes = append(causes, cause)
		}
	}
	accident := b.claim.Dates.Accident
	if len(causes) == 0 && accident != "" {
		cause := b.patient.accidents[accident]
		if cause == "" {
			b.lack("the cause of the accident is not in the patient directory: expected accidents: {day: auto, employment or other}")
			return ""
		}
		causes = append(causes, cause)
	}
	state := ""
	if slices.Contains(causes, "AA") {
		state = b.text("accident_state (where the automobile accident was)", b.claim.AccidentState, 2, 2)
		if accident == "" {
			b.lack("dates/accident is not there: expected the day of the automobile accident")
		}
	}
	three := make([]string, 3)
	copy(three, causes)
	return composite(append(three, state)...)
}

// dates writes the situational dates. The onset is sent when it is another day than the service, as the guide asks.
func (b *builder) dates() {
	d := b.claim.Dates
	onset := d.Onset
	if onset == b.outcome.ServiceDate {
		onset = ""
	}
	for _, date := range []struct{ qualifier, name, day string }{
		{"431", "dates/onset", onset},
		{"454", "dates/initial_treatment", d.InitialTreatment},
		{"439", "dates/accident", d.Accident},
		{"455", "dates/last_xray", d.LastXray},
	} {
		if date.day != "" {
			b.add("DTP", date.qualifier, "D8", b.date(date.name, date.day))
		}
	}
}
