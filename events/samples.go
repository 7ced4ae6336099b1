package events

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed samples/*.json samples/*.want
var samples embed.FS

// Sample is an encounter that tells one story from practice, with what is expected of it.
type Sample struct {
	Name     string   // 05-omt-five-regions-with-visit
	Data     []byte   // as a publisher sends it; one is cut off and no JSON
	Story    string   // what happened, for a reader
	Verdict  string   // ready, rejected or deadletter
	Findings []string // severity and rule id of each, "reject REG001", most severe first
}

// Samples are all samples in order. They are what demo publishes and what tests and documents show.
func Samples() []Sample {
	names, err := fs.Glob(samples, "samples/*.json")
	if err != nil {
		panic(err) // the pattern is malformed
	}
	all := make([]Sample, 0, len(names))
	for _, name := range names {
		data, err := samples.ReadFile(name)
		if err != nil {
			panic(err) // the file is embedded
		}
		stem := strings.TrimSuffix(name, ".json")
		want, err := samples.ReadFile(stem + ".want")
		if err != nil {
			panic(err) // a sample without its expectation, which this package's tests would show
		}
		s := Sample{Name: strings.TrimPrefix(stem, "samples/"), Data: data}
		story, expected, _ := strings.Cut(string(want), "\n\n")
		s.Story = strings.ReplaceAll(strings.TrimSpace(story), "\n", " ")
		lines := strings.Split(strings.TrimSpace(expected), "\n")
		s.Verdict, s.Findings = lines[0], lines[1:]
		all = append(all, s)
	}
	return all
}
