package documented

import (
	"slices"
	"strings"

	"claimscrub/scrubber"
)

// linesOf are the numbers of the lines for which keep is true, sorted, each once.
func linesOf(c *scrubber.Case, keep func(*scrubber.Line) bool) []int {
	var out []int
	for i := range c.Lines {
		if keep(&c.Lines[i]) {
			out = append(out, c.Lines[i].Number)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// taking are the numbers of the lines that take service s.
func taking(c *scrubber.Case, s int) []int {
	return linesOf(c, func(l *scrubber.Line) bool { return slices.Contains(l.Services, s) })
}

// words is a kind's name as a message says it.
func words(k scrubber.Kind) string { return strings.ReplaceAll(k.String(), "_", " ") }
