package events_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"claimscrub/events"
)

// TestSchemaAndDecoderRefuseTheSame changes every place of an encounter that has every field, in every
// way that could matter, and holds the decoder against the schema: both accept the result or both refuse
// it, and the decoder refuses it at the place that was changed.
func TestSchemaAndDecoderRefuseTheSame(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t, events.TypeEncounterCompleted)
	full, err := os.ReadFile("testdata/full.json")
	if err != nil {
		t.Fatal(err)
	}
	accepted, refused := 0, 0
	mutate(t, full, func(pointer string, text []byte) {
		invalid := schemaError(t, schema, text)
		d, err := events.DecodeEncounter(text, 0)
		if (invalid == nil) != (err == nil && len(d.Violations) == 0) {
			t.Errorf("%s: schema says %v, decoder says %v %v\n%s", pointer, invalid, err, d.Violations, text)
			return
		}
		if invalid == nil {
			accepted++
			return
		}
		refused++
		if err != nil {
			if pointer != "" && !strings.HasPrefix(err.Error(), "decode encounter: not_an_encounter: "+pointer+": ") {
				t.Errorf("%s: the decoder names another place: %v", pointer, err)
			}
			return
		}
		for _, v := range d.Violations {
			// The kind of payer decides which ids are required.
			program, ok := strings.CutSuffix(pointer, "/program")
			if !under(v.Pointer, pointer) && !(ok && under(v.Pointer, program)) {
				t.Errorf("%s: the decoder names another place: %v", pointer, v)
			}
		}
	})
	t.Logf("%d mutations accepted by both, %d refused by both", accepted, refused)
	if !testing.Short() && (accepted < 500 || refused < 2000) {
		t.Errorf("%d accepted and %d refused: the mutations do not reach", accepted, refused)
	}
}

func under(pointer, at string) bool { return pointer == at || strings.HasPrefix(pointer, at+"/") }

// mutate calls visit with every mutation of text and the pointer of the value that was changed.
func mutate(t *testing.T, text []byte, visit func(pointer string, text []byte)) {
	t.Helper()
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	emit := func(pointer string) {
		if n++; testing.Short() && n%7 != 0 {
			return // one in seven: the others change the same kinds of places
		}
		changed, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		visit(pointer, changed)
	}
	var walk func(pointer string, value any, set func(any))
	walk = func(pointer string, value any, set func(any)) {
		for _, other := range replacements(value) {
			set(other)
			emit(pointer)
		}
		set(value)
		switch value := value.(type) {
		case map[string]any:
			for _, name := range sortedKeys(value) {
				child := value[name]
				delete(value, name)
				emit(pointer + "/" + name)
				value[name] = child
				walk(pointer+"/"+name, child, func(v any) { value[name] = v })
			}
			value["unknown_field"] = map[string]any{"anything": []any{nil, 1.5}}
			emit(pointer)
			delete(value, "unknown_field")
		case []any:
			for i, child := range value {
				walk(fmt.Sprint(pointer, "/", i), child, func(v any) { value[i] = v })
			}
		}
	}
	walk("", root, func(v any) { root = v })
}

func sortedKeys(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// replacements is what may stand in a value's place: each JSON type, and the bounds of its own type.
func replacements(value any) []any {
	out := []any{nil, true, false, "", "x", json.Number("3"), json.Number("1.5"), []any{}, []any{nil}, map[string]any{}}
	switch value := value.(type) {
	case string:
		out = append(out,
			"F", "f", "1", "8", "7", "9", "11", "1a", "111", "NC", "nc", "N", "PT", "pt", "other", "self_pay", "Self Pay",
			"medicare_b", "lumbar", "left_lumbar", "left_upper_extremity", "assistant", "dry_needling", "Dry Needling", "pain",
			"2026-02-28", "2026-02-29", "2024-02-29", "1900-02-29", "2000-02-29", "1899-12-31", "1900-01-01", "2199-12-31", "2200-01-01",
			"2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00", "26-01-01", "2026-1-01", "2026-01-01T00:00:00Z", "٢٠٢٦-01-01",
			"00:00", "24:00", "24:01", "23:59", "23:60", "9:00", "09:00:00", "0900", "line\nbreak", "nul\x00", "tab\t", "del\x7f",
			value+" ", " "+value, value+"\n",
		)
		for _, n := range []int{8, 9, 16, 17, 32, 33, 50, 51, 64, 65, 80, 81, 200, 201} {
			out = append(out, strings.Repeat("x", n), strings.Repeat("é", n))
		}
	case json.Number:
		for _, n := range []string{
			"0", "1", "-1", "-0", "1.0", "1e2", "1E+2", "100e-2", "1e-2", "0.0", "0e5", "1440", "1441", "1440.0", "1440.5",
			"999999", "1000000", "999999999", "1000000000", "-999999999", "-1000000000", "999999999999", "1000000000000",
			"-999999999999", "-1000000000000", "9007199254740991", "9007199254740992", "9223372036854775807",
			"9223372036854775808", "-9223372036854775809", "12345678901234567890", "1e18", "1e19", "1e30", "1e999", "1e-999",
		} {
			out = append(out, json.Number(n))
		}
	case []any:
		for _, n := range []int{8, 9, 10, 11, 20, 21, 50, 51, 100, 101} {
			out = append(out, slices.Repeat(value[:1], n))
		}
	}
	return out
}
