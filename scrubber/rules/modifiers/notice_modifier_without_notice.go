package modifiers

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

var beneficiaryNotice = scrubber.Param{
	Name: "advance_beneficiary_notice", Kind: scrubber.BoolParam,
	Doc: "the payer uses the advance beneficiary notice, so that GA, GX and GZ must say what is on file; elsewhere a contradiction warns",
}

// NoticeModifierWithoutNotice is MOD015.
var NoticeModifierWithoutNotice = scrubber.Rule{
	ID: "MOD015", Name: "notice-modifier-without-notice",
	Title: "GA, GX or GZ says of a notice what the record does not",
	Why: "GA says that a required notice of noncoverage is on file, GX that a voluntary one is, GZ that there is none. With GA the patient owes what is denied, with GZ nobody does. " +
		"GA without the signed notice bills the patient for what the practice must write off, and is a false statement; GZ with a notice gives the payment away.",
	Fix:    "bill GA only with the signed notice on file, else GZ",
	Source: manual("10.5; chapter 30, 50, advance beneficiary notice of noncoverage"),
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "4", RARC: "N519"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Params: []scrubber.Param{beneficiaryNotice},
	Check: noticeWithoutNotice,
}

func noticeWithoutNotice(c *scrubber.Case, r *scrubber.Report) {
	for i := range c.Lines {
		l := &c.Lines[i]
		if !l.Has("GA", "GX", "GZ") {
			continue
		}
		used := c.Bool(&beneficiaryNotice)
		for i, said := range l.Modifiers {
			switch {
			case slices.Contains(l.Modifiers[:i], said): // MOD010 says so
			case said == "GX" && l.Known == refdata.Present && l.Facts.Is(refdata.Needling):
				// judged with the coverage of needling
			case said != "GA" && said != "GX" && said != "GZ":
			case c.Notes.ABNOnFile == scrubber.FactUnknown && said != "GZ" && used:
				r.NotEvaluated(scrubber.DocumentationNotSent, "send notes.abn_on_file: whether the patient signed the notice")
			case c.Notes.ABNOnFile == scrubber.No && said != "GZ", c.Notes.ABNOnFile == scrubber.Yes && said == "GZ":
				r.Add(contradictedNotice(l, said, used))
			}
		}
	}
}

// contradictedNotice is what is said of a notice modifier that the record contradicts.
func contradictedNotice(l *scrubber.Line, said string, used bool) scrubber.Finding {
	f := scrubber.Finding{
		Message: said + " on " + l.Named() + ", and no notice is on file", Pointer: at(l, said), Lines: []int{l.Number}, Billed: said,
	}
	switch said {
	case "GA":
		f.Expected = "GZ"
	case "GZ":
		f.Expected, f.Message = "GA", "GZ on "+l.Named()+", and a notice is on file"
		f.Certainty = scrubber.Inferred // the notice on file may be of another service
	}
	again := slices.Index(l.Modifiers, said) + 1
	if f.Expected != "" && !l.Has(f.Expected) && !slices.Contains(l.Modifiers[again:], said) {
		f.Fix = &scrubber.Fix{Summary: "bill " + f.Expected + " instead of " + said, Patch: scrubber.Replace(f.Pointer, f.Expected)}
	}
	if !used {
		f.Severity = scrubber.Warn
	}
	return f
}
