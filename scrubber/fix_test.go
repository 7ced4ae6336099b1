package scrubber_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"claimscrub/scrubber"
)

func TestApplyChangesACopy(t *testing.T) {
	t.Parallel()
	data := []byte(`{"charges":[{"code":"98926","modifiers":["51","GP"]}]}`)
	sent := bytes.Clone(data)
	got, err := scrubber.Apply(data, []scrubber.PatchOp{
		{Op: "replace", Path: "/charges/0/code", Value: "98925"},
		{Op: "test", Path: "/charges/0/modifiers/0", Value: "51"},
		{Op: "remove", Path: "/charges/0/modifiers/0"},
	})
	if err != nil || string(got) != `{"charges":[{"code":"98925","modifiers":["GP"]}]}` {
		t.Errorf("got %s, %v", got, err)
	}
	if !bytes.Equal(data, sent) {
		t.Errorf("the data given became %s", data)
	}
}

func TestApplyRefusesWhatDoesNotApply(t *testing.T) {
	t.Parallel()
	for _, p := range []scrubber.PatchOp{
		{Op: "remove", Path: "/charges/1"},
		{Op: "replace", Path: "/charges/0/nothing", Value: "x"},
		{Op: "test", Path: "/charges/0/code", Value: "97140"},
		{Op: "remove", Path: "/charges/-1"},
		{Op: "scrub", Path: "/charges/0"},
	} {
		if got, err := scrubber.Apply([]byte(`{"charges":[{"code":"97110"}]}`), []scrubber.PatchOp{p}); err == nil {
			t.Errorf("%s %s gave %s", p.Op, p.Path, got)
		}
	}
}

// Applying any patch to any document ends, never panics, and gives JSON or an error.
func FuzzApplyJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,2],"b":{"c":"d"}}`), []byte(`[{"op":"replace","path":"/a/0","value":3},{"op":"remove","path":"/b/c"}]`))
	f.Add([]byte(`{"a":{}}`), []byte(`[{"op":"copy","from":"/a","path":"/a/a"},{"op":"copy","from":"/a","path":"/a/a"}]`))
	f.Add([]byte(`[]`), []byte(`[{"op":"add","path":"/-","value":null},{"op":"move","from":"/0","path":"/0"},{"op":"test","path":"","value":[null]}]`))
	f.Add([]byte(`{"a/b~":1}`), []byte(`[{"op":"remove","path":"/a~1b~0"}]`))
	f.Fuzz(func(t *testing.T, data, patch []byte) {
		sent := bytes.Clone(data)
		out, err := scrubber.ApplyJSON(data, patch)
		if !bytes.Equal(data, sent) {
			t.Fatal("the data given was changed")
		}
		if err == nil && json.Valid(data) && !json.Valid(out) {
			t.Fatalf("%s of %s is no JSON: %s", patch, data, out)
		}
	})
}
