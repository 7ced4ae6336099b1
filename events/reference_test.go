package events_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"claimscrub/events"
)

var update = flag.Bool("update", false, "write docs/events.md anew")

// TestReferenceIsThatOfTheSchemas keeps docs/events.md in step with the schemas.
func TestReferenceIsThatOfTheSchemas(t *testing.T) {
	const file = "../docs/events.md"
	want := reference(t)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("%s is not what the schemas say; refresh it by\n\tgo test ./events -run Reference -update\n%s", file, diff)
	}
}

const referenceHead = `# Events

Generated from ` + "`events/schema`" + `; refresh it by ` + "`go test ./events -run Reference -update`" + `.

The contract in machine-readable form: JSON Schema 2020-12 in ` + "`events/schema`" + `, AsyncAPI 3 in ` + "`events/asyncapi.yaml`" + `.
A test holds both against the Go types and the decoder: every change of every field of a full encounter
is accepted by both or refused by both.

## How an input is read

* As a CloudEvent in structured mode (content type ` + "`application/cloudevents+json`" + `, or a body with ` + "`specversion`, `type` and `data`" + `),
  as a CloudEvent in binary mode (` + "`ce-*`" + ` headers, the data as body), or as the data alone.
* Unknown fields are ignored. Everything else is strict, and every violation of one input is reported, up to %d, with its JSON pointer.
* **Duplicate keys** are refused, also inside unknown fields and when they differ only by an escape. JSON Schema cannot say this.
* **null** is a type of its own and is refused: leave a field without a value out. An absent ` + "`services`" + ` says that the documentation was not
  sent, an empty list says that nothing was documented, and null would say neither.
* **Integers** may be written 2, 2.0 or 2e0, as JSON Schema has it; 1.5 is not one.
* **Strings** hold no control characters. Their length counts Unicode characters.
* **Dates** are days of the calendar from 1900 to 2199.
* The text is UTF-8 without a byte order mark, nested at most %d deep, at most %d bytes.

An input that names its encounter and revision and breaks the schema becomes a ` + "`claim.rejected`" + ` with one finding for each violation and
` + "`claim`" + ` null. One that does not name them becomes a dead letter with a reason of the closed list below. A violation never quotes
the input: any field may hold an identifier that was sent in the wrong place. For the same reason a pointer ends above a key that does not look like a field's name.

The day that rules call today is the day of the CloudEvents ` + "`time`" + ` in the offset it is written with, else that of the broker's timestamp in UTC.
`

// reference is docs/events.md.
func reference(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, referenceHead, events.MaxViolations, events.MaxDepth, events.MaxBody)
	written := map[string]bool{}
	for _, file := range []string{"encounter.completed", "outcome", "encounter.deadletter", "cloudevent"} {
		d := readDefinition(t, file+".schema.json").resolve(t, file+".schema.json")
		title := "`" + d.Title + "`"
		switch file {
		case "outcome":
			title = "`claim.ready` and `claim.rejected`"
		case "cloudevent":
			title = "The envelope"
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, d.Description)
		writeObject(t, &b, d, written)
	}
	return b.String()
}

// writeObject writes the table of an object's fields, then those of the objects inside it that have none yet.
func writeObject(t *testing.T, b *strings.Builder, d *definition, written map[string]bool) {
	t.Helper()
	b.WriteString("\n| field | type | required | |\n|---|---|---|---|\n")
	var inner []*definition
	for _, name := range d.Properties.names {
		property := d.Properties.by[name].resolve(t, d.file)
		required := ""
		for _, r := range d.Required {
			if r == name {
				required = "yes"
			}
		}
		kind, object := describeType(t, property)
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", name, kind, required, strings.ReplaceAll(property.Description, "|", `\|`))
		if object != nil && !written[object.name] {
			written[object.name] = true
			inner = append(inner, object)
		}
	}
	for _, object := range inner {
		fmt.Fprintf(b, "\n### `%s`\n\n%s\n", object.name, object.own)
		writeObject(t, b, object, written)
	}
}

// describeType says a type with its bounds, and which object is in it.
func describeType(t *testing.T, d *definition) (text string, object *definition) {
	t.Helper()
	switch {
	case len(d.OneOf) == 2:
		text, object = describeType(t, d.OneOf[1].resolve(t, d.file))
		return text + " or null", object
	case d.Const != "":
		return "`" + d.Const + "`", nil
	case len(d.Enum) > 0:
		return "one of `" + strings.Join(d.Enum, "` `") + "`", nil
	case d.Type == "array":
		text, object = describeType(t, d.Items.resolve(t, d.file))
		switch {
		case d.MaxItems == 0:
			return "list of " + text, object
		case d.MinItems > 0:
			return fmt.Sprintf("list of %d to %d: %s", d.MinItems, d.MaxItems, text), object
		}
		return fmt.Sprintf("list of at most %d: %s", d.MaxItems, text), object
	case d.Type == "object" && d.Additional != nil:
		value := d.Additional.resolve(t, d.file)
		return "object of `" + value.name + "` by name", value
	case d.Type == "object":
		return "`" + d.name + "`", d
	case d.Type == "integer" && d.Minimum != nil && d.Maximum != nil:
		return fmt.Sprintf("integer %d to %d", *d.Minimum, *d.Maximum), nil
	case d.Type == "integer" && d.Minimum != nil:
		return fmt.Sprintf("integer of %d or more", *d.Minimum), nil
	case d.Format == "date":
		return "date `YYYY-MM-DD`", nil
	case d.Format == "date-time":
		return "timestamp (RFC 3339)", nil
	case d.name == "clock":
		return "time `HH:MM`", nil
	case d.Type == "string" && d.MaxLength > 0:
		return fmt.Sprintf("string %d to %d", d.MinLength, d.MaxLength), nil
	case d.Type == "string" && d.Pattern != "" && d.Pattern != "^(/.*)?$" && d.Pattern != "^[^.]*$":
		return "string `" + strings.ReplaceAll(d.Pattern, "|", `\|`) + "`", nil
	case d.Type == "":
		return "any", nil
	}
	return d.Type, nil
}
