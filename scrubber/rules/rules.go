// Package rules has the one list of rules. Each family is a folder, each rule a file with its cases beside it.
package rules

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/rules/chiropractic"
	"claimscrub/scrubber/rules/coverage"
	"claimscrub/scrubber/rules/diagnosis"
	documented "claimscrub/scrubber/rules/documentation"
	"claimscrub/scrubber/rules/evaluations"
	"claimscrub/scrubber/rules/exclusions"
	"claimscrub/scrubber/rules/form"
	"claimscrub/scrubber/rules/manipulation"
	"claimscrub/scrubber/rules/modifiers"
	"claimscrub/scrubber/rules/ncci"
	"claimscrub/scrubber/rules/needling"
	"claimscrub/scrubber/rules/osteopathic"
	"claimscrub/scrubber/rules/providers"
	"claimscrub/scrubber/rules/schema"
	"claimscrub/scrubber/rules/timed"
)

// All is every built-in rule, by id. A new family is added here.
func All() []scrubber.Rule {
	all := slices.Concat(
		exclusions.Rules(),
		documented.Rules(),
		coverage.Rules(),
		evaluations.Rules(),
		diagnosis.Rules(),
		ncci.Rules(),
		form.Rules(),
		modifiers.Rules(),
		manipulation.Rules(),
		providers.Rules(),
		schema.Rules(),
		chiropractic.Rules(),
		needling.Rules(),
		osteopathic.Rules(),
		timed.Rules(),
	)
	slices.SortFunc(all, func(a, b scrubber.Rule) int {
		switch {
		case a.ID < b.ID:
			return -1
		case a.ID > b.ID:
			return 1
		}
		return 0
	})
	return all
}
