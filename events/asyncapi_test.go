package events_test

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"claimscrub/events"
)

func TestAsyncAPISaysWhatTheContractSays(t *testing.T) {
	t.Parallel()
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(events.AsyncAPI()), &doc); err != nil {
		t.Fatal(err)
	}
	if doc["asyncapi"] != "3.0.0" {
		t.Errorf("asyncapi is %v", doc["asyncapi"])
	}
	references := 0
	eachRef(doc, func(ref string) {
		references++
		if file, pointer, _ := strings.Cut(ref, "#"); file == "" {
			if lookup(doc, pointer) == nil {
				t.Errorf("%s leads nowhere", ref)
			}
		} else if at := schemaFile(t, file); lookup(at, pointer) == nil {
			t.Errorf("%s leads nowhere", ref)
		}
	})
	if references < 20 {
		t.Errorf("only %d references found", references)
	}

	addresses := map[string]string{} // by channel
	for name, channel := range doc["channels"].(map[string]any) {
		addresses[name] = channel.(map[string]any)["address"].(string)
	}
	want := []string{events.TypeEncounterCompleted, events.TypeClaimReady, events.TypeClaimRejected, events.TypeEncounterDeadLetter}
	for _, address := range want {
		found := false
		for channel, of := range addresses {
			found = found || of == address && strings.EqualFold(channel, strings.ReplaceAll(address, ".", ""))
		}
		if !found {
			t.Errorf("no channel for the subject %s", address)
		}
	}
	if len(addresses) != len(want) {
		t.Errorf("channels are %v", addresses)
	}

	for name, operation := range doc["operations"].(map[string]any) {
		op := operation.(map[string]any)
		channel := op["channel"].(map[string]any)["$ref"].(string)
		action := "send"
		if strings.HasSuffix(channel, "/encounterCompleted") {
			action = "receive"
		}
		if op["action"] != action {
			t.Errorf("%s: action is %v, want %s", name, op["action"], action)
		}
		for _, message := range op["messages"].([]any) {
			if ref := message.(map[string]any)["$ref"].(string); !strings.HasPrefix(ref, channel+"/messages/") {
				t.Errorf("%s: message %s is of another channel", name, ref)
			}
		}
	}
	for name, message := range doc["components"].(map[string]any)["messages"].(map[string]any) {
		m := message.(map[string]any)
		if !slices.Contains(want, m["name"].(string)) {
			t.Errorf("%s: name is %v", name, m["name"])
		}
		if (m["payload"] == nil) != (m["name"] == events.TypeEncounterDeadLetter) {
			t.Errorf("%s: a dead letter alone has no schema", name)
		}
	}
}

// TestAsyncAPIHeadersAreTheAttributesReadInBinaryMode publishes by the document and reads by the code.
func TestAsyncAPIHeadersAreTheAttributesReadInBinaryMode(t *testing.T) {
	t.Parallel()
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(events.AsyncAPI()), &doc); err != nil {
		t.Fatal(err)
	}
	headers := lookup(doc, "/components/schemas/binaryHeaders").(map[string]any)
	for _, name := range headers["required"].([]any) {
		header := binaryHeader()
		delete(header, name.(string))
		in, err := events.ReadEncounter(header, typicalEncounter(t), 0)
		if err != nil || len(in.Violations) != 1 || in.Violations[0].Attribute != strings.TrimPrefix(name.(string), "ce-") {
			t.Errorf("without %s: %v %v", name, err, in.Violations)
		}
	}
	for name := range headers["properties"].(map[string]any) {
		attribute, ok := strings.CutPrefix(name, "ce-")
		if !ok {
			continue
		}
		header := binaryHeader()
		header[name] = "line%0Abreak"
		in, err := events.ReadEncounter(header, typicalEncounter(t), 0)
		if named := err != nil && strings.Contains(err.Error(), "envelope "+attribute); !named &&
			(len(in.Violations) != 1 || in.Violations[0].Attribute != attribute) {
			t.Errorf("%s with a control character: %v %v", name, err, in.Violations)
		}
	}
}

func eachRef(value any, visit func(string)) {
	switch value := value.(type) {
	case map[string]any:
		if ref, ok := value["$ref"].(string); ok {
			visit(ref)
		}
		for _, child := range value {
			eachRef(child, visit)
		}
	case []any:
		for _, child := range value {
			eachRef(child, visit)
		}
	}
}

func lookup(doc any, pointer string) any {
	if pointer == "" {
		return doc
	}
	for _, token := range strings.Split(pointer, "/")[1:] {
		object, ok := doc.(map[string]any)
		if !ok {
			return nil
		}
		doc = object[token]
	}
	return doc
}

func schemaFile(t *testing.T, ref string) any {
	t.Helper()
	text, err := fs.ReadFile(events.Schemas(), strings.TrimPrefix(ref, "./schema/"))
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}
