package providers

import "claimscrub/scrubber"

var memberIDFormat = scrubber.Param{
	Name: "member_id_format", Kind: scrubber.TextParam, Text: "any", Allowed: []string{"any", "mbi"},
	Doc: "The format of the primary payer's member id: mbi is the Medicare beneficiary identifier, eleven characters.",
}

// MemberIDFormat judges the form of the primary payer's member id. It never repeats the id.
var MemberIDFormat = scrubber.Rule{
	ID: "PRV006", Name: "member-id-format",
	Title: "The member id does not have the payer's format",
	Why: "A Medicare beneficiary identifier has eleven characters, digits and letters in fixed places, without S, L, O, I, B and Z. One that breaks the pattern " +
		"belongs to nobody: the claim is refused because the patient cannot be identified.",
	Fix:    "copy the number from the patient's card, without dashes",
	Source: scrubber.Source{Authority: "CMS", Title: "Understanding the Medicare Beneficiary Identifier (MBI) format", URL: "https://www.cms.gov/medicare/new-medicare-card/understanding-the-mbi-with-format.pdf"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "31", RARC: "N382"}, SNIP: 7, Needs: scrubber.NoTables, Facts: scrubber.ClaimAlone,
	Params: []scrubber.Param{memberIDFormat},
	Check:  memberIDFormatCheck,
}

func memberIDFormatCheck(c *scrubber.Case, r *scrubber.Report) {
	if len(c.Coverage) == 0 || c.Text(&memberIDFormat) != "mbi" || mbi(c.Coverage[0].MemberID) {
		return
	}
	f := scrubber.Finding{Message: "member id is not a Medicare beneficiary identifier: its characters break the pattern", Pointer: "/coverage/0/member_id"}
	if len(c.Coverage[0].MemberID) != len(mbiPattern) {
		// Not a typing error in an identifier but another kind of number, or one with dashes: the program may be the wrong one.
		f.Severity = scrubber.Warn
		f.Message = "member id is not a Medicare beneficiary identifier: eleven characters without dashes"
	}
	r.Add(f)
}

// mbiPattern is the kind of each character: 1 a digit but 0, 9 a digit, A a letter, X a digit or a letter.
const mbiPattern = "1AX9AX9AA99"

// mbi tells whether the id has the form of a Medicare beneficiary identifier, whose letters are all but S, L, O, I, B and Z.
func mbi(id string) bool {
	if len(id) != len(mbiPattern) {
		return false
	}
	for i := range len(id) {
		ch := id[i]
		digit, letter := '0' <= ch && ch <= '9', false
		switch ch {
		case 'S', 'L', 'O', 'I', 'B', 'Z':
		default:
			letter = 'A' <= ch && ch <= 'Z'
		}
		ok := false
		switch mbiPattern[i] {
		case '1':
			ok = digit && ch != '0'
		case '9':
			ok = digit
		case 'A':
			ok = letter
		case 'X':
			ok = digit || letter
		}
		if !ok {
			return false
		}
	}
	return true
}
