// Package units has the arithmetic of timed services: how many units minutes earn, to which codes
// the units belong, which of them an assistant furnished, and what clock times add up to.
// All times are whole minutes.
package units

// Aggregate is the units that the minutes of all 15-minute codes of a day earn together under the
// CMS 8-minute rule: 8 to 22 minutes one, 23 to 37 two, and so on by 15
// (Pub 100-04 ch. 5 section 20.2 C). Below 8 minutes it is 0.
func Aggregate(totalMinutes int) int { return Midpoint(totalMinutes, 15) }

// Midpoint is the units of one code with perUnit minutes a unit when a unit is attained once its
// midpoint is passed (CPT): with 15 from 8 minutes on, with 30 from 16 on. Minutes of several codes
// are never pooled. An add-on code is given the minutes beyond its full base code. It is 0 for
// minutes or perUnit of 0 or less.
func Midpoint(minutes, perUnit int) int {
	if minutes <= 0 || perUnit <= 0 {
		return 0
	}
	whole, rest := minutes/perUnit, minutes%perUnit
	if rest > perUnit/2 {
		whole++
	}
	return whole
}
