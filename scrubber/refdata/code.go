package refdata

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"claimscrub/scrubber/civil"
)

// Code is what we know of a procedure code of the physical-medicine family.
type Code struct {
	Code       string
	Name       string // in our own words
	Kind       Kind
	Minutes    int        // per unit of a timed code; 0 for an untimed one
	Discipline Discipline // whose evaluation it is; None when any may bill it
	Therapy    Therapy    // Medicare therapy class
	Primaries  []string   // an add-on code's primary codes, read only; empty for any other code
	// UnitsByMUE marks an untimed code that may be billed more than once a day, up to its published limit.
	UnitsByMUE bool
	From, To   civil.Date // days the code is valid, both included; no date means open. Filled when Absent too
	// Inferred marks dates without a source at hand, or an answer past the end of the edition.
	Inferred bool
}

// Timed tells whether units of the code are counted by minutes.
func (c *Code) Timed() bool { return c.Minutes > 0 }

// EightMinute tells whether the code's minutes count towards the units of the CMS 8-minute rule: those of therapy services
// in units of 15 minutes (Pub. 100-04 chapter 5, section 20.2). Acupuncture has units of 15 minutes and does not.
func (c *Code) EightMinute() bool { return c.Minutes == 15 && c.Therapy != NotTherapy }

// AddOn tells whether the code is billed only beside one of its primaries.
func (c *Code) AddOn() bool { return len(c.Primaries) > 0 }

// Is tells whether the code is of any of the given kinds.
func (c *Code) Is(k Kind) bool { return c.Kind&k != 0 }

// Discipline is the therapy discipline.
type Discipline uint8

// The disciplines, and the modifier that says each on a claim line.
const (
	NoDiscipline Discipline = iota
	PT                      // GP
	OT                      // GO
	SLP                     // GN
)

var disciplineNames = [...]string{"none", "PT", "OT", "SLP"}

// String is PT, OT, SLP or none.
func (d Discipline) String() string { return name(disciplineNames[:], int(d)) }

// Therapy is the class a code has on the Medicare therapy code list.
type Therapy uint8

// The classes: a code always needs a discipline modifier, needs one under a therapy plan of care, or never takes one.
const (
	NotTherapy Therapy = iota
	SometimesTherapy
	AlwaysTherapy
)

var therapyNames = [...]string{"none", "sometimes", "always"}

// String is always, sometimes or none.
func (t Therapy) String() string { return name(therapyNames[:], int(t)) }

// Kind is a set of families a code belongs to.
type Kind uint32

// The kinds, named in the text table as kindNames has them.
const (
	OMT                Kind = 1 << iota // osteopathic manipulation
	CMTSpinal                           // chiropractic manipulation, spinal
	CMTExtraspinal                      // chiropractic manipulation, extraspinal
	EM                                  // office evaluation and management
	NewPatient                          // E/M of a new patient
	Evaluation                          // therapy evaluation
	Reevaluation                        // therapy re-evaluation
	Group                               // group therapy
	Supervised                          // modality without constant attendance
	Attended                            // modality with constant attendance
	Procedure                           // therapeutic procedure, one on one
	Test                                // test or measurement
	Orthotic                            // orthotic or prosthetic management
	Needling                            // needle insertion without injection
	TriggerPoint                        // trigger point injection
	Acupuncture                         // acupuncture
	Electroacupuncture                  // acupuncture with electrical stimulation
	Biofeedback                         // biofeedback training
	Cognitive                           // cognitive function intervention
	Caregiver                           // caregiver training
	Wound                               // wound care
	WorkHardening                       // work hardening
	RTM                                 // remote therapeutic monitoring
	Unlisted                            // unlisted service or procedure
	Strapping                           // strapping
)

var kindNames = [...]string{"omt", "cmt_spinal", "cmt_extraspinal", "em", "new_patient", "evaluation", "reevaluation", "group",
	"supervised", "attended", "procedure", "test", "orthotic", "needling", "trigger_point", "acupuncture",
	"electroacupuncture", "biofeedback", "cognitive", "caregiver", "wound", "work_hardening", "rtm", "unlisted", "strapping"}

// codeColumns are the columns of the text table of codes.
var codeColumns = []string{"code", "name", "kinds", "minutes", "discipline", "therapy", "primaries", "units_by_mue", "from", "to", "dates"}

// parseCodes reads lines of tab-separated codeColumns, one code a line, in ascending order of codes; empty cells at the end of
// a line may be left out.
func parseCodes(text string) ([]Code, error) {
	var codes []Code
	for line := range strings.Lines(text) {
		c, err := parseCode(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		if err != nil {
			return nil, fmt.Errorf("code %d: %w", len(codes)+1, err)
		}
		if n := len(codes); n > 0 && codes[n-1].Code >= c.Code {
			return nil, fmt.Errorf("code %s is not after %s", c.Code, codes[n-1].Code)
		}
		codes = append(codes, c)
	}
	return codes, nil
}

func parseCode(cells []string) (c Code, err error) {
	if len(cells) > len(codeColumns) {
		return c, fmt.Errorf("%d columns, expected %q", len(cells), codeColumns)
	}
	cells = append(slices.Clip(cells), make([]string, len(codeColumns)-len(cells))...)
	c = Code{Code: cells[0], Name: cells[1], Primaries: strings.Fields(cells[6])}
	if !isProcedure(c.Code) || c.Name == "" {
		return c, fmt.Errorf("code %q named %q, expected a procedure code and its name", c.Code, c.Name)
	}
	for _, k := range strings.Fields(cells[2]) {
		i, err := parseName(kindNames[:], k)
		if err != nil {
			return c, fmt.Errorf("kinds: %w", err)
		}
		c.Kind |= 1 << i
	}
	if cells[3] != "" {
		if c.Minutes, err = strconv.Atoi(cells[3]); err != nil || c.Minutes < 1 || c.Minutes > 240 {
			return c, fmt.Errorf("minutes %q, expected 1 to 240, or nothing for an untimed code", cells[3])
		}
	}
	d, err := parseName(disciplineNames[:], cells[4])
	if err != nil {
		return c, fmt.Errorf("discipline: %w", err)
	}
	t, err := parseName(therapyNames[:], cells[5])
	if err != nil {
		return c, fmt.Errorf("therapy: %w", err)
	}
	c.Discipline, c.Therapy = Discipline(d), Therapy(t)
	for _, p := range c.Primaries {
		if !isProcedure(p) || p == c.Code {
			return c, fmt.Errorf("primary %q, expected another procedure code", p)
		}
	}
	if c.UnitsByMUE, err = parseFlag(cells[7], "yes"); err != nil {
		return c, fmt.Errorf("units_by_mue: %w", err)
	}
	if c.Inferred, err = parseFlag(cells[10], "inferred"); err != nil {
		return c, fmt.Errorf("dates: %w", err)
	}
	c.From, c.To, err = parseSpan(cells[8], cells[9])
	return c, err
}

// parseFlag is true for the one word that sets it, false for nothing.
func parseFlag(s, set string) (bool, error) {
	if s != "" && s != set {
		return false, fmt.Errorf("%q, expected %q or nothing", s, set)
	}
	return s == set, nil
}

// parseSpan reads two dates YYYY-MM-DD, either of which may be empty.
func parseSpan(from, to string) (f, t civil.Date, err error) {
	if from != "" {
		if f, err = civil.ParseDate(from); err != nil {
			return 0, 0, fmt.Errorf("from %q: %w", from, err)
		}
	}
	if to != "" {
		if t, err = civil.ParseDate(to); err != nil {
			return 0, 0, fmt.Errorf("to %q: %w", to, err)
		}
	}
	if t != 0 && t < f {
		return 0, 0, fmt.Errorf("ends on %s, before it begins on %s", t, f)
	}
	return f, t, nil
}

// isProcedure tells whether s has the form of a CPT or HCPCS code: five digits, four digits and a capital, or a capital and
// four digits.
func isProcedure(s string) bool {
	if len(s) != 5 {
		return false
	}
	for i := 1; i < 4; i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return isDigit(s[0]) && (isDigit(s[4]) || isCapital(s[4])) || isCapital(s[0]) && isDigit(s[4])
}

func isDigit(b byte) bool   { return '0' <= b && b <= '9' }
func isCapital(b byte) bool { return 'A' <= b && b <= 'Z' }
