// Package coverage judges a claim by what a payer covers: the year's therapy thresholds, caps of a day and a
// visit, what the payer bundles of its own, and the time within which a claim is filed.
package coverage

import (
	"fmt"
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// Rules are the family's rules.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{
		TherapyThresholdWithoutKX, KXWithNoticeOfNoncoverage, KXBelowThreshold, TherapyMedicalReview,
		TimedUnitsOverDayCap, TherapyUnitsOverVisitCap, TimelyFiling, BundledByPayer,
	}
}

var therapyThresholds = scrubber.Param{
	Name: "therapy_thresholds", Kind: scrubber.BoolParam,
	Doc: "Medicare's yearly thresholds for therapy apply: KX above them, medical review from 3,000 dollars on",
}

// manual is Medicare's manual on outpatient therapy; its section 10.3 is on thresholds.
func manual(section string) scrubber.Source {
	return scrubber.Source{
		Authority: "CMS", Title: "Medicare Claims Processing Manual, Pub. 100-04, chapter 5", Section: section,
		URL: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c05.pdf",
	}
}

// threshold is the year's KX threshold in cents: one of its own for occupational therapy, one that physical
// therapy and speech-language pathology share, both of this amount.
func threshold(year int) (cents int64, ok bool) {
	switch year {
	case 2023:
		return 2_230_00, true // Noridian, TherapyComply
	case 2024:
		return 2_330_00, true // NGS 10703808, Noridian
	case 2025:
		return 2_410_00, true // CMS therapy page, as Montero Therapy Services and prombs.com report it
	case 2026:
		return 2_480_00, true // CMS therapy page
	}
	return 0, false
}

// medicalReview is the amount in cents from which therapy claims may be chosen for medical review, until 2028.
const medicalReview = 3_000_00

// bucket is what counts to one threshold.
type bucket struct {
	name    string
	index   int
	used    int64 // cents used before this claim, or NotSent
	charged int64 // cents of the claim's lines; the amount allowed is not more
	count   int   // of the claim's lines
}

// buckets is the therapy of the claim by threshold; the count is 0 where it has none.
func buckets(c *scrubber.Case) (out [2]bucket) {
	out[0] = bucket{name: "physical therapy and speech-language pathology", used: scrubber.NotSent}
	out[1] = bucket{name: "occupational therapy", used: scrubber.NotSent, index: 1}
	if len(c.Coverage) > 0 {
		out[0].used, out[1].used = c.Coverage[0].UsedPTSLP, c.Coverage[0].UsedOT
	}
	for i := range c.Lines {
		if at := bucketOf(c, &c.Lines[i]); at >= 0 {
			out[at].count++
			out[at].charged += max(0, c.Lines[i].ChargeCents)
		}
	}
	return out
}

// bucketOf is the index of the bucket to whose threshold the line counts, or -1.
func bucketOf(c *scrubber.Case, l *scrubber.Line) int {
	if !therapy(l) {
		return -1
	}
	switch c.Discipline(l) {
	case "":
		return -1
	case "OT":
		return 1
	}
	return 0
}

// lines is the bucket's lines that keep chooses, by number.
func (b *bucket) lines(c *scrubber.Case, keep func(*scrubber.Line) bool) (lines []*scrubber.Line) {
	for i := range c.Lines {
		if l := &c.Lines[i]; keep(l) && bucketOf(c, l) == b.index {
			lines = append(lines, l)
		}
	}
	slices.SortFunc(lines, func(a, b *scrubber.Line) int { return a.Number - b.Number })
	return lines
}

// therapy tells whether the line counts to a therapy threshold: its code is always therapy, or a discipline
// modifier says so, and Medicare covers it.
func therapy(l *scrubber.Line) bool {
	if l.Has("GY") {
		return false
	}
	return l.Known == refdata.Present && l.Facts.Therapy == refdata.AlwaysTherapy || l.LineDiscipline() != ""
}

func numbers(lines []*scrubber.Line) (out []int) {
	for _, l := range lines {
		out = append(out, l.Number)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// place is where to look for a line's modifiers: the list, or the code where it has none.
func place(l *scrubber.Line) string {
	if len(l.Modifiers) == 0 {
		return l.Pointer("code")
	}
	return l.Pointer("modifiers")
}

// dollars is cents as 2,480.00 is written on a claim: 2480.00.
func dollars(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

const usedDetail = "the amount used of the year's threshold decides: send coverage.therapy_used_cents"
