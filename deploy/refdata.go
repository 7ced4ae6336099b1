package deploy

import (
	"embed"
	"io/fs"

	"claimscrub/scrubber/refdata"
)

//go:embed refdata/*.tsv
var tables embed.FS

// Refdata compiles the reference tables as shipped; refdata.Open makes a Set of them, with imported editions if there are any.
func Refdata() [][]byte {
	folder, err := fs.Sub(tables, "refdata")
	if err != nil {
		panic(err) // the folder's name is malformed
	}
	editions, err := refdata.CompileAll(folder)
	if err != nil {
		panic(err) // a table does not compile, which this package's tests would show
	}
	return editions
}
