package handlers

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMetricsPage keeps docs/metrics.md in step with what a worker exposes.
func TestMetricsPage(t *testing.T) {
	t.Parallel()
	registry := counted(t)
	registry.MustRegister(newBacklogCollector(&backlogCache{read: func(context.Context) (Backlog, error) { return Backlog{}, nil }}))
	const path = "../docs/metrics.md"
	want := metricsPage(exposition(t, registry))
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the metrics say: run go test ./handlers -run MetricsPage -update", path)
	}
}

var labelName = regexp.MustCompile(`([a-z_]+)="`)

func metricsPage(exposition string) string {
	var b strings.Builder
	b.WriteString("# Metrics\n\nGenerated from what a worker exposes: `go test ./handlers -run MetricsPage -update`. Every label is of a closed list, and\n" +
		"every series exists from the start, those of the consumer and the stream while the broker can be read.\n\n| metric | type | labels | what |\n|---|---|---|---|\n")
	help, kind := map[string]string{}, map[string]string{}
	labels := map[string][]string{}
	var names []string
	for line := range strings.Lines(exposition) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 4)
		switch {
		case strings.HasPrefix(line, "# HELP "):
			names = append(names, words[2])
			help[words[2]] = words[3]
		case strings.HasPrefix(line, "# TYPE "):
			kind[words[2]] = words[3]
		default:
			last := names[len(names)-1]
			for _, m := range labelName.FindAllStringSubmatch(line, -1) {
				if m[1] != "le" && !slices.Contains(labels[last], m[1]) {
					labels[last] = append(labels[last], m[1])
				}
			}
		}
	}
	for _, name := range names {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, kind[name], strings.Join(labels[name], ", "), help[name])
	}
	return b.String()
}
