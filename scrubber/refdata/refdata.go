// Package refdata has the national reference tables a claim is judged by (NCCI procedure-to-procedure
// pairs, medically unlikely edits, ICD-10-CM, the physician fee schedule's indicators, place of service,
// modifiers, and our own facts of physical-medicine codes), read as of a date of service.
//
// Editions are immutable bytes: Import compiles published files into one, Compile our own text tables,
// Open makes a Set of them, and Set.At is what rules ask. The package has no clock and does no I/O;
// its caller opens, maps and watches files.
//
// # Which edition answers
//
// Tables dated by edition (MUE, ICD-10-CM, PFS, place of service, modifiers) answer from the edition with the latest
// beginning on or before the date of service; before the first edition nothing covers the date. Tables
// dated by row (PTP, Codes) carry their own history, so a date that no edition covers is answered by the next one to begin.
//
// An imported edition that has an end covers no date past it: NoEdition. One imported without an end holds
// until a later edition begins. A shipped edition past its end carries forward: its answers are marked Inferred, and for
// ICD-10-CM only what it has is answered, because a code it lacks may be new. An imported edition of a table and program
// takes the place of all shipped ones; only modifiers are answered by both, because CMS publishes no CPT modifiers.
package refdata

import (
	"fmt"
	"strconv"

	"claimscrub/scrubber/civil"
)

// Program is whose edition of a table is read. Medicare and Medicaid publish their own PTP and MUE tables; the other
// tables belong to no program.
type Program uint8

// The programs. NoProgram is that of tables that do not differ by program.
const (
	NoProgram Program = iota
	Medicare
	Medicaid
)

var programNames = [...]string{"", "medicare", "medicaid"}

// String is medicare or medicaid, empty for NoProgram.
func (p Program) String() string { return name(programNames[:], int(p)) }

// ParseProgram reads medicare or medicaid.
func ParseProgram(s string) (Program, error) {
	i, err := parseName(programNames[1:], s)
	return Program(i + 1), err
}

// Table is one of the reference tables.
type Table uint8

// The tables. All but Codes can be imported from published files; Codes is our own.
const (
	PTP       Table = iota // NCCI procedure-to-procedure pairs, by program
	MUE                    // NCCI medically unlikely edits, by program
	ICD10CM                // diagnosis codes
	PFS                    // indicators of the Medicare physician fee schedule
	POS                    // place of service codes
	Modifiers              // CPT and HCPCS modifiers
	Codes                  // facts of the physical-medicine family's procedure codes
	tables
)

var tableNames = [tables]string{"ptp", "mue", "icd10cm", "pfs", "pos", "modifiers", "codes"}

// String is the table's name on the command line and in outcomes: ptp, mue, icd10cm, pfs, pos, modifiers, codes.
func (t Table) String() string { return name(tableNames[:], int(t)) }

// ParseTable reads a table's name as String writes it.
func ParseTable(s string) (Table, error) {
	i, err := parseName(tableNames[:], s)
	return Table(i), err
}

// ByProgram tells whether each program publishes its own edition of the table.
func (t Table) ByProgram() bool { return t == PTP || t == MUE }

// Found is how a lookup ended. Only Present and Absent are judgements; the other two mean "not evaluated".
type Found uint8

// The ways a lookup ends. The zero value is the one that decides nothing.
const (
	NoEdition Found = iota // no edition covers the date of service
	Outside                // outside the declared coverage of the (shipped, partial) edition
	Absent                 // within coverage, and not there on the date of service
	Present
)

// String is for tests and debugging.
func (f Found) String() string {
	return name([]string{"no edition", "outside coverage", "absent", "present"}, int(f))
}

// Pair is an NCCI procedure-to-procedure edit in force: column 1 is paid, column 2 is not.
type Pair struct {
	Column1, Column2 string
	Indicator        uint8 // 0: no modifier bypasses; 1: a modifier may
	Rationale        string
	From, To         civil.Date // in force, both days included; no date means open
	Inferred         bool       // read past the end of a shipped edition; also set when the pair is Absent
}

// UnitLimit is a medically unlikely edit: the most units of a code on one line (MAI 1) or on one day (MAI 2 and 3).
type UnitLimit struct {
	Value     int   // units, 0 or more
	MAI       uint8 // adjudication indicator: 1 line, 2 day by policy, 3 day by clinical data (appealable)
	Rationale string
	Inferred  bool
}

// Diagnosis is an ICD-10-CM code as of the date of service.
type Diagnosis struct {
	Billable  bool       // a header is not: its billable descendants are View.Children
	Inferred  bool       // read past the end of a shipped edition
	ExpiredOn civil.Date // Absent, but billable in an earlier edition that ended on this day
	ValidFrom civil.Date // Absent, but billable in a later edition that begins on this day
}

// FeeSchedule is what the Medicare physician fee schedule says of a code.
type FeeSchedule struct {
	Status     byte   // A payable, B bundled, C carrier priced, I not valid for Medicare, N non-covered, R restricted, ...
	PCTC       byte   // professional/technical indicator; '7' marks a therapy service
	MultProc   byte   // multiple procedure indicator; '5' is the therapy practice-expense reduction
	GlobalDays string // 000, 010, 090, XXX, YYY, ZZZ, MMM
	Inferred   bool
}

// Place is a place of service code.
type Place struct {
	Name        string
	Assigned    bool // false: a number no place is assigned to
	Facility    bool // paid at the facility rate
	NonFacility bool // paid at the non-facility rate; neither when the edition does not say
	Inferred    bool
}

// Modifier is a CPT or HCPCS modifier.
type Modifier struct {
	Name     string // our own words, or the public HCPCS text; may be empty
	CPT      bool   // CPT modifier, else HCPCS level II
	Inferred bool
}

func name(names []string, i int) string {
	if i >= len(names) {
		return strconv.Itoa(i)
	}
	return names[i]
}

func parseName(names []string, s string) (int, error) {
	for i, n := range names {
		if n == s {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%q is not one of %q", s, names)
}
