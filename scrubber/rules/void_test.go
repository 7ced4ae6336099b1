package rules_test

import (
	"os"
	"testing"

	"claimscrub/scrubber"
	"claimscrub/scrubber/scrubtest"
)

// A void repeats the claim it takes back, with what was wrong about it: only its form is judged, and every other rule
// says that it was not.
func TestAVoidIsJudgedByItsFormAlone(t *testing.T) {
	t.Parallel()
	engine := scrubtest.Engine(t)
	claim, err := os.ReadFile("testdata/programs.json")
	if err != nil {
		t.Fatal(err)
	}
	if scrubtest.Scrub(t, engine, claim).Ready {
		t.Fatal("the claim to take back is ready: it shows nothing")
	}
	void, err := scrubber.Apply(claim, []scrubber.PatchOp{{Op: "add", Path: "/claim_frequency", Value: "8"}})
	if err != nil {
		t.Fatal(err)
	}
	o := scrubtest.Scrub(t, engine, void)
	if o.Ready || o.Findings[0].Rule.ID != "FRM013" {
		t.Errorf("a void without the payer's claim number: ready %t, %v", o.Ready, o.Findings)
	}
	void, err = scrubber.Apply(void, []scrubber.PatchOp{{Op: "add", Path: "/original_claim_number", Value: "PAYER-1"}})
	if err != nil {
		t.Fatal(err)
	}
	o = scrubtest.Scrub(t, engine, void)
	if !o.Ready {
		t.Errorf("a void with the payer's claim number is rejected: %s", o.Findings[0].Message)
	}
	unjudged := 0
	for _, n := range o.NotEvaluated {
		if n.Reason == scrubber.VoidClaim {
			unjudged++
		}
	}
	if unjudged < 80 {
		t.Errorf("%d rules say that they were not judged", unjudged)
	}
}
