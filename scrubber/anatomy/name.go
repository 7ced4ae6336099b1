package anatomy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// SameMuscle tells whether two names are one muscle's, as the event contract compares them: without case and outer
// spaces. Left and right stay different muscles.
func SameMuscle(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// Technique is what the name of a technique says where it says that the work is not manual therapy.
type Technique uint8

// NeedleInsertion: one of the four names of needle insertion without injection that the event contract recognises; such work
// is 20560 or 20561 and never 97140. Biofeedback: by electromyography or unqualified, 90901 and never 97140. Massage words
// inside manual therapy, such as connective tissue massage, are manual therapy.
const (
	OtherTechnique Technique = iota
	NeedleInsertion
	Biofeedback
)

// ParseTechnique tells what the name of a technique says.
func ParseTechnique(name string) Technique {
	var buf [32]byte // room for every key below; a longer name costs an allocation
	switch string(appendTechniqueKey(buf[:0], name)) {
	case "dryneedling", "intramuscularstimulation", "triggerpointdryneedling", "triggerpointacupuncture":
		return NeedleInsertion
	case "biofeedback", "emgbiofeedback", "semgbiofeedback", "surfaceemgbiofeedback",
		"electromyographicbiofeedback", "electromyographybiofeedback":
		return Biofeedback
	}
	return OtherTechnique
}

// appendTechniqueKey appends the name as the event contract compares it: without case, spaces and hyphens.
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
