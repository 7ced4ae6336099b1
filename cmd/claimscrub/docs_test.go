package main

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

var update = flag.Bool("update", false, "write the generated documents anew")

func TestCommandLineReference(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	b.WriteString("# Command line\n\nGenerated from the commands: `go test ./cmd/claimscrub -run Reference -update`.\n\n" +
		"Every flag can also be set as an environment variable, `--nats-url` as `CLAIMSCRUB_NATS_URL`, or in the YAML file that `--config` names, as `nats-url: ...`.\n\n")
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		c.DisableAutoGenTag = true
		if c.HasParent() && c.Name() != "help" && c.Parent().Name() != "completion" {
			var page bytes.Buffer
			if err := doc.GenMarkdownCustom(c, &page, func(string) string { return "" }); err != nil {
				t.Fatal(err)
			}
			text, _, _ := strings.Cut(page.String(), "### SEE ALSO")
			text, _, _ = strings.Cut(text, "### Options inherited from parent commands")
			b.WriteString(text)
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	root := rootCommand()
	root.InitDefaultCompletionCmd()
	visit(root)
	const path = "../../docs/cli.md"
	want := strings.TrimSpace(b.String()) + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the commands say: run go test ./cmd/claimscrub -run Reference -update", path)
	}
}

func TestEveryCommandHasAnExampleAndEveryFlagAUsage(t *testing.T) {
	t.Parallel()
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Runnable() && c.Example == "" && c.Name() != "version" {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(rootCommand())
}
