// Package scrubtest gives tests an engine with every rule, the shipped tables and the shipped profiles.
package scrubtest

import (
	"testing"

	"claimscrub/deploy"
	"claimscrub/scrubber"
	"claimscrub/scrubber/payer"
	"claimscrub/scrubber/refdata"
	"claimscrub/scrubber/rules"
)

// Engine is the engine as shipped.
func Engine(t testing.TB) *scrubber.Engine {
	t.Helper()
	tables, err := refdata.Open(deploy.Refdata()...)
	if err != nil {
		t.Fatal(err)
	}
	all := rules.All()
	policies, err := payer.Load(deploy.Profiles(), all)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := scrubber.New("test", all, tables, policies)
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// Scrub judges an encounter as a publisher sends it; as-of is its event's time, else its date of service.
func Scrub(t testing.TB, e *scrubber.Engine, data []byte) *scrubber.Outcome {
	t.Helper()
	c, err := scrubber.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	return e.Scrub(c)
}
