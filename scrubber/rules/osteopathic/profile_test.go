package osteopathic_test

import (
	"fmt"
	"strings"
	"testing"

	"claimscrub/deploy"
	"claimscrub/scrubber"
	"claimscrub/scrubber/cases"
	"claimscrub/scrubber/payer"
	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/rules/osteopathic"
)

const profile = `id: p
title: A plan
unit_method: {value: cpt_midpoint, source: s}
edits: {value: medicare, source: s}
not_evaluated: {value: ready, source: s}
params:
`

const encounter = `{"encounter_id": "enc-1", "revision": 1, "service_date": "2026-03-16", "place_of_service": "11",
"patient": {"id": "pat-1", "birth_date": "1961-05-01", "sex": "F"}, "coverage": [{"program": "self_pay"}],
"billing_provider": {"npi": "1234567893"}, "rendering_provider": {"npi": "1881797405", "credential": "%s"}, "diagnoses": %s,%s
"charges": [{"line": 1, "code": "98926", "units": 1, "charge_cents": 6500, "diagnosis_pointers": [1]}]}`

const documented = `"services": [{"id": "omt", "kind": "osteopathic_manipulation", "regions": ["cervical", "lumbar", "sacral"]}],`

// The shipped profiles set no more than one word of each parameter; these are the others.
func TestAProfileDecidesWhoBillsAndWhichDiagnosesCount(t *testing.T) {
	t.Parallel()
	const nobody, three, two = `["M54.50"]`, `["M99.01", "M99.03", "M99.04"]`, `["M99.01", "M99.03"]`
	for _, c := range []struct{ param, credential, diagnoses, services, want string }{
		{"omt_practitioners: {value: warn, source: s}", "NP", three, documented, "OMT001 warn"},
		{"omt_practitioners: {value: reject, source: s}", "PA", three, documented, "OMT001 reject"},
		{"omt_practitioners: {value: allow, source: s}", "PA", three, documented, ""},
		{"omt_physician_only: {value: true, source: s}", "DC", three, documented, "OMT001 reject"},
		{"omt_diagnosis_regions: {value: one, source: s}", "DO", nobody, documented, "OMT002 reject"},
		{"omt_diagnosis_regions: {value: one, source: s}", "DO", `["M99.08"]`, documented, ""},
		{"omt_diagnosis_regions: {value: band, source: s}", "DO", two, documented, "OMT002 reject"},
		{"omt_diagnosis_regions: {value: band, source: s}", "DO", three, documented, ""},
		{"omt_diagnosis_regions: {value: each, source: s}", "DO", `["M99.01", "M99.03", "M99.02"]`, documented, "OMT002 reject"},
		{"omt_diagnosis_regions: {value: each, source: s}", "DO", three, documented, ""},
		{"omt_diagnosis_regions: {value: each, source: s}", "DO", three, "", "OMT002 not evaluated"},
		{"omt_diagnosis_regions: {value: each, source: s, certain: false}", "DO", two, documented, "OMT002 warn"},
	} {
		t.Run(c.param+" "+c.want, func(t *testing.T) {
			t.Parallel()
			read, err := scrubber.Read(fmt.Appendf(nil, encounter, c.credential, c.diagnoses, c.services))
			if err != nil {
				t.Fatal(err)
			}
			got := cases.Format(engine(t, c.param).Scrub(read), "")
			if c.want == "" && got != "" || !strings.HasPrefix(strings.ReplaceAll(got, ":", ""), c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func engine(t *testing.T, param string) *scrubber.Engine {
	t.Helper()
	tables, err := refdata.Open(deploy.Refdata()...)
	if err != nil {
		t.Fatal(err)
	}
	policies, err := payer.Load([]payer.File{{Name: "p.yaml", Text: []byte(profile + "  " + param + "\n")}}, osteopathic.Rules())
	if err != nil {
		t.Fatal(err)
	}
	e, err := scrubber.New("test", osteopathic.Rules(), tables, policies)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
