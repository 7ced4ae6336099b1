// Command claimscrub scrubs outpatient physical-medicine claims: see README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// version is set by the release build; a build without it says so.
var version = "0.1.0-dev"

func main() {
	if os.Getenv("GOGC") == "" {
		// A few megabytes live, and what a message allocates dies with it: collecting a fourth as often is a sixth more throughput (bench).
		debug.SetGCPercent(400)
	}
	os.Exit(execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// exitCode is an error that only sets the exit status: everything was said already.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// execute runs the command line and returns its exit status: 0, what the command says, or 2 for usage.
func execute(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal leaves at once
	return executeWithin(ctx, args, in, out, errs)
}

func executeWithin(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	shown := &printed{to: out}
	root.SetOut(shown)
	root.SetErr(errs)
	err := commandIsThere(root, args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	var code exitCode
	said := err == nil || errors.As(err, &code)
	switch {
	case said && shown.err != nil:
		err = fmt.Errorf("print: %w", shown.err)
	case said:
		return int(code)
	}
	fmt.Fprintln(errs, "claimscrub:", err)
	return 2
}

// commandIsThere refuses what is no command below another, and help for it: cobra prints the help of the other and exits with 0.
func commandIsThere(root *cobra.Command, args []string) error {
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return nil
	}
	if len(args) > 0 && args[0] == "help" {
		args = args[1:]
	}
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	c, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if c == root || c.Runnable() || c.ParseFlags(rest) != nil || c.Flags().NArg() == 0 {
		return nil
	}
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	return fmt.Errorf("unknown command %q for %q: expected one of %s", c.Flags().Arg(0), c.CommandPath(), strings.Join(names, ", "))
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "claimscrub",
		Short:         "Scrubs outpatient physical-medicine claims, event by event",
		Long:          "claimscrub reads encounter.completed events, judges them by the published edits and the payer's policy,\nand answers each with one claim.ready or claim.rejected that says every reason, its source and its smallest fix.",
		Example:       "  claimscrub demo\n  claimscrub check encounters.jsonl\n  claimscrub run --nats-url nats://broker:4222",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       release(),
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			return fillFlags(c, os.LookupEnv)
		},
	}
	root.PersistentFlags().String(configFlag, "", "YAML file with values for flags; flags and CLAIMSCRUB_* variables come first")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		var bad *pflag.InvalidValueError
		if errors.As(err, &bad) {
			return fmt.Errorf("--%s %q: expected %s", bad.GetFlag().Name, bad.GetValue(), expectedOf(bad.GetFlag()))
		}
		return err
	})
	root.AddCommand(demoCommand(), runCommand(), checkCommand(), publishCommand(), watchCommand(), rulesCommand(), profilesCommand(), refdataCommand(), deadLetterCommand(), exportCommand(), provisionCommand(), keysCommand(), benchCommand(), versionCommand())
	return root
}

// release is the version with the commit it was built from, where the build knows it.
func release() string {
	if r := revision(); len(r) >= 12 {
		return version + "+" + r[:12]
	}
	return version
}

// revision is the commit the binary was built from, empty where the build does not know it.
func revision() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return ""
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		Run: func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), release()) },
	}
}
