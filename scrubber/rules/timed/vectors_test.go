package timed_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
)

// said is what the rules on timed units say, and whether one of them rejects.
func said(o *scrubber.Outcome) (text string, rejects bool) {
	var b strings.Builder
	for _, f := range o.Findings {
		if slices.Contains([]string{"TIM001", "TIM002", "TIM003"}, f.Rule.ID) {
			fmt.Fprintf(&b, "%s %s %s; ", f.Rule.ID, f.Severity, f.Message)
			rejects = rejects || f.Severity == scrubber.Reject
		}
	}
	return b.String(), rejects
}

func TestVectorsGiveTheirStatedAnswer(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	for _, v := range scrubtest.Vectors(t, "timed.jsonl") {
		right := v.Alternatives
		if right == nil {
			right = [][]scrubtest.VectorLine{v.Expected}
		}
		for _, billed := range right {
			if text, _ := said(scrubtest.Scrub(t, engine, v.Encounter(t, billed))); text != "" {
				t.Errorf("%s, billed as stated %v: %s", v.ID, billed, text)
			}
			for i, l := range billed {
				if slices.Contains(v.Untimed, l.Code) {
					continue
				}
				over := slices.Clone(billed)
				over[i].Units++
				if text, rejects := said(scrubtest.Scrub(t, engine, v.Encounter(t, over))); !rejects {
					t.Errorf("%s, one unit of %s too many: %q does not reject", v.ID, l.Code, text)
				}
			}
		}
	}
}

// TestDisputedVectors bills what each disputed source prints and says what is right of it.
func TestDisputedVectors(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	want := map[string]string{
		"disp-acct":            "TIM001 reject", // 30 minutes earn two units
		"disp-25-10":           "",              // a tie of 10 and 10 minutes: the split is right, the reason given for it is not
		"disp-aapc-32":         "",              // four times 8 minutes are four units by the midpoint
		"disp-mena-ama-floor8": "TIM001 reject", // 16 minutes are one unit
		"disp-visualfoodie":    "TIM003 warn",   // 20 and 20 minutes earn three units under CMS
	}
	for _, v := range scrubtest.Vectors(t, "timed_disputed.jsonl") {
		w, ok := want[v.ID]
		text, _ := said(scrubtest.Scrub(t, engine, v.Encounter(t, v.Expected)))
		if !ok || !strings.HasPrefix(text, w) || w == "" && text != "" {
			t.Errorf("%s: %q, want %q", v.ID, text, w)
		}
	}
}
