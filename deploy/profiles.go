package deploy

import (
	"embed"
	"io/fs"

	"claimscrub/scrubber/payer"
)

//go:embed profiles/*.yaml
var profiles embed.FS

// Profiles are the payer profiles as shipped.
func Profiles() []payer.File {
	entries, err := fs.Glob(profiles, "profiles/*.yaml")
	if err != nil {
		panic(err) // the pattern is malformed
	}
	files := make([]payer.File, 0, len(entries))
	for _, name := range entries {
		text, err := profiles.ReadFile(name)
		if err != nil {
			panic(err) // the file is embedded
		}
		files = append(files, payer.File{Name: name[len("profiles/"):], Text: text})
	}
	return files
}
