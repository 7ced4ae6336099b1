package ncci

import (
	"slices"

	"claimscrub/scrubber"
	"claimscrub/scrubber/refdata"
)

// clash is one edit of the table and the lines of the day that it forbids together.
type clash struct {
	refdata.Pair
	one, two  []*scrubber.Line // this claim's lines of column 1 and of column 2, in the claim's order
	elsewhere string           // the code that stands on another encounter of the day, or empty
	certain   bool             // one provider rendered both of some two lines
}

// clashes calls say for each edit of the indicator with the lines for which forbids is true, once for the two codes.
func clashes(c *scrubber.Case, indicator uint8, forbids func(one, two *billed) bool, say func(*clash)) {
	pairs := c.Pairs()
	for i := range pairs {
		if pairs[i].Indicator != indicator {
			continue
		}
		k := clash{Pair: pairs[i]}
		ones, twos := billings(c, k.Column1), billings(c, k.Column2)
		for a := range ones {
			for b := range twos {
				k.add(c, &ones[a], &twos[b], forbids)
			}
		}
		if len(k.one)+len(k.two) > 0 {
			say(&k)
		}
	}
}

// add records two lines that clash. Two lines of other encounters are theirs to judge.
func (k *clash) add(c *scrubber.Case, one, two *billed, forbids func(one, two *billed) bool) {
	if one.line == nil && two.line == nil {
		return
	}
	same, certain := sameProvider(c, one, two)
	if !same || !forbids(one, two) {
		return
	}
	k.certain = k.certain || certain
	if one.line == nil {
		k.elsewhere = one.code
	} else if !slices.Contains(k.one, one.line) {
		k.one = append(k.one, one.line)
	}
	if two.line == nil {
		k.elsewhere = two.code
	} else if !slices.Contains(k.two, two.line) {
		k.two = append(k.two, two.line)
	}
}

// finding is what every rule says of the clash: the lines, the place, and how sure the table is.
func (k *clash) finding(c *scrubber.Case, message string) scrubber.Finding {
	all := slices.Concat(k.two, k.one)
	if k.elsewhere != "" {
		message += "; " + k.elsewhere + " stands on another encounter of the day"
	}
	f := scrubber.Finding{Message: message + "; NCCI rationale: " + k.Rationale, Pointer: all[0].Pointer("code"), Lines: numbersOf(all)}
	if !k.certain {
		f.Certainty = scrubber.Inferred
		f.Message += "; two providers of one specialty rendered them"
	}
	if k.Inferred {
		f.Certainty = scrubber.Inferred
		f.Message += c.Carried(refdata.PTP)
	}
	return f
}

// sameProvider tells whether an edit joins two lines: it is the same provider's day. Two NPIs of one specialty
// are one provider to Medicare when they bill as one group (Pub. 100-04 ch. 12 30.6.5), which is not certain here.
func sameProvider(c *scrubber.Case, one, two *billed) (same, certain bool) {
	switch {
	case one.npi == two.npi || one.npi == "" || two.npi == "":
		return true, true
	case one.line == nil || two.line == nil:
		return false, false
	}
	return sameSpecialty(c.RenderedBy(one.line), c.RenderedBy(two.line)), false
}

// sameSpecialty tells whether two providers may be of one specialty. An assistant's services are paid as the therapist's; of
// physicians and practitioners the taxonomy says more than the credential, where both have one.
func sameSpecialty(a, b *scrubber.Provider) bool {
	one, two := profession(a.Credential), profession(b.Credential)
	if one != two {
		return false
	}
	switch one {
	case "MD", "NP", "PA", "other":
		return a.Taxonomy == b.Taxonomy || a.Taxonomy == "" || b.Taxonomy == ""
	}
	return true
}

func profession(credential string) string {
	switch credential {
	case "PTA":
		return "PT"
	case "OTA":
		return "OT"
	case "DO":
		return "MD"
	}
	return credential
}

// unevaluated says that two codes of the day are outside the table of pairs.
func unevaluated(c *scrubber.Case, r *scrubber.Report) {
	if a, b := c.PairsOutside(); a != "" {
		r.NotEvaluated(scrubber.OutsideTables, c.OutsideOf(refdata.PTP, a+" with "+b))
	}
}
