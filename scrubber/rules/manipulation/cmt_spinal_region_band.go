package manipulation

import "claimscrub/scrubber"

// CMTSpinalRegionBand is REG002.
var CMTSpinalRegionBand = scrubber.Rule{
	ID: "REG002", Name: "cmt-spinal-region-band",
	Title: "Chiropractic manipulation code does not match the spinal regions treated",
	Why: "98940 is 1-2 spinal regions, 98941 is 3-4 and 98942 is all five: cervical, thoracic, lumbar, sacral, pelvic. " +
		"Head, limbs, rib cage and abdomen are extraspinal and never count. A code above the documented regions is denied or taken back on review.",
	Fix: "bill the code for the spinal regions documented, or complete the note if a region was treated and not recorded",
	Source: scrubber.Source{
		Authority: "CMS", Title: "Medicare Physician Fee Schedule, July 2026, and CPT",
		Section: "98940-98942; regions as listed by the Kansas workers compensation fee schedule",
	},
	Since: "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "150", RARC: "N188"}, SNIP: 6,
	Needs: scrubber.NoTables, Facts: scrubber.Documentation, Subject: scrubber.Manipulation,
	Check: func(c *scrubber.Case, r *scrubber.Report) { checkBand(c, r, spinal, "spinal region") },
}
