package ncci

// bypassed tells whether a modifier says that the two services were separate: 59 and the X modifiers on either line
// (CMS CR 11168, since 2019-07-01), 25 on the evaluation and management line, the other NCCI modifiers on the line of column 2.
// Modifiers that say who furnished a service or under which plan (GP, GO, GN, CQ, CO, KX, AT), 51 and 76 bypass nothing.
func bypassed(one, two *billed) bool {
	return one.has("59", "XE", "XP", "XS", "XU") || two.has("59", "XE", "XP", "XS", "XU") ||
		one.has("25") && one.evaluatesAndManages() || two.has("25") && two.evaluatesAndManages() ||
		two.has("24", "27", "57", "58", "78", "79", "91", "E1", "E2", "E3", "E4", "FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9",
			"TA", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "LT", "RT", "LC", "LD", "LM", "RC", "RI")
}

// evaluatesAndManages tells whether the code is one of evaluation and management, by CPT's range for them.
func (b *billed) evaluatesAndManages() bool { return "99202" <= b.code && b.code <= "99499" }
