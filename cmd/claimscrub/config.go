package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// configFlag names the YAML file with values for flags that the command line and the environment leave open.
const configFlag = "config"

// environment is the variable that stands for a flag: --nats-url is CLAIMSCRUB_NATS_URL.
func environment(flag string) string {
	return "CLAIMSCRUB_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fillFlags gives every flag of c that the command line does not set its value from the environment, else
// from the configuration file. Errors name the key, the value and what was expected.
func fillFlags(c *cobra.Command, lookup func(string) (string, bool)) error {
	path, err := c.Flags().GetString(configFlag)
	if err != nil {
		return err
	}
	if v, ok := lookup(environment(configFlag)); ok && path == "" {
		path = v
	}
	file, err := readConfig(path, c.Root())
	if err != nil {
		return err
	}
	var errs []error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == configFlag || f.Name == "help" {
			return
		}
		value, ok := lookup(environment(f.Name))
		from := environment(f.Name)
		if !ok {
			value, ok = file[f.Name]
			from = path + ": " + f.Name
		}
		if !ok {
			return
		}
		if err := c.Flags().Set(f.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %q: expected %s", from, value, expectedOf(f)))
		}
	})
	return errors.Join(errs...)
}

func expectedOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "int", "int64":
		return "a whole number"
	case "duration":
		return "a duration such as 30s or 5m"
	}
	return "a " + f.Value.Type()
}

// readConfig reads a flat YAML mapping of flag names to scalars. A key that no command has is refused with its line.
func readConfig(path string, root *cobra.Command) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	mapping := doc.Content[0]
	if mapping.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: expected a mapping of flag names to values", path, mapping.Line)
	}
	known := flagNames(root)
	out := map[string]string{}
	var errs []error
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		switch {
		case !slices.Contains(known, key.Value):
			errs = append(errs, fmt.Errorf("%s:%d:%d: unknown key %q: expected one of %s", path, key.Line, key.Column, key.Value, strings.Join(known, ", ")))
		case value.Kind != yaml.ScalarNode:
			errs = append(errs, fmt.Errorf("%s:%d:%d: %s: expected a single value", path, value.Line, value.Column, key.Value))
		default:
			if _, twice := out[key.Value]; twice {
				errs = append(errs, fmt.Errorf("%s:%d:%d: %s stands twice: expected it once", path, key.Line, key.Column, key.Value))
			}
			out[key.Value] = value.Value
		}
	}
	return out, errors.Join(errs...)
}

// flagNames are the names of all flags of all commands, sorted.
func flagNames(root *cobra.Command) []string {
	var names []string
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(root)
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(n string) bool { return n == configFlag || n == "help" || n == "version" })
}
