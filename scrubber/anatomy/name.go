package anatomy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MuscleKey is the name of a muscle as the event contract compares it: without case and outer
// spaces. Left and right stay different muscles. A name already in that form is returned as it is.
func MuscleKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// SameMuscle tells whether two names are one muscle's, as MuscleKey compares them.
func SameMuscle(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// TechniqueKey is the name of a technique as the event contract compares it: without case, spaces
// and hyphens. A name already in that form is returned as it is.
func TechniqueKey(name string) string {
	for _, r := range name {
		if skipped(r) || unicode.ToLower(r) != r {
			return string(appendTechniqueKey(nil, name))
		}
	}
	return name
}

// NeedleInsertion tells whether technique is one of the four names of needle insertion without
// injection that the event contract recognises. Such work is 20560 or 20561 and never 97140.
func NeedleInsertion(technique string) bool {
	var buf [longestKey]byte
	switch string(appendTechniqueKey(buf[:0], technique)) {
	case "dryneedling", "intramuscularstimulation", "triggerpointdryneedling", "triggerpointacupuncture":
		return true
	}
	return false
}

// MassageTechnique tells whether technique is massage, and so 97124: massage by its plain name,
// effleurage, petrissage or tapotement. Connective tissue massage, soft tissue mobilization and
// myofascial release are manual therapy, and so is every massage word not listed here.
func MassageTechnique(technique string) bool {
	var buf [longestKey]byte
	switch string(appendTechniqueKey(buf[:0], technique)) {
	case "massage", "effleurage", "petrissage", "tapotement":
		return true
	}
	return false
}

// BiofeedbackTechnique tells whether technique is biofeedback, by electromyography or unqualified,
// and so 90901 and never 97140.
func BiofeedbackTechnique(technique string) bool {
	var buf [longestKey]byte
	switch string(appendTechniqueKey(buf[:0], technique)) {
	case "biofeedback", "emgbiofeedback", "semgbiofeedback", "surfaceemgbiofeedback",
		"electromyographicbiofeedback", "electromyographybiofeedback":
		return true
	}
	return false
}

// longestKey is room for every key compared above; a longer technique costs an allocation.
const longestKey = 32

func appendTechniqueKey(dst []byte, name string) []byte {
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z':
			dst = append(dst, byte(r))
		case !skipped(r):
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return dst
}

// skipped tells whether r is a space or a hyphen; typeset notes use the soft hyphen and the two
// hyphens of General Punctuation.
func skipped(r rune) bool {
	return r == '-' || r == '\u00ad' || r == '\u2010' || r == '\u2011' || unicode.IsSpace(r)
}
