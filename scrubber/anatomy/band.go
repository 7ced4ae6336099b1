package anatomy

// OMTCode is the osteopathic manipulation code for n distinct regions: 98925 for 1-2, 98926 for 3-4,
// 98927 for 5-6, 98928 for 7-8, 98929 for 9-10 (CMS Physician Fee Schedule, July 2026).
// It is empty for n outside 1 to 10.
func OMTCode(n int) string {
	switch (n + 1) / 2 {
	case 1:
		return "98925"
	case 2:
		return "98926"
	case 3:
		return "98927"
	case 4:
		return "98928"
	case 5:
		return "98929"
	}
	return ""
}

// OMTBand is the fewest and the most distinct regions that an osteopathic manipulation code covers.
// It is not ok for any other code.
func OMTBand(code string) (lo, hi int, ok bool) {
	switch code {
	case "98925":
		return 1, 2, true
	case "98926":
		return 3, 4, true
	case "98927":
		return 5, 6, true
	case "98928":
		return 7, 8, true
	case "98929":
		return 9, 10, true
	}
	return 0, 0, false
}

// CMTCode is the chiropractic manipulation code for n distinct spinal regions: 98940 for 1-2,
// 98941 for 3-4, 98942 for 5. It is empty for n outside 1 to 5.
func CMTCode(n int) string {
	switch n {
	case 1, 2:
		return "98940"
	case 3, 4:
		return "98941"
	case 5:
		return "98942"
	}
	return ""
}

// CMTBand is the fewest and the most distinct spinal regions that a chiropractic manipulation code
// covers. It is not ok for any other code, 98943 among them: that one is flat and extraspinal.
func CMTBand(code string) (lo, hi int, ok bool) {
	switch code {
	case "98940":
		return 1, 2, true
	case "98941":
		return 3, 4, true
	case "98942":
		return 5, 5, true
	}
	return 0, 0, false
}
