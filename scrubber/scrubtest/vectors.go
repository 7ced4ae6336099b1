package scrubtest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Vector is one worked example of the shared folder: minutes, and the lines that its source prints for them.
type Vector struct {
	ID       string
	Rule     string
	Services []struct {
		Code             string
		Minutes          int
		AssistantMinutes *int `json:"assistant_minutes"`
	}
	Expected        []VectorLine
	Alternatives    [][]VectorLine
	Untimed         []string
	ModifiersStated *bool `json:"modifiers_stated"` // false where the source's modifiers are cut off
}

// VectorLine is a line as a vector prints it.
type VectorLine struct {
	Code      string
	Units     int
	Modifiers []string // GP where the vector prints none
}

// Vectors reads a file of worked examples, for the tests of a rule family; where the shared folder is not beside the project the test is skipped.
func Vectors(t testing.TB, name string) (out []Vector) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "vectors", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the shared vectors are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var v Vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("decode vector %d: %v", len(out)+1, err)
		}
		out = append(out, v)
	}
	if lines.Err() != nil || len(out) == 0 {
		t.Fatalf("%s: %d vectors: %v", name, len(out), lines.Err())
	}
	return out
}

// Encounter is the vector as a publisher would send it, with the lines billed, under the program whose profile counts as the vector does.
func (v *Vector) Encounter(t testing.TB, billed []VectorLine) []byte {
	t.Helper()
	program := "medicare_b"
	if v.Rule == "ama" {
		program = "commercial"
	}
	var services []map[string]any
	for i, s := range v.Services {
		service := map[string]any{"id": fmt.Sprint("s", i), "kind": "other", "code": s.Code, "minutes": s.Minutes}
		if s.AssistantMinutes != nil {
			service["assistant_minutes"] = *s.AssistantMinutes
		}
		services = append(services, service)
	}
	charges := []map[string]any{}
	for _, l := range billed {
		if l.Units == 0 { // not billable
			continue
		}
		modifiers := l.Modifiers
		if modifiers == nil {
			modifiers = []string{"GP"}
		}
		charges = append(charges, map[string]any{
			"line": len(charges) + 1, "code": l.Code, "modifiers": modifiers, "units": l.Units,
			"charge_cents": 4500 * l.Units, "diagnosis_pointers": []int{1},
		})
	}
	data, err := json.Marshal(map[string]any{
		"encounter_id": v.ID, "revision": 1, "service_date": "2026-03-16", "place_of_service": "11",
		"patient":            map[string]any{"id": "p", "birth_date": "1954-05-01", "sex": "F"},
		"coverage":           []map[string]any{{"program": program, "payer_id": "99999", "member_id": "m"}},
		"billing_provider":   map[string]any{"npi": "1234567893"},
		"rendering_provider": map[string]any{"npi": "1881797405", "credential": "PT"},
		"diagnoses":          []string{"M54.50"}, "services": services, "charges": charges,
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}
