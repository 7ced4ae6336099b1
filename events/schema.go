package events

import (
	"embed"
	"io/fs"
)

//go:embed schema/*.json
var schemaFiles embed.FS

//go:embed asyncapi.yaml
var asyncAPI string

// Schemas holds the JSON Schema 2020-12 files, one for the data of each event type
// (encounter.completed.schema.json) and those they refer to.
func Schemas() fs.FS {
	in, err := fs.Sub(schemaFiles, "schema")
	if err != nil {
		panic(err) // the folder is a constant that the compiler has embedded
	}
	return in
}

// AsyncAPI is the AsyncAPI 3 document in YAML. Its references are relative to the parent of Schemas.
func AsyncAPI() string { return asyncAPI }
