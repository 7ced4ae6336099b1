package x12_test

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"claimscrub/cmd/claimscrub/x12"
	"claimscrub/events"
)

func TestAClaimThatLacksAFactIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want   string
		change func(*events.Outcome)
	}{
		{"the outcome holds no claim with a coverage", func(o *events.Outcome) { o.Claim = nil }},
		{"the outcome holds no claim with a coverage", func(o *events.Outcome) { o.Claim.Coverage = nil }},
		{"self_pay: there is no payer to send it to", func(o *events.Outcome) { o.Claim.Coverage[0] = events.Coverage{Program: "self_pay"} }},
		{"the patient is not in the patient directory", func(o *events.Outcome) { o.Claim.Patient.ID = "PT-SECRET" }},
		{"a payer of the claim is not in the practice file", func(o *events.Outcome) { o.Claim.Coverage[0].PayerID = "NOBODY" }},
		{"a coverage of the patient is not in the patient directory", func(o *events.Outcome) {
			o.Claim.Patient.ID, o.Claim.Coverage[0].PayerID = "PT-CHILD", "TREST"
		}},
		{"two coverages have one payer id", func(o *events.Outcome) { o.Claim.Coverage = append(o.Claim.Coverage, o.Claim.Coverage[0]) }},
		{"why Medicare is not primary is not in the patient directory", func(o *events.Outcome) {
			o.Claim.Patient.ID = "PT-CHILD"
			o.Claim.Coverage = append(o.Claim.Coverage, events.Coverage{Program: "medicare_b", PayerID: "MAC01", MemberID: "1EG4TE5MK73"})
		}},
		{"coverage/program: expected one of the published programs", func(o *events.Outcome) { o.Claim.Coverage[0].Program = "barter" }},
		{"member_id is not there", func(o *events.Outcome) { o.Claim.Coverage[0].MemberID = "" }},
		{"the billing provider is not in the practice file", func(o *events.Outcome) { o.Claim.BillingProvider.NPI = "1999999984" }},
		{"billing_provider/tax_id is not the one of the practice file", func(o *events.Outcome) { o.Claim.BillingProvider.TaxID = "12-3456780" }},
		{"the rendering provider is not in the practice file", func(o *events.Outcome) { o.Claim.RenderingProvider.NPI = "1999999984" }},
		{"the referring provider is not in the practice file", func(o *events.Outcome) { o.Claim.ReferringProvider = &events.Provider{NPI: "1999999984"} }},
		{"the supervising provider is not in the practice file", func(o *events.Outcome) {
			o.Claim.Lines[0].SupervisingProvider = &events.Provider{NPI: "1999999984"}
		}},
		{"rendering_provider/taxonomy has 3 characters: expected 10", func(o *events.Outcome) { o.Claim.RenderingProvider.Taxonomy = "207" }},
		{"the place of service is not in the practice file", func(o *events.Outcome) { o.Claim.PlaceOfService = "31" }},
		{"place_of_service: expected 2 digits", func(o *events.Outcome) { o.Claim.PlaceOfService = "1" }},
		{"frequency_code: expected 1, 7 or 8", func(o *events.Outcome) { o.Claim.FrequencyCode = "" }},
		{"original_claim_number is not there", func(o *events.Outcome) { o.Claim.FrequencyCode = "7" }},
		{"control_number has 21 characters: expected 1 to 20", func(o *events.Outcome) { o.Claim.ControlNumber = strings.Repeat("A", 21) }},
		{"control_number holds a character that X12 does not carry", func(o *events.Outcome) { o.Claim.ControlNumber = "ENC*1" }},
		{"control_number holds a character that X12 does not carry", func(o *events.Outcome) { o.Claim.ControlNumber = "ENC_1" }},
		{"control_number holds a character that X12 does not carry", func(o *events.Outcome) { o.Claim.ControlNumber = "ENC-ı" }},
		{"line 1: control_number holds a character that X12 does not carry", func(o *events.Outcome) { o.Claim.Lines[0].ControlNumber = "ENC-1~1" }},
		{"member_id holds a character that X12 does not carry", func(o *events.Outcome) { o.Claim.Coverage[0].MemberID = "W123\u00a0" }},
		{"member_id holds a character that X12 does not carry", func(o *events.Outcome) { o.Claim.Coverage[0].MemberID = "W123\n" }},
		{"original_claim_number holds a character that X12 does not carry", func(o *events.Outcome) {
			o.Claim.FrequencyCode, o.Claim.OriginalClaimNumber = "7", "ICN^9"
		}},
		{"authorization holds a character that X12 does not carry", func(o *events.Outcome) { o.Claim.Coverage[0].Authorization = "\t" }},
		{"the cause of the accident is not in the patient directory", func(o *events.Outcome) { o.Claim.Dates.Accident = "2026-03-05" }},
		{"accident_state (where the automobile accident was) is not there", func(o *events.Outcome) {
			o.Claim.Coverage[0].Program, o.Claim.Dates.Accident = "auto", "2026-03-01"
		}},
		{"dates/accident is not there", func(o *events.Outcome) { o.Claim.Coverage[0].Program, o.Claim.AccidentState = "auto", "OH" }},
		{"dates/onset is no calendar date", func(o *events.Outcome) { o.Claim.Dates.Onset = "2026-02-30" }},
		{"service_date is not there", func(o *events.Outcome) { o.ServiceDate = "" }},
		{"patient/sex: expected F, M or U", func(o *events.Outcome) { o.Claim.Patient.Sex = "" }},
		{"0 diagnoses: expected 1 to 12", func(o *events.Outcome) { o.Claim.Diagnoses = nil }},
		{"13 diagnoses: expected 1 to 12", func(o *events.Outcome) { o.Claim.Diagnoses = slices.Repeat([]string{"M9903"}, 13) }},
		{"diagnosis 1: expected letters and digits alone", func(o *events.Outcome) { o.Claim.Diagnoses[0] = "M99.03" }},
		{"0 lines: expected 1 to 50", func(o *events.Outcome) { o.Claim.Lines = nil }},
		{"51 lines: expected 1 to 50", func(o *events.Outcome) { o.Claim.Lines = slices.Repeat(o.Claim.Lines[:1], 51) }},
		{"total_cents is 12011, the lines are 12010", func(o *events.Outcome) { o.Claim.TotalCents++ }},
		{"line 1: charge_cents is -1 cents", func(o *events.Outcome) { o.Claim.Lines[0].ChargeCents = -1 }},
		{"total_cents is 10000000000 cents: expected 0 to 9999999999", func(o *events.Outcome) { o.Claim.TotalCents = 10_000_000_000 }},
		{"line 1: code has 4 characters: expected 5", func(o *events.Outcome) { o.Claim.Lines[0].Code = "9714" }},
		{"line 1: a description of the unlisted procedure is not there", func(o *events.Outcome) { o.Claim.Lines[0].Code = "97799" }},
		{"line 1: 5 modifiers: expected at most 4", func(o *events.Outcome) { o.Claim.Lines[0].Modifiers = slices.Repeat([]string{"59"}, 5) }},
		{"line 1: a modifier has 1 characters: expected 2", func(o *events.Outcome) { o.Claim.Lines[0].Modifiers[0] = "5" }},
		{"line 1: 0 units: expected 1 to 99999999", func(o *events.Outcome) { o.Claim.Lines[0].Units = 0 }},
		{"line 1: 0 diagnosis pointers: expected 1 to 4", func(o *events.Outcome) { o.Claim.Lines[0].DiagnosisPointers = nil }},
		{"line 1: diagnosis pointer 3: expected 1 to 2", func(o *events.Outcome) { o.Claim.Lines[0].DiagnosisPointers[0] = 3 }},
		{"line 1: control_number is not there", func(o *events.Outcome) { o.Claim.Lines[0].ControlNumber = " " }},
	} {
		t.Run(c.want, func(t *testing.T) {
			t.Parallel()
			o := ready()
			c.change(o)
			x := interchange(t)
			text, sent, left := x.Append(nil, []*events.Outcome{o})
			if len(text) != 0 || len(sent) != 0 || len(left) != 1 || left[0].EncounterID != "ENC-1" {
				t.Fatalf("sent %d, left out %+v", len(sent), left)
			}
			if !slices.ContainsFunc(left[0].Reasons, func(r string) bool { return strings.HasPrefix(r, c.want) }) {
				t.Errorf("reasons %q, expected %q", left[0].Reasons, c.want)
			}
			for _, reason := range left[0].Reasons {
				for _, secret := range []string{"PT-", "1991", "W123", "w123", "1EG4", "RIVERA", "Rivera", "TRAN"} {
					if strings.Contains(reason, secret) {
						t.Errorf("%q holds %s", reason, secret)
					}
				}
			}
		})
	}
}

func TestOneBadClaimDoesNotHoldBackTheOthers(t *testing.T) {
	t.Parallel()
	good, bad, twin := ready(), ready(), ready()
	bad.EncounterID, bad.Claim.Diagnoses = "ENC-0", nil
	twin.EncounterID, good.EncounterID = "enc-1", "ENC-1" // one control number once in capitals
	x := interchange(t)
	text, sent, left := x.Append(nil, []*events.Outcome{twin, bad, good})
	if len(sent) != 1 || sent[0] != good || len(left) != 2 || !strings.Contains(left[1].Reasons[0], "is that of encounter ENC-1") {
		t.Errorf("sent %d, left out %+v", len(sent), left)
	}
	if err := whole(text); err != nil {
		t.Error(err)
	}
}

func TestAFaultInOnePatientsEntryHoldsBackThatPatientAlone(t *testing.T) {
	t.Parallel()
	x := interchange(t)
	text, err := os.ReadFile("testdata/unit_patients.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if x.Patients, err = x12.ReadPatients("unit_patients.yaml", bytes.Replace(text, []byte("last: Tran,"), []byte("last: Trần,"), 1)); err != nil {
		t.Fatal(err)
	}
	good, held := ready(), ready()
	held.EncounterID, held.Claim.ControlNumber, held.Claim.Patient.ID = "ENC-2", "ENC-2", "PT-CHILD"
	_, sent, left := x.Append(nil, []*events.Outcome{good, held})
	if len(sent) != 1 || sent[0] != good || len(left) != 1 || !strings.Contains(left[0].Reasons[0], "the last name holds a character that X12 does not carry") {
		t.Errorf("sent %d, left out %+v", len(sent), left)
	}
}

// texts calls f with every text of the claim, one at a time.
func texts(v reflect.Value, f func(reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		f(v)
	case reflect.Pointer:
		if !v.IsNil() {
			texts(v.Elem(), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			texts(v.Field(i), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), f)
		}
	}
}

// full is a claim with every optional part.
func full() *events.Outcome {
	o := ready()
	c := o.Claim
	c.FrequencyCode, c.OriginalClaimNumber, c.PlaceOfService, c.AccidentState = "7", "ICN9", "22", "OH"
	c.Coverage[0].Authorization = "AU1"
	c.Coverage = append(c.Coverage, events.Coverage{Program: "auto", PayerID: "AUTO4", MemberID: "M-1", Authorization: "AU2"},
		events.Coverage{Program: "medicare_b", PayerID: "MAC01", MemberID: "1EG4TE5MK73"})
	c.ReferringProvider, c.SupervisingProvider = &events.Provider{NPI: "1667788990"}, &events.Provider{NPI: "1445566775"}
	c.Dates = events.Dates{Onset: "2026-03-01", InitialTreatment: "2026-03-02", LastXray: "2026-03-03", Accident: "2026-03-01"}
	c.BillingProvider.Taxonomy, c.RenderingProvider.Taxonomy = "261QP2000X", "225100000X"
	c.Lines[0].RenderingProvider, c.Lines[0].SupervisingProvider = &events.Provider{NPI: "1445566775", Taxonomy: "225100000X"}, &events.Provider{NPI: "1556677882"}
	return o
}

func TestNoTextOfAnEventBreaksASegment(t *testing.T) {
	t.Parallel()
	if n := len(segments(t, full())); n < 60 {
		t.Fatalf("%d segments: expected a claim with every part", n)
	}
	want := len(segments(t, full()))
	fields := 0
	texts(reflect.ValueOf(full().Claim), func(reflect.Value) { fields++ })
	x := interchange(t)
	for _, poison := range []string{"*", "~", ":", "^", "\n", "\r\n", "Q*Q", "Q~ST*837*0002~", "Q:Q", "É", "\x00", "\xff", "💊"} {
		for i := range fields {
			o, n := full(), 0
			var was string
			texts(reflect.ValueOf(o.Claim), func(v reflect.Value) {
				if n == i {
					was = v.String()
					v.SetString(was + poison)
				}
				n++
			})
			text, sent, _ := x.Append(nil, []*events.Outcome{o})
			if len(sent) == 0 {
				continue
			}
			if err := whole(text); err != nil || strings.Count(string(text), "~") > want || strings.Contains(string(text), poison) && len(poison) > 1 {
				t.Errorf("text %d %q with %q: %v\n%s", i, was, poison, err, text)
			}
		}
	}
}

func FuzzAppend(f *testing.F) {
	f.Add("ENC-1", "W123", "97140", "59", "M9903", "ICN", "AU", "2026-03-18", "OH", int64(8005), 2, 1)
	f.Add("A*B", "~", "9714:", "^^", "M99.03", "\n", "é", "2026-02-30", "o", int64(-1), 0, 13)
	x := interchange(f)
	f.Fuzz(func(t *testing.T, id, member, code, modifier, diagnosis, original, authorization, day, state string, charge int64, units, pointer int) {
		o := full()
		c := o.Claim
		o.EncounterID, o.ServiceDate = id, day
		c.ControlNumber, c.OriginalClaimNumber, c.AccidentState = id, original, state
		c.Coverage[0].MemberID, c.Coverage[0].Authorization = member, authorization
		c.Diagnoses[0] = diagnosis
		l := &c.Lines[0]
		l.ControlNumber, l.Code, l.Modifiers, l.ChargeCents, l.Units, l.DiagnosisPointers = id, code, []string{modifier}, charge, units, []int{pointer}
		c.TotalCents = charge + c.Lines[1].ChargeCents
		c.BillingProvider.Taxonomy, c.RenderingProvider.Taxonomy = code+code, diagnosis
		good := ready()
		good.EncounterID, good.Claim.ControlNumber = "GOOD", "GOOD"
		text, sent, left := x.Append(nil, []*events.Outcome{o, good})
		if len(sent)+len(left) != 2 || len(sent) == 0 {
			t.Fatalf("%d sent, %d left out", len(sent), len(left))
		}
		if err := whole(text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}
