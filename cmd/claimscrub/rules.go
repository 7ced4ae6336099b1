package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"claimscrub/events"
	"claimscrub/scrubber"
	"claimscrub/scrubber/rules"
)

func rulesCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "rules [RULE]", Short: "List the rules, or print one rule's page",
		Example: "  claimscrub rules\n  claimscrub rules REG001\n  claimscrub rules --format json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			all := rules.All()
			if len(args) == 1 {
				at := slices.IndexFunc(all, func(r scrubber.Rule) bool { return r.ID == args[0] || r.Name == args[0] })
				if at < 0 {
					return fmt.Errorf("no rule %q: claimscrub rules lists them", args[0])
				}
				all = all[at : at+1]
			}
			switch {
			case format == "json":
				return rulesJSON(c, all)
			case format != "text":
				return fmt.Errorf("--format %q: expected text or json", format)
			case len(args) == 1:
				page, err := rules.Page(rules.Files(), &all[0])
				if err != nil {
					return err
				}
				fmt.Fprint(c.OutOrStdout(), page)
				return nil
			}
			table := tabwriter.NewWriter(c.OutOrStdout(), 0, 4, 2, ' ', 0)
			for i := range all {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", all[i].ID, all[i].Severity, all[i].Name, all[i].Title)
			}
			return table.Flush()
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var ids []string
			for _, r := range rules.All() {
				ids = append(ids, r.ID+"\t"+r.Name)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

// ruleJSON is a rule as rules --format json prints it, one object a line.
type ruleJSON struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	Title     string            `json:"title"`
	Why       string            `json:"why"`
	Fix       string            `json:"fix"`
	Severity  string            `json:"severity"`
	Certainty string            `json:"certainty"`
	Since     string            `json:"since"`
	SNIP      int               `json:"snip"`
	Source    events.Source     `json:"source"`
	Predicted *events.Predicted `json:"predicted,omitempty"`
	Params    []paramJSON       `json:"params,omitempty"`
}

type paramJSON struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Default string `json:"default"`
	Doc     string `json:"doc"`
}

func rulesJSON(c *cobra.Command, all []scrubber.Rule) error {
	out := json.NewEncoder(c.OutOrStdout())
	for i := range all {
		r := &all[i]
		row := ruleJSON{
			ID: r.ID, Name: r.Name, Title: r.Title, Why: r.Why, Fix: r.Fix, Severity: r.Severity.String(), Certainty: r.Certainty.String(),
			Since: r.Since, SNIP: r.SNIP, Source: events.Source(r.Source),
		}
		if p := r.Predicts; p != scrubber.NoCARC {
			row.Predicted = &events.Predicted{Group: p.GroupCode(), CARC: p.Code, RARC: p.RARC}
		}
		for _, p := range r.Params {
			row.Params = append(row.Params, paramJSON{p.Name, p.Kind.String(), p.Default(), p.Doc})
		}
		if err := out.Encode(row); err != nil {
			return err
		}
	}
	return nil
}
