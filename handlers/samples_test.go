package handlers_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/scrubber/rules"
	"claimscrub/scrubber/scrubtest"
)

// received is when the samples that carry no time of their own are taken to have arrived.
var received = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestEverySampleEndsAsItSays(t *testing.T) {
	t.Parallel()
	decide := (&handlers.Adjudicator{Engine: scrubtest.Engine(t)}).Decide
	for _, s := range events.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			d := decide(context.Background(), handlers.Message{Body: s.Data, Received: received})
			if d.Result.String() != s.Verdict {
				t.Errorf("%s, expected %s", d.Result, s.Verdict)
			}
			if d.Result == handlers.DeadLettered {
				return
			}
			var event struct{ Data events.Outcome }
			if err := json.Unmarshal(d.Body, &event); err != nil {
				t.Fatal(err)
			}
			got, said := []string{}, strings.Builder{}
			for _, f := range event.Data.Findings {
				got = append(got, f.Severity+" "+f.Rule)
				said.WriteString("\n\t" + f.Severity + " " + f.Rule + " at " + f.Pointer + ": " + f.Message)
			}
			if !slices.Equal(got, s.Findings) {
				t.Errorf("%s\n got %q\nwant %q%s", s.Story, got, s.Findings, said.String())
			}
		})
	}
}

// clean is claims as good practices send them, a line each: every discipline, program and kind of service.
//
//go:embed testdata/clean.jsonl
var clean []byte

// TestNoRuleHoldsACleanClaim is the other half of the samples: a wrong rejection holds money.
func TestNoRuleHoldsACleanClaim(t *testing.T) {
	t.Parallel()
	decide := (&handlers.Adjudicator{Engine: scrubtest.Engine(t)}).Decide
	for line := range bytes.Lines(clean) {
		d := decide(context.Background(), handlers.Message{Body: line, Received: received})
		if d.Result != handlers.Ready || len(d.Findings) > 0 {
			t.Errorf("%s is %s with %v, expected ready without a finding", d.EncounterID, d.Result, d.Findings)
		}
	}
}

// firstIssue are the families of which every rule has a sample.
var firstIssue = []string{"REG", "TIM", "EXC", "FRM", "SCH"}

func TestTheSamplesMakeEveryRuleOfTheseFamiliesSpeak(t *testing.T) {
	t.Parallel()
	spoken := map[string]bool{}
	for _, s := range events.Samples() {
		for _, f := range s.Findings {
			_, id, _ := strings.Cut(f, " ")
			spoken[id] = true
		}
	}
	for _, r := range rules.All() {
		wanted := slices.Contains(firstIssue, r.ID[:3]) || slices.Contains([]string{"MOD001", "DOC001", "DOC002"}, r.ID)
		if wanted && !spoken[r.ID] {
			t.Errorf("no sample makes %s %s speak", r.ID, r.Name)
		}
	}
}
