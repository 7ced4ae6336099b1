// Package anatomy has the body as manipulation and needling codes count it: ten regions, the sides
// of a limb taken as one, the spinal five, and the names of muscles and techniques.
package anatomy

import (
	"iter"
	"math/bits"
	"strings"
)

// Region is one of the ten body regions of osteopathic manipulation. The zero value is no region.
// The order is anatomical, head first, and is also the order of ICD-10-CM M99.00 to M99.09.
type Region uint8

// The ten regions. Cervical to Pelvic are the spinal regions of chiropractic manipulation.
const (
	Head Region = iota + 1
	Cervical
	Thoracic
	Lumbar
	Sacral
	Pelvic
	LowerExtremity
	UpperExtremity
	RibCage
	Abdomen
)

var regionNames = [...]string{"", "head", "cervical", "thoracic", "lumbar", "sacral", "pelvic",
	"lower_extremity", "upper_extremity", "rib_cage", "abdomen"}

// String is the name of r in the event contract, or the empty string for no region.
func (r Region) String() string {
	if int(r) >= len(regionNames) {
		return ""
	}
	return regionNames[r]
}

// ParseRegion reads the name of a region as the event contract writes it. A limb may carry a side,
// as in left_upper_extremity: both sides are one region (AAP, OMT coding fact sheet).
func ParseRegion(s string) (Region, bool) {
	switch s {
	case "head":
		return Head, true
	case "cervical":
		return Cervical, true
	case "thoracic":
		return Thoracic, true
	case "lumbar":
		return Lumbar, true
	case "sacral":
		return Sacral, true
	case "pelvic":
		return Pelvic, true
	case "lower_extremity", "left_lower_extremity", "right_lower_extremity":
		return LowerExtremity, true
	case "upper_extremity", "left_upper_extremity", "right_upper_extremity":
		return UpperExtremity, true
	case "rib_cage":
		return RibCage, true
	case "abdomen":
		return Abdomen, true
	}
	return 0, false
}

// DiagnosisRegion is the region that an ICD-10-CM code of segmental and somatic dysfunction,
// M99.00 to M99.09, names. The code is upper case, with or without its dot.
func DiagnosisRegion(code string) (Region, bool) {
	digit, ok := strings.CutPrefix(code, "M99.0")
	if !ok {
		digit, ok = strings.CutPrefix(code, "M990")
	}
	if !ok || len(digit) != 1 || digit[0] < '0' || digit[0] > '9' {
		return 0, false
	}
	return Head + Region(digit[0]-'0'), true
}

// Set is a set of regions; the zero value is empty. Sets compare with ==, and a|b is their union.
type Set uint16

const (
	spinal      Set = 1<<Cervical | 1<<Thoracic | 1<<Lumbar | 1<<Sacral | 1<<Pelvic
	extraspinal Set = 1<<Head | 1<<LowerExtremity | 1<<UpperExtremity | 1<<RibCage | 1<<Abdomen
)

// Add puts r into s. Adding no region, or one that is in already, changes nothing.
func (s *Set) Add(r Region) { *s |= 1 << r & (spinal | extraspinal) }

// Has tells whether r is in s.
func (s Set) Has(r Region) bool { return r >= Head && r <= Abdomen && s>>r&1 == 1 }

// Count is the number of distinct regions in s, 0 to 10.
func (s Set) Count() int { return bits.OnesCount16(uint16(s)) }

// Spinal is the part of s that chiropractic manipulation calls spinal: cervical, thoracic, lumbar,
// sacral and pelvic (the sacroiliac joint).
func (s Set) Spinal() Set { return s & spinal }

// Extraspinal is the part of s that chiropractic manipulation calls extraspinal: head, both
// extremities, rib cage and abdomen.
func (s Set) Extraspinal() Set { return s & extraspinal }

// All yields the regions of s in anatomical order.
func (s Set) All() iter.Seq[Region] {
	return func(yield func(Region) bool) {
		for r := Head; r <= Abdomen; r++ {
			if s.Has(r) && !yield(r) {
				return
			}
		}
	}
}

// String is the names of the regions of s in anatomical order, as in "lumbar, sacral".
func (s Set) String() string {
	var b strings.Builder
	for r := range s.All() {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(r.String())
	}
	return b.String()
}
