package events_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"claimscrub/events"
)

// definition is a schema as the tests and the reference page read it.
type definition struct {
	Ref         string                `json:"$ref"`
	Title       string                `json:"title"`
	Description string                `json:"description"`
	Type        string                `json:"type"`
	Format      string                `json:"format"`
	Pattern     string                `json:"pattern"`
	Enum        []string              `json:"enum"`
	Const       string                `json:"const"`
	Minimum     *int64                `json:"minimum"`
	Maximum     *int64                `json:"maximum"`
	MinLength   int                   `json:"minLength"`
	MaxLength   int                   `json:"maxLength"`
	MinItems    int                   `json:"minItems"`
	MaxItems    int                   `json:"maxItems"`
	Required    []string              `json:"required"`
	Properties  orderedDefinitions    `json:"properties"`
	Items       *definition           `json:"items"`
	OneOf       []*definition         `json:"oneOf"`
	Additional  *definition           `json:"additionalProperties"`
	Defs        map[string]definition `json:"$defs"`

	file string // where $ref starts from
	name string // the last part of the $ref that led here
	own  string // the description where the object is defined, not where it is used
}

// orderedDefinitions keeps the order of the file, which is that of the documentation.
type orderedDefinitions struct {
	names []string
	by    map[string]*definition
}

func (o *orderedDefinitions) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &o.by); err != nil {
		return err
	}
	dec := json.NewDecoder(strings.NewReader(string(text)))
	for depth := 0; ; {
		token, err := dec.Token()
		if err != nil {
			return nil // the end: the text has been decoded once before
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if depth == 1 {
				o.names = append(o.names, token)
				var skipped json.RawMessage
				if err := dec.Decode(&skipped); err != nil {
					return err
				}
			}
		}
	}
}

func readDefinition(t *testing.T, file string) *definition {
	t.Helper()
	text, err := fs.ReadFile(events.Schemas(), file)
	if err != nil {
		t.Fatal(err)
	}
	d := &definition{file: file}
	if err := json.Unmarshal(text, d); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return d
}

// resolve follows $ref and lays the keywords beside it over what it leads to.
func (d *definition) resolve(t *testing.T, file string) *definition {
	t.Helper()
	d.file = file
	if d.Ref == "" {
		return d
	}
	target, pointer, _ := strings.Cut(d.Ref, "#")
	if target == "" {
		target = file
	}
	found := readDefinition(t, target)
	if name, ok := strings.CutPrefix(pointer, "/$defs/"); ok {
		def, ok := found.Defs[name]
		if !ok {
			t.Fatalf("%s: %s leads nowhere", file, d.Ref)
		}
		found = def.resolve(t, target)
		found.name, found.own = name, def.Description
	}
	out := *found
	out.Required = append(slices.Clone(out.Required), d.Required...)
	if d.Description != "" {
		out.Description = d.Description
	}
	if d.MaxLength != 0 {
		out.MaxLength = d.MaxLength
	}
	if out.name == "" {
		out.name = path.Base(d.Ref)
	}
	return &out
}

func TestGoTypesAndSchemasHaveTheSameFields(t *testing.T) {
	t.Parallel()
	for file, value := range map[string]any{
		"encounter.completed.schema.json":  events.Encounter{},
		"outcome.schema.json":              events.Outcome{},
		"encounter.deadletter.schema.json": events.DeadLetter{},
	} {
		compareFields(t, strings.TrimSuffix(file, ".schema.json"), reflect.TypeOf(value), readDefinition(t, file).resolve(t, file))
	}
}

func compareFields(t *testing.T, at string, typ reflect.Type, d *definition) {
	t.Helper()
	if d.Description == "" && d.Type != "string" && d.Type != "integer" {
		t.Errorf("%s has no description", at)
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	want := map[reflect.Kind]string{
		reflect.Struct: "object", reflect.Map: "object", reflect.Slice: "array", reflect.String: "string",
		reflect.Int: "integer", reflect.Int64: "integer", reflect.Bool: "boolean", reflect.Interface: "",
	}[typ.Kind()]
	if len(d.OneOf) == 2 && d.OneOf[0].Type == "null" {
		d = d.OneOf[1].resolve(t, d.file)
	}
	if d.Type != want {
		t.Errorf("%s is %s in Go and %q in the schema", at, typ, d.Type)
	}
	switch typ.Kind() {
	case reflect.Slice:
		compareFields(t, at+"[]", typ.Elem(), d.Items.resolve(t, d.file))
	case reflect.Map:
		compareFields(t, at+"{}", typ.Elem(), d.Additional.resolve(t, d.file))
	case reflect.Struct:
		required := []string{}
		fields := map[string]reflect.Type{}
		for field := range typ.Fields() {
			name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
			fields[name] = field.Type
			if option == "" {
				required = append(required, name)
			}
		}
		if typ == reflect.TypeFor[events.Provider]() && d.name == "rendering_provider" {
			required = append(required, "credential") // one Go type for both; the decoder knows which
		}
		slices.Sort(required)
		got := slices.Sorted(slices.Values(d.Required))
		if !slices.Equal(required, got) {
			t.Errorf("%s: the schema requires %v, the Go type always has %v", at, got, required)
		}
		if in, of := slices.Sorted(maps.Keys(fields)), slices.Sorted(slices.Values(d.Properties.names)); !slices.Equal(in, of) {
			t.Errorf("%s: fields in Go are %v, in the schema %v", at, in, of)
			return
		}
		for name, property := range d.Properties.by {
			compareFields(t, at+"."+name, fields[name], property.resolve(t, d.file))
		}
	}
}

// TestFullSampleHasEveryField makes sure that what is tested with testdata/full.json is tested for every field.
func TestFullSampleHasEveryField(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/full.json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := events.DecodeEncounter(text, 0)
	if err != nil || len(d.Violations) > 0 {
		t.Fatal(err, d.Violations)
	}
	seen, all := map[string]bool{}, map[string]bool{}
	markFields(reflect.ValueOf(d.Encounter), seen, all)
	for field := range all {
		if !seen[field] {
			t.Errorf("no value for %s", field)
		}
	}
	if len(all) < 80 {
		t.Errorf("only %d fields found", len(all))
	}
}

func markFields(v reflect.Value, seen, all map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			markFields(v.Elem(), seen, all)
		}
	case reflect.Slice:
		for i := range v.Len() {
			markFields(v.Index(i), seen, all)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Name() + "." + v.Type().Field(i).Name
			all[field] = true
			seen[field] = seen[field] || !v.Field(i).IsZero()
			markFields(v.Field(i), seen, all)
		}
	}
}
