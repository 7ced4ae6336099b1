package x12_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"claimscrub/cmd/claimscrub/x12"
	"claimscrub/events"
)

// files reads the practice file and the patient directory of testdata.
func files(t testing.TB) (*x12.Practice, *x12.Patients) {
	t.Helper()
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	practice, err := x12.ReadPractice("practice.yaml", read("practice.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	patients, err := x12.ReadPatients("unit_patients.yaml", read("unit_patients.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return practice, patients
}

func interchange(t testing.TB) x12.Interchange {
	practice, patients := files(t)
	return x12.Interchange{Practice: practice, Patients: patients, ControlNumber: 42, Time: time.Date(2026, 4, 1, 9, 5, 0, 0, time.UTC)}
}

// ready is a claim that lacks nothing.
func ready() *events.Outcome {
	return &events.Outcome{
		EncounterID: "ENC-1", Revision: 1, ServiceDate: "2026-03-18", AsOf: "2026-03-19",
		Claim: &events.Claim{
			ControlNumber: "ENC-1", TotalCents: 12010, PlaceOfService: "11", FrequencyCode: "1",
			Patient:           events.Patient{ID: "PT-SELF", BirthDate: "1991-12-05", Sex: "F"},
			Coverage:          []events.Coverage{{Program: "commercial", PayerID: "PLAN7", MemberID: "w123"}},
			BillingProvider:   events.BillingProvider{NPI: "1234567893", TaxID: "12-3456789"},
			RenderingProvider: events.Provider{NPI: "1334455668", Credential: "PT"},
			Diagnoses:         []string{"M9903", "S39012A"},
			Lines: []events.ClaimLine{
				{Line: 1, ControlNumber: "ENC-1-1", Code: "97140", Modifiers: []string{"59", "GP", "CQ", "KX"}, Units: 2, ChargeCents: 8005, DiagnosisPointers: []int{2, 1}},
				{Line: 2, ControlNumber: "ENC-1-2", Code: "97110", Modifiers: []string{"GP"}, Units: 1, ChargeCents: 4005, DiagnosisPointers: []int{1}},
			},
		},
	}
}

// segments are those of the interchange of one claim; they are in order and their counts agree.
func segments(t testing.TB, o *events.Outcome) []string {
	t.Helper()
	x := interchange(t)
	text, sent, left := x.Append(nil, []*events.Outcome{o})
	if len(sent) != 1 || len(left) != 0 {
		t.Fatalf("left out: %q", left)
	}
	if err := whole(text); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return strings.Split(strings.TrimSuffix(string(text), "~"), "~")
}

// whole checks the frame: envelopes, control numbers, counts, levels, and totals against lines.
func whole(text []byte) error {
	if len(text) < 106 || text[105] != '~' || string(text[:4]) != "ISA*" || text[104] != ':' || text[82] != '^' {
		return fmt.Errorf("ISA is not 106 characters with its delimiters in place")
	}
	all := strings.Split(strings.TrimSuffix(string(text), "~"), "~")
	var isa, gs, st []string
	start, sets, level, owed, open := 0, 0, 0, int64(0), 0
	for i, s := range all {
		e := strings.Split(s, "*")
		if strings.ContainsAny(s, "\n\r") || s != strings.ToUpper(s) || strings.HasSuffix(s, "*") {
			return fmt.Errorf("segment %d %s", i+1, e[0])
		}
		switch e[0] {
		case "ISA":
			isa, open = e, open+1
		case "GS":
			gs, open = e, open+1
		case "ST":
			st, start, level = e, i, 0
			sets++
		case "HL":
			if level++; e[1] != strconv.Itoa(level) {
				return fmt.Errorf("HL %s: expected %d", e[1], level)
			}
		case "CLM":
			if owed != 0 {
				return fmt.Errorf("claim before segment %d: total and lines differ by %d cents", i+1, owed)
			}
			owed = cents(e[2])
		case "SV1":
			owed -= cents(e[2])
		case "SE":
			if want := strconv.Itoa(i - start + 1); e[1] != want || e[2] != st[2] {
				return fmt.Errorf("SE %v: expected %s segments of set %s", e, want, st[2])
			}
		case "GE":
			if e[1] != strconv.Itoa(sets) || e[2] != gs[6] {
				return fmt.Errorf("GE %v: expected %d sets of group %s", e, sets, gs[6])
			}
		case "IEA":
			if e[1] != "1" || e[2] != isa[13] || i != len(all)-1 {
				return fmt.Errorf("IEA %v: expected 1 group of interchange %s, at the end", e, isa[13])
			}
		case "BHT", "NM1", "PER", "PRV", "N3", "N4", "REF", "SBR", "DMG", "PAT", "DTP", "HI", "OI", "LX":
		default:
			return fmt.Errorf("segment %d has the unknown name %q", i+1, e[0])
		}
	}
	if open != 2 || owed != 0 || !strings.HasPrefix(all[len(all)-1], "IEA*") {
		return fmt.Errorf("%d envelopes, %d cents between total and lines, the end is %s", open, owed, all[len(all)-1])
	}
	return nil
}

// cents reads decimal dollars; -1 where they are none.
func cents(v string) int64 {
	whole, part, _ := strings.Cut(v, ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil || len(part) > 2 {
		return -1
	}
	return n
}

func TestOneClaimInFull(t *testing.T) {
	t.Parallel()
	want := []string{
		"ISA*00*          *00*          *ZZ*MSPM01         *ZZ*CLEAR1         *260401*0905*^*00501*000000042*0*T*:",
		"GS*HC*MSPM01*CLEAR1*20260401*0905*42*X*005010X222A1",
		"ST*837*0001*005010X222A1",
		"BHT*0019*00*000000042-0001*20260401*0905*CH",
		"NM1*41*2*MAIN STREET PHYSICAL MEDICINE*****46*MSPM01",
		"PER*IC*BILLING OFFICE*TE*5135550100*EX*12",
		"NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*CLEAR1",
		"HL*1**20*1",
		"PRV*BI*PXC*225100000X",
		"NM1*85*2*MAIN STREET PHYSICAL THERAPY LLC*****XX*1234567893",
		"N3*100 MAIN STREET*SUITE 4",
		"N4*CINCINNATI*OH*452021234",
		"REF*EI*123456789",
		"NM1*87*2",
		"N3*PO BOX 77",
		"N4*CINCINNATI*OH*45202",
		"HL*2*1*22*0",
		"SBR*P*18*G-7******12",
		"NM1*IL*1*RIVERA*ANA*B**III*MI*W123",
		"N3*9 ELM STREET*APT 2",
		"N4*CINCINNATI*OH*452029999",
		"DMG*D8*19911205*F",
		"NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*PLAN7",
		"CLM*ENC-1*120.1***11:B:1*Y*A*Y*I",
		"HI*ABK:M9903*ABF:S39012A",
		"NM1*82*1*HARPER*LEE*M***XX*1334455668",
		"PRV*PE*PXC*207Q00000X",
		"LX*1",
		"SV1*HC:97140:59:GP:CQ:KX*80.05*UN*2***2:1",
		"DTP*472*D8*20260318",
		"REF*6R*ENC-1-1",
		"LX*2",
		"SV1*HC:97110:GP*40.05*UN*1***1",
		"DTP*472*D8*20260318",
		"REF*6R*ENC-1-2",
		"SE*34*0001",
		"GE*1*42",
		"IEA*1*000000042",
	}
	if got := segments(t, ready()); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSituationalSegments(t *testing.T) {
	t.Parallel()
	provider := func(npi string) *events.Provider { return &events.Provider{NPI: npi} }
	for _, c := range []struct {
		name   string
		change func(*events.Claim)
		want   []string // in this order, among others
		none   []string // beginnings that no segment has
	}{
		{"replacement", func(c *events.Claim) { c.FrequencyCode, c.OriginalClaimNumber = "7", "ICN 9" }, []string{"CLM*ENC-1*120.1***11:B:7*Y*A*Y*I", "REF*F8*ICN 9"}, nil},
		{"void", func(c *events.Claim) { c.FrequencyCode, c.OriginalClaimNumber = "8", "ICN9" }, []string{"CLM*ENC-1*120.1***11:B:8*Y*A*Y*I", "REF*F8*ICN9"}, nil},
		{"original with a payer's number", func(c *events.Claim) { c.OriginalClaimNumber = "ICN9" }, nil, []string{"REF*F8"}},
		{"authorization", func(c *events.Claim) { c.Coverage[0].Authorization = "au-77" }, []string{"REF*G1*AU-77"}, nil},
		{"dates", func(c *events.Claim) {
			c.Dates = events.Dates{Onset: "2026-03-01", InitialTreatment: "2026-03-02", LastXray: "2026-02-03"}
		}, []string{"DTP*431*D8*20260301", "DTP*454*D8*20260302", "DTP*455*D8*20260203", "HI*ABK:M9903*ABF:S39012A"}, []string{"DTP*439"}},
		{"onset on the day of service", func(c *events.Claim) { c.Dates.Onset = "2026-03-18" }, nil, []string{"DTP*431"}},
		{"automobile accident", func(c *events.Claim) {
			c.Coverage[0] = events.Coverage{Program: "auto", PayerID: "AUTO4", MemberID: "M-1"}
			c.Dates.Accident, c.AccidentState = "2026-03-04", "OH"
		}, []string{"SBR*P*18*******AM", "REF*Y4*A-1", "CLM*ENC-1*120.1***11:B:1*Y*A*Y*I**AA:::OH", "DTP*439*D8*20260304"}, nil},
		{"injury at work", func(c *events.Claim) {
			c.Coverage[0] = events.Coverage{Program: "workers_comp", PayerID: "WCIN2", MemberID: "M-1"}
			c.Dates.Accident, c.AccidentState = "2026-03-04", "IN"
		}, []string{"HL*2*1*22*1", "SBR*P********WC", "NM1*IL*2*QUARRY AND SONS*****MI*M-1", "HL*3*2*23*0", "PAT*20", "NM1*QC*1*RIVERA*ANA*B**III", "REF*Y4*W-1",
			"CLM*ENC-1*120.1***11:B:1*Y*A*W*I**EM", "DTP*439*D8*20260304"}, nil},
		{"car accident at work", func(c *events.Claim) {
			c.Coverage = []events.Coverage{{Program: "auto", PayerID: "AUTO4", MemberID: "M-1"}, {Program: "workers_comp", PayerID: "WCIN2", MemberID: "M-2"}}
			c.Dates.Accident, c.AccidentState = "2026-03-04", "IN"
		}, []string{"CLM*ENC-1*120.1***11:B:1*Y*A*Y*I**AA:EM::IN"}, nil},
		{"other accident", func(c *events.Claim) { c.Dates.Accident = "2026-03-01" }, []string{"CLM*ENC-1*120.1***11:B:1*Y*A*Y*I**OA", "DTP*439*D8*20260301"}, nil},
		{"referring and supervising", func(c *events.Claim) {
			c.ReferringProvider, c.SupervisingProvider = provider("1667788990"), provider("1445566775")
		}, []string{"NM1*DN*1*SMITH-JONES*ALEX****XX*1667788990", "NM1*82*1*HARPER*LEE*M***XX*1334455668", "NM1*DQ*1*O'NEIL*DANA****XX*1445566775", "LX*1"}, nil},
		{"renders as who bills", func(c *events.Claim) {
			c.BillingProvider, c.RenderingProvider = events.BillingProvider{NPI: "1223344551", TaxID: "456789012"}, events.Provider{NPI: "1223344551"}
		}, []string{"NM1*85*1*KELLER*RUTH***DC*XX*1223344551"}, []string{"NM1*82"}},
		{"the event's taxonomies come first", func(c *events.Claim) {
			c.BillingProvider.Taxonomy, c.RenderingProvider.Taxonomy = "261QP2000X", "225100000x"
		}, []string{"PRV*BI*PXC*261QP2000X", "PRV*PE*PXC*225100000X"}, nil},
		{"another renders and supervises a line", func(c *events.Claim) {
			c.SupervisingProvider = provider("1445566775")
			c.Lines[0].RenderingProvider, c.Lines[0].SupervisingProvider = provider("1334455668"), provider("1445566775")
			c.Lines[1].RenderingProvider, c.Lines[1].SupervisingProvider = provider("1667788990"), provider("1556677882")
		}, []string{"NM1*82*1*HARPER*LEE*M***XX*1334455668", "NM1*DQ*1*O'NEIL*DANA****XX*1445566775", "LX*1", "REF*6R*ENC-1-1", "LX*2", "REF*6R*ENC-1-2",
			"NM1*82*1*SMITH-JONES*ALEX****XX*1667788990", "PRV*PE*PXC*225100000X", "NM1*DQ*1*VANCE*TOM****XX*1556677882"}, nil},
		{"hospital", func(c *events.Claim) { c.PlaceOfService = "22" }, []string{"NM1*82*1*HARPER*LEE*M***XX*1334455668", "NM1*77*2*EXAMPLE GENERAL HOSPITAL*****XX*1234567893", "N3*1 HOSPITAL DRIVE", "N4*CINCINNATI*OH*452193333", "LX*1"}, nil},
		{"home", func(c *events.Claim) { c.PlaceOfService = "12" }, []string{"CLM*ENC-1*120.1***12:B:1*Y*A*Y*I"}, []string{"NM1*77"}},
		{"dependent", func(c *events.Claim) { c.Patient.ID = "PT-CHILD" }, []string{"HL*2*1*22*1", "SBR*P***EXAMPLE EMPLOYER*****12", "NM1*IL*1*TRAN*MINH*V**JR*MI*W123", "NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*PLAN7",
			"HL*3*2*23*0", "PAT*19", "NM1*QC*1*TRAN*JO", "N3*1 OAK STREET", "N4*DAYTON*OH*45402", "DMG*D8*19911205*F", "CLM*ENC-1*120.1***11:B:1*Y*A*Y*Y"}, nil},
		{"secondary and tertiary payers", func(c *events.Claim) {
			c.Coverage = append(c.Coverage, events.Coverage{Program: "medicare_b", PayerID: "MAC01", MemberID: "1EG4-TE5-MK73"},
				events.Coverage{Program: "self_pay"}, events.Coverage{Program: "tricare", PayerID: "TREST", MemberID: "T-1", Authorization: "AU-2"})
		}, []string{"SBR*P*18*G-7******12", "NM1*82*1*HARPER*LEE*M***XX*1334455668",
			"SBR*S*18***12****MB", "OI***N***I", "NM1*IL*1*RIVERA*ANA*B**III*MI*1EG4TE5MK73", "N3*9 ELM STREET*APT 2", "NM1*PR*2*MEDICARE PART B*****PI*MAC01",
			"SBR*T*01*******CH", "OI***Y***I", "NM1*IL*1*RIVERA*JOE****MI*T-1", "N3*9 ELM STREET", "NM1*PR*2*EXAMPLE TRICARE EAST*****PI*TREST", "REF*G1*AU-2", "LX*1"}, nil},
		{"no assignment", func(c *events.Claim) { c.Coverage[0].PayerID = "TREST" }, []string{"CLM*ENC-1*120.1***11:B:1*Y*C*Y*I"}, nil},
		{"twelve diagnoses", func(c *events.Claim) {
			c.Diagnoses = []string{"M9901", "M9902", "M9903", "M9904", "M9905", "M9906", "M9907", "M9908", "M9909", "M5459", "M542", "M546"}
		}, []string{"HI*ABK:M9901*ABF:M9902*ABF:M9903*ABF:M9904*ABF:M9905*ABF:M9906*ABF:M9907*ABF:M9908*ABF:M9909*ABF:M5459*ABF:M542*ABF:M546"}, nil},
		{"amounts", func(c *events.Claim) {
			c.TotalCents, c.Lines[0].ChargeCents, c.Lines[1].ChargeCents = 10005, 10000, 5
		}, []string{"CLM*ENC-1*100.05***11:B:1*Y*A*Y*I", "SV1*HC:97140:59:GP:CQ:KX*100*UN*2***2:1", "SV1*HC:97110:GP*0.05*UN*1***1"}, nil},
		{"an identifier in small letters", func(c *events.Claim) { c.ControlNumber, c.Lines[0].ControlNumber = "enc-1", "enc-1-1" }, []string{"CLM*ENC-1*120.1***11:B:1*Y*A*Y*I", "REF*6R*ENC-1-1"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := ready()
			c.change(o.Claim)
			got := segments(t, o)
			rest := got
			for _, want := range c.want {
				i := slices.Index(rest, want)
				if i < 0 {
					t.Fatalf("no %s, or not in this order, in\n%s", want, strings.Join(got, "\n"))
				}
				rest = rest[i+1:]
			}
			for _, none := range c.none {
				if slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, none) }) {
					t.Errorf("a segment %s in\n%s", none, strings.Join(got, "\n"))
				}
			}
		})
	}
}

func TestFilingIndicatorOfEveryProgram(t *testing.T) {
	t.Parallel()
	for program, want := range map[string]string{
		"medicare_b": "MB", "medicare_advantage": "16", "medicaid": "MC", "tricare": "CH", "veterans": "VA", "commercial": "CI",
		"workers_comp": "WC", "other": "ZZ",
	} {
		o := ready()
		o.Claim.Coverage[0].Program, o.Claim.Coverage[0].PayerID = program, "MAC01" // whose filing indicator the practice file leaves to the program
		if got := segments(t, o); !slices.Contains(got, "SBR*P*18*******"+want) {
			t.Errorf("%s: expected %s in\n%s", program, want, strings.Join(got, "\n"))
		}
	}
}

func TestClaimsOfOneBillingProviderShareATransactionSet(t *testing.T) {
	t.Parallel()
	x := interchange(t)
	var all []*events.Outcome
	for i := range 5001 {
		o := ready()
		o.EncounterID = fmt.Sprintf("E%05d", i)
		o.Claim.ControlNumber = o.EncounterID
		all = append(all, o)
	}
	other := ready()
	other.Claim.BillingProvider = events.BillingProvider{NPI: "1122334455", TaxID: "987654321"}
	all = append(all, other)
	text, sent, left := x.Append(nil, all)
	if len(sent) != 5002 || len(left) != 0 {
		t.Fatalf("%d sent, %d left out", len(sent), len(left))
	}
	if err := whole(text); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"~ST*837*0003*005010X222A1~", "~GE*3*42~", "~HL*5001*1*22*0~"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s", want)
		}
	}
	slices.Reverse(all)
	again, _, _ := x.Append(nil, all)
	if string(again) != string(text) {
		t.Error("the order of the outcomes changes the bytes")
	}
}
