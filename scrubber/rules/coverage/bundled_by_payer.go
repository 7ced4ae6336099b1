package coverage

import (
	"slices"
	"strings"

	"claimscrub/scrubber"
)

var bundledPairs = scrubber.Param{
	Name: "bundled_pairs", Kind: scrubber.ListParam,
	Doc: "pairs of codes, written 97530/97140, of which the payer pays the first alone unless 59, XE, XP, XS or XU stands on either, though no national edit in force says so",
}

var deniedPairs = scrubber.Param{
	Name: "denied_pairs", Kind: scrubber.ListParam,
	Doc: "pairs of codes, written 98940/97140, of which the payer pays the first alone whatever the modifier, beyond the national edits",
}

// BundledByPayer is COV008.
var BundledByPayer = scrubber.Rule{
	ID: "COV008", Name: "bundled-by-payer",
	Title: "Two services that this payer bundles",
	Why: "National edits between therapy evaluations and treatment, and between manual therapy, activities and gait training, have ended: Medicare pays them side by side. " +
		"Some payers still run them, and some bundle pairs of their own. Their profile names the pairs; the second code is denied, always or unless 59 or an X modifier says that it was separate.",
	Fix:    "add 59 or an X modifier if the two were done in separate time, else bill the first alone",
	Source: scrubber.Source{Authority: "payer", Title: "the payer's bundling policy", Section: "as the profile names it"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "97", RARC: "N20"}, SNIP: 7,
	Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone, Params: []scrubber.Param{bundledPairs, deniedPairs},
	Check: bundledByPayer,
}

func bundledByPayer(c *scrubber.Case, r *scrubber.Report) {
	denied := c.List(&deniedPairs)
	for _, pair := range denied {
		bundled(c, r, pair, " by this payer, whatever the modifier", func(string) bool { return false })
	}
	for _, pair := range c.List(&bundledPairs) {
		if !slices.Contains(denied, pair) {
			bundled(c, r, pair, " by this payer without 59 or an X modifier", func(code string) bool { return separated(c, code) })
		}
	}
}

// bundled reports a pair of which both codes are billed and none is separated.
func bundled(c *scrubber.Case, r *scrubber.Report, pair, how string, separated func(code string) bool) {
	first, second, _ := strings.Cut(pair, "/")
	paid, denied := lineOf(c, first), lineOf(c, second)
	if paid == nil || denied == nil || separated(first) || separated(second) {
		return
	}
	r.Add(scrubber.Finding{
		Message: second + " is not paid beside " + first + how, Pointer: denied.Pointer("code"), Lines: numbers([]*scrubber.Line{paid, denied}),
	})
}

// lineOf is the line of the code with the lowest number.
func lineOf(c *scrubber.Case, code string) (first *scrubber.Line) {
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Code == code && (first == nil || l.Number < first.Number) {
			first = l
		}
	}
	return first
}

// separated tells whether every line of the code says that it is a distinct service.
func separated(c *scrubber.Case, code string) bool {
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Code == code && !l.Has("59", "XE", "XP", "XS", "XU") {
			return false
		}
	}
	return true
}
