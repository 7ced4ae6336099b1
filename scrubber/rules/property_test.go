package rules_test

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"claimscrub/events"
	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
)

// encounter draws a sample and changes what billing gets wrong: codes, units, modifiers, minutes, regions, attendance, payer.
func encounter(t *rapid.T, corpus []map[string]any) []byte {
	text, err := json.Marshal(rapid.SampledFrom(corpus).Draw(t, "sample"))
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(text, &e); err != nil { // a deep copy
		t.Fatal(err)
	}
	e["coverage"].([]any)[0].(map[string]any)["program"] = rapid.SampledFrom(eight).Draw(t, "program")
	codes := []string{"97110", "97112", "97140", "97530", "97124", "97032", "97014", "G0283", "97012", "97010", "97150", "97161", "97164",
		"98925", "98926", "98928", "98940", "98941", "98943", "20560", "20561", "20552", "90901", "99213", "97130", "A9999"}
	modifiers := []string{"GP", "GO", "CQ", "CO", "59", "51", "25", "AT", "KX", "GA", "XS", "76", "LT"}
	for _, l := range e["charges"].([]any) {
		line := l.(map[string]any)
		if rapid.Bool().Draw(t, "recode") {
			line["code"] = rapid.SampledFrom(codes).Draw(t, "code")
		}
		if rapid.Bool().Draw(t, "reunit") {
			line["units"] = rapid.IntRange(0, 8).Draw(t, "units")
		}
		if rapid.Bool().Draw(t, "remodify") {
			line["modifiers"] = rapid.SliceOfN(rapid.SampledFrom(modifiers), 0, 5).Draw(t, "modifiers")
		}
	}
	services, _ := e["services"].([]any)
	for _, s := range services {
		service := s.(map[string]any)
		if rapid.Bool().Draw(t, "retime") {
			service["minutes"] = rapid.IntRange(0, 60).Draw(t, "minutes")
			delete(service, "assistant_minutes")
			delete(service, "intervals")
		}
		if rapid.Bool().Draw(t, "reattend") {
			service["attended"] = rapid.Bool().Draw(t, "attended")
		}
	}
	out, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// bareSamples are the data of the samples that obey the schema.
func bareSamples(t *testing.T) (corpus []map[string]any) {
	for _, s := range events.Samples() {
		var e map[string]any
		in, err := events.ReadEncounter(nil, s.Data, 0)
		if err != nil || len(in.Violations) > 0 || json.Unmarshal(in.Data, &e) != nil {
			continue // what cannot be read has no lines to change
		}
		if len(in.Encounter.Charges) > 6 {
			continue // a story about size: slow to draw from, and it adds nothing here
		}
		corpus = append(corpus, e)
	}
	if len(corpus) < 10 {
		t.Fatalf("%d samples to draw from", len(corpus))
	}
	return corpus
}

// Every safe fix of an outcome, applied one after the other, makes its finding go away and brings no rejection.
func TestSafeFixesNeverBringANewRejection(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	corpus := bareSamples(t)
	rapid.Check(t, func(t *rapid.T) {
		sent := encounter(t, corpus)
		before, fixed := judge(t, engine, sent), sent
		for i := range before.Findings {
			f := &before.Findings[i]
			if f.Fix == nil || !f.Fix.Safe {
				continue
			}
			var err error
			if fixed, err = scrubber.Apply(fixed, f.Fix.Patch); err != nil {
				t.Fatalf("%s %q: %v\n%s", f.Rule.ID, f.Message, err, sent)
			}
			after := judge(t, engine, fixed)
			if fresh := newRejects(before, after); len(fresh) > 0 {
				t.Fatalf("the fix %q of %s (%s) brings %q\n%s", f.Fix.Summary, f.Rule.ID, f.Message, fresh, sent)
			}
			if said(after, f) {
				t.Fatalf("the fix %q of %s leaves its finding %q\n%s", f.Fix.Summary, f.Rule.ID, f.Message, sent)
			}
		}
	})
}

func judge(t *rapid.T, e *scrubber.Engine, data []byte) *scrubber.Outcome {
	c, err := scrubber.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return e.Scrub(c)
}

// Sending the same encounter with its lines and services in any order gives the same verdicts.
func TestOrderNeverChangesAnOutcome(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	corpus := bareSamples(t)
	rapid.Check(t, func(t *rapid.T) {
		data := encounter(t, corpus)
		var e map[string]any
		if err := json.Unmarshal(data, &e); err != nil {
			t.Fatal(err)
		}
		for _, list := range []string{"charges", "services"} {
			if elements, ok := e[list].([]any); ok && len(elements) > 1 {
				e[list] = rapid.Permutation(elements).Draw(t, list)
			}
		}
		shuffled, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if want, got := verdicts(judge(t, engine, data)), verdicts(judge(t, engine, shuffled)); !slices.Equal(want, got) {
			t.Fatalf("got %q\nwant %q\n%s", got, want, data)
		}
	})
}
