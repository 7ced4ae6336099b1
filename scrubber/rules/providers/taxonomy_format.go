package providers

import "claimscrub/scrubber"

// TaxonomyFormat rejects a provider taxonomy code that is not ten capitals and digits.
var TaxonomyFormat = scrubber.Rule{
	ID: "PRV007", Name: "taxonomy-format",
	Title:  "A taxonomy code does not have ten characters",
	Why:    "A health care provider taxonomy code is ten capital letters and digits. Clearinghouses refuse a claim with one of another form, even where the payer does not need it.",
	Fix:    "enter the ten characters of the code under which the provider is enrolled, or leave it out",
	Source: scrubber.Source{Authority: "NUCC", Title: "Health Care Provider Taxonomy code set", URL: "https://taxonomy.nucc.org"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N288"}, SNIP: 5, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Check: taxonomyFormat,
}

func taxonomyFormat(c *scrubber.Case, r *scrubber.Report) {
	judgeTaxonomy(r, &c.Billing, "billing provider", "/billing_provider/taxonomy", nil)
	judgeTaxonomy(r, &c.Rendering, "rendering provider", "/rendering_provider/taxonomy", nil)
	judgeTaxonomy(r, c.Referring, "referring provider", "/referring_provider/taxonomy", nil)
	judgeTaxonomy(r, c.Supervising, "supervising provider", "/supervising_provider/taxonomy", nil)
	for i := range c.Lines {
		l := &c.Lines[i]
		judgeTaxonomy(r, l.Rendering, "the line's rendering provider", "rendering_provider", l)
		judgeTaxonomy(r, l.Supervising, "the line's supervising provider", "supervising_provider", l)
	}
}

// judgeTaxonomy reports a taxonomy code that is not in order; where is a pointer, or for a line the field that holds the provider.
func judgeTaxonomy(r *scrubber.Report, p *scrubber.Provider, whose, where string, l *scrubber.Line) {
	if p == nil || p.Taxonomy == "" || tenCharacters(p.Taxonomy) {
		return
	}
	f := scrubber.Finding{Message: "taxonomy of " + whose + " is not ten capital letters and digits", Pointer: where}
	if l != nil {
		f.Pointer, f.Lines = l.Pointer(where, "taxonomy"), []int{l.Number}
	}
	switch where {
	case "/billing_provider/taxonomy":
		f.Denial = &scrubber.CARC{Code: "16", RARC: "N255"}
	case "/referring_provider/taxonomy":
		f.Denial = &scrubber.CARC{Code: "16", RARC: "N284"}
	}
	r.Add(f)
}

func tenCharacters(taxonomy string) bool {
	for i := range len(taxonomy) {
		if ch := taxonomy[i]; !('0' <= ch && ch <= '9' || 'A' <= ch && ch <= 'Z') {
			return false
		}
	}
	return len(taxonomy) == 10
}
