package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"claimscrub/deploy"
	"claimscrub/events"
	"claimscrub/scrubber"
	"claimscrub/scrubber/payer"
	"claimscrub/scrubber/rules"
)

func profilesCommand() *cobra.Command {
	var dir, format string
	c := &cobra.Command{
		Use: "profiles [ID]", Short: "Payer profiles as resolved; check, test and explain them",
		Example: "  claimscrub profiles\n  claimscrub profiles medicare_b\n  claimscrub profiles check my-profiles\n  claimscrub profiles explain encounter.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			engine, err := loadEngine(dir, "")
			if err != nil {
				return err
			}
			if len(args) == 1 {
				p, err := policyNamed(engine, args[0])
				if err != nil {
					return err
				}
				return printExplanation(c, payer.Describe(engine, p), format)
			}
			if format == "json" {
				for _, p := range engine.Policies() {
					if err := printExplanation(c, payer.Describe(engine, p), format); err != nil {
						return err
					}
				}
				return nil
			}
			if format != "text" {
				return fmt.Errorf("--format %q: expected text or json", format)
			}
			table := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintln(table, "PROFILE\tUNITS\tEDITS\tPROGRAMS\tPAYER IDS\tTITLE")
			for _, p := range engine.Policies() {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.UnitMethod, p.Edits, strings.Join(p.Programs, " "), strings.Join(p.PayerIDs, " "), p.Title)
			}
			return table.Flush()
		},
	}
	c.PersistentFlags().StringVar(&dir, "profiles", "", "folder of payer profiles beside the shipped ones")
	c.PersistentFlags().StringVar(&format, "format", "text", "text or json")
	c.AddCommand(profilesCheckCommand(), profilesTestCommand(), profilesExplainCommand(&dir, &format))
	return c
}

func printExplanation(c *cobra.Command, x payer.Explanation, format string) error {
	switch format {
	case "json":
		return json.NewEncoder(c.OutOrStdout()).Encode(x)
	case "text":
		_, err := fmt.Fprint(c.OutOrStdout(), x.String())
		return err
	}
	return fmt.Errorf("--format %q: expected text or json", format)
}

func profilesCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check DIR", Short: "Check the profiles of a folder", Args: cobra.ExactArgs(1),
		Long:    "check reports every fault with file, line, column and what to write instead, overrides past their last day among them.",
		Example: "  claimscrub profiles check my-profiles",
		RunE: func(c *cobra.Command, args []string) error {
			own, err := readFolder(args[0], ".yaml")
			if err != nil {
				return fmt.Errorf("profiles check: %w", err)
			}
			problems := payer.Check(overlay(deploy.Profiles(), own), rules.All(), today())
			for _, p := range problems {
				fmt.Fprintln(c.OutOrStdout(), p.Error())
			}
			fmt.Fprintf(c.OutOrStdout(), "%d profiles in %s, %d problems\n", len(own), args[0], len(problems))
			if len(own) == 0 {
				return exitMessage(c, 1, "%s: expected at least one profile, PROFILE.yaml", args[0])
			}
			if len(problems) > 0 {
				return exitCode(1)
			}
			return nil
		},
	}
}

func profilesTestCommand() *cobra.Command {
	return &cobra.Command{
		Use: "test DIR", Short: "Run each profile's own cases, PROFILE.txtar beside PROFILE.yaml", Args: cobra.ExactArgs(1),
		Example: "  claimscrub profiles test my-profiles",
		RunE: func(c *cobra.Command, args []string) error {
			engine, err := loadEngine(args[0], "")
			if err != nil {
				return err
			}
			files, err := readFolder(args[0], ".txtar")
			if err != nil {
				return fmt.Errorf("profiles test: %w", err)
			}
			passed, failed := 0, 0
			for _, f := range files {
				results, err := payer.Test(engine, strings.TrimSuffix(f.Name, ".txtar"), f.Text)
				if err != nil {
					fmt.Fprintf(c.OutOrStdout(), "%s: %v\n", filepath.Join(args[0], f.Name), err)
					failed++
				}
				for _, r := range results {
					if r.Passed() {
						passed++
						continue
					}
					failed++
					fmt.Fprintf(c.OutOrStdout(), "%s: case %s\n", filepath.Join(args[0], f.Name), r.Case)
					if r.Err != nil {
						fmt.Fprintf(c.OutOrStdout(), "  %v\n", r.Err)
						continue
					}
					fmt.Fprintf(c.OutOrStdout(), "  got:\n%s\n  want:\n%s\n", indented(r.Got), indented(r.Want))
				}
			}
			fmt.Fprintf(c.OutOrStdout(), "%d passed, %d failed\n", passed, failed)
			if failed+passed == 0 {
				return exitMessage(c, 1, "%s: expected at least one case, in PROFILE.txtar beside PROFILE.yaml", args[0])
			}
			if failed > 0 {
				return exitCode(1)
			}
			return nil
		},
	}
}

func indented(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }

func profilesExplainCommand(dir, format *string) *cobra.Command {
	return &cobra.Command{
		Use: "explain FILE", Short: "Say which profile an encounter gets, which rules and parameters, and where each value came from", Args: cobra.ExactArgs(1),
		Example: "  claimscrub profiles explain encounter.json",
		RunE: func(c *cobra.Command, args []string) error {
			engine, err := loadEngine(*dir, "")
			if err != nil {
				return err
			}
			var in io.Reader
			if args[0] == "-" {
				in = standardInput(c.Context(), c.InOrStdin())
			} else {
				f, err := os.Open(args[0])
				if err != nil {
					return fmt.Errorf("profiles explain: %w", err)
				}
				defer f.Close()
				in = f
			}
			found := false
			for input, err := range inputs(in, events.MaxBody) {
				found = true
				if err != nil {
					return fmt.Errorf("read %s: %w", args[0], err)
				}
				encounter, err := scrubber.Read(input)
				if err != nil {
					return exitMessage(c, 1, "%s: %v", args[0], err)
				}
				if err := printExplanation(c, payer.Explain(engine, encounter.Coverage), *format); err != nil {
					return err
				}
			}
			if !found {
				return exitMessage(c, 1, "%s: no encounter in it", args[0])
			}
			return nil
		},
	}
}
