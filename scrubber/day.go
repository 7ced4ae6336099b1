package scrubber

import (
	"cmp"
	"fmt"
	"slices"

	"claimscrub/scrubber/refdata"
)

// dayCodes is how many different codes of a day find room without an allocation.
const dayCodes = 16

// ProcedureCode tells whether s has the form of a CPT or HCPCS level II code: five digits, or four and a capital letter first or
// last. Only such a code is repeated in a message: anything else may be an identifier sent in the wrong place.
func ProcedureCode(s string) bool {
	if len(s) != 5 {
		return false
	}
	for i := range len(s) {
		digit, capital := '0' <= s[i] && s[i] <= '9', 'A' <= s[i] && s[i] <= 'Z'
		if !digit && !(capital && (i == 0 || i == 4)) {
			return false
		}
	}
	return '0' <= s[0] && s[0] <= '9' || '0' <= s[4] && s[4] <= '9'
}

// Named is the line's code as a message may repeat it.
func (l *Line) Named() string {
	if ProcedureCode(l.Code) {
		return l.Code
	}
	return "a line"
}

// Pairs are the NCCI procedure-to-procedure edits in force between two codes of the day, by column 1 and
// column 2. At least one of the two is billed by a line of this claim, the other may be a line of another
// encounter of the day.
func (c *Case) Pairs() []refdata.Pair {
	c.Edits() // marks the profile's choice of table as read
	return c.pairs
}

// PairsOutside are two codes of the day that the table of pairs does not cover; empty when it covers all.
func (c *Case) PairsOutside() (a, b string) { return c.pairsOutside[0], c.pairsOutside[1] }

// pair looks up every two different codes of the day.
func (c *Case) pair() {
	c.pairs, c.pairsOutside = nil, [2]string{} // a patched case brings those of the case before
	table := c.Tables.Pairs(c.Policy.Edits)
	codes := make([]refdata.PairCode, 0, dayCodes)
	for i := range c.Lines {
		if code := table.Code(c.Lines[i].Code); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	own := len(codes)
	for i := range c.SameDay {
		if code := table.Code(c.SameDay[i].Code); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	c.paired = own > 0 && len(codes) > 1
	var p refdata.Pair
	for i := range codes[:own] {
		for j := i + 1; j < len(codes); j++ {
			a, b := &codes[i], &codes[j]
			switch table.Between(a, b, &p) {
			case refdata.Present:
				c.pairs = append(c.pairs, p)
			case refdata.Outside:
				if ProcedureCode(a.Code) && ProcedureCode(b.Code) {
					c.outside(min(a.Code, b.Code), max(a.Code, b.Code))
				}
			}
		}
	}
	slices.SortFunc(c.pairs, func(p, q refdata.Pair) int {
		return cmp.Or(cmp.Compare(p.Column1, q.Column1), cmp.Compare(p.Column2, q.Column2))
	})
}

// outside keeps the first two codes in order, so that the order of lines says nothing.
func (c *Case) outside(a, b string) {
	if p := c.pairsOutside; p[0] == "" || cmp.Or(cmp.Compare(a, p[0]), cmp.Compare(b, p[1])) < 0 {
		c.pairsOutside = [2]string{a, b}
	}
}

// Carried says, at the end of a message, that an answer was read past the end of a shipped edition or in one from another source than
// the published file, and how to import that or the current one.
func (c *Case) Carried(t refdata.Table) string {
	program := refdata.NoProgram
	if t.ByProgram() {
		program = c.Policy.Edits
	}
	e, inferred := c.Tables.Edition(t, program)
	if e == nil || !inferred {
		return ""
	}
	if e.AgeDays(c.ServiceDate) <= 0 {
		return "; read from " + e.Title() + ", whose source is not the published file: " + c.importing(t) + " brings that"
	}
	return fmt.Sprintf("; read from %s, which ended %d days before: %s has the current one", e.Title(), e.AgeDays(c.ServiceDate), c.importing(t))
}

// OutsideOf is the detail of a rule that is not evaluated because what it looked up is outside the shipped tables.
func (c *Case) OutsideOf(t refdata.Table, what string) string {
	return what + " is outside the shipped tables: " + c.importing(t) + " brings the full one"
}

// importing is the command that imports the table the claim is judged by.
func (c *Case) importing(t refdata.Table) string {
	command := "claimscrub refdata import --table " + t.String()
	if t.ByProgram() && c.Policy.Edits == refdata.Medicaid {
		command += " --program " + refdata.Medicaid.String()
	}
	return command
}
