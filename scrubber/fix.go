package scrubber

import (
	"encoding/json"
	"fmt"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// MaxPatched bounds what a patch may copy into a document, in bytes.
const MaxPatched = 1 << 20

// Apply applies JSON Patch (RFC 6902) operations to an encounter's data and returns the new data. The
// error names the first operation that does not apply; data is never changed.
func Apply(data []byte, patch []PatchOp) ([]byte, error) {
	type op struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value,omitempty"`
	}
	ops := make([]op, len(patch))
	for i, p := range patch {
		ops[i] = op(p)
	}
	text, err := json.Marshal(ops)
	if err != nil {
		return nil, fmt.Errorf("encode patch: %w", err)
	}
	return ApplyJSON(data, text)
}

// ApplyJSON is Apply for a patch in its JSON form, as a finding's fix carries it.
func ApplyJSON(data, patch []byte) (out []byte, err error) {
	defer func() { // the library dereferences nil where a test compares lists with null in them (v5.9.11)
		if recovered := recover(); recovered != nil {
			out, err = nil, fmt.Errorf("apply patch: %v", recovered)
		}
	}()
	decoded, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return nil, fmt.Errorf("decode patch: %w", err)
	}
	options := jsonpatch.NewApplyOptions()
	options.AccumulatedCopySizeLimit = MaxPatched
	options.SupportNegativeIndices = false
	options.EscapeHTML = false
	if out, err = decoded.ApplyWithOptions(data, options); err != nil {
		return nil, fmt.Errorf("apply patch: %w", err)
	}
	return out, nil
}
