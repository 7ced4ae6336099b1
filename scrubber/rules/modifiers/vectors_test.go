package modifiers_test

import (
	"slices"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
)

// split is what the rule on the assistant's units says.
func split(o *scrubber.Outcome) (text string, rejects bool) {
	for _, f := range o.Findings {
		if f.Rule.ID == "MOD007" {
			text += f.Message + "; "
			rejects = rejects || f.Severity == scrubber.Reject
		}
	}
	return text, rejects
}

func TestAssistantVectorsGiveTheirStatedAnswer(t *testing.T) {
	t.Parallel()
	engine, judged := scrubtest.Engine(t), 0
	for _, v := range scrubtest.Vectors(t, "timed.jsonl") {
		if v.Rule != "cqco" {
			continue
		}
		judged++
		if v.ModifiersStated != nil && !*v.ModifiersStated { // the units are stated; the modifiers follow from the algorithm
			v.Expected = []scrubtest.VectorLine{
				{Code: "97110", Units: 1, Modifiers: []string{"GP", "CQ"}}, {Code: "97110", Units: 1}, {Code: "97140", Units: 2},
			}
		}
		if text, _ := split(scrubtest.Scrub(t, engine, v.Encounter(t, v.Expected))); text != "" {
			t.Errorf("%s, billed as stated: %s", v.ID, text)
		}
		for i, l := range v.Expected {
			wrong := slices.Clone(v.Expected)
			if slices.Contains(l.Modifiers, "CQ") {
				wrong[i].Modifiers = []string{"GP"}
			} else {
				wrong[i].Modifiers = []string{"GP", "CQ"}
			}
			if text, rejects := split(scrubtest.Scrub(t, engine, v.Encounter(t, wrong))); !rejects {
				t.Errorf("%s, %s with %v: %q does not reject", v.ID, l.Code, wrong[i].Modifiers, text)
			}
		}
	}
	if judged == 0 {
		t.Error("no vector of assistants' units")
	}
}
