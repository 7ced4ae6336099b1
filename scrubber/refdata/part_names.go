package refdata

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// partNames checks that the names of an edition's files belong together, as far as they are CMS's: ccipra-v323r0-f1.
type partNames struct {
	edition string
	force   bool
	version string
	parts   []int
}

var (
	ptpVersion = regexp.MustCompile(`v([0-9]{2})([0-9])r[0-9]`)
	ptpPart    = regexp.MustCompile(`[-_]f([1-9])([-_.]|$)`)
	quarter    = regexp.MustCompile(`^([0-9]{4})Q([1-4])$`)
)

const ptpParts = 4

// The time a file's name speaks of: MCR_MUE_PractitionerServices_Eff_07-01-2026, PPRRVU2026_Jul and, before, PPRRVU25_JUL.
var (
	mueFileTime = regexp.MustCompile(`_eff_(?P<month>[0-9]{2})-[0-9]{2}-20(?P<year>[0-9]{2})`)
	pfsFileTime = regexp.MustCompile(`pprrvu(?:20)?(?P<year>[0-9]{2})(?P<month>)(?:[^0-9]|$)`)
	timeOfName  = regexp.MustCompile(`^20([0-9]{2})(?:([QH])([1-4]))?$`)
)

// sameTime refuses a file whose name speaks of another time than its edition's does, as far as either speaks of one.
func sameTime(named *regexp.Regexp, label, edition string) error {
	file, of := named.FindStringSubmatch(strings.ToLower(path.Base(label))), timeOfName.FindStringSubmatch(edition)
	if file == nil || of == nil {
		return nil
	}
	year, month := file[named.SubexpIndex("year")], file[named.SubexpIndex("month")]
	name := "20" + year
	if n, err := strconv.Atoi(month); err == nil && of[2] != "" {
		months := map[string]int{"Q": 3, "H": 6}[of[2]]
		name += of[2] + strconv.Itoa((n+months-1)/months)
	} else {
		edition = edition[:len(name)]
	}
	if name != edition {
		return fmt.Errorf("the name is that of %s, expected %s", name, edition)
	}
	return nil
}

func (n *partNames) add(label string) error {
	base := strings.ToLower(path.Base(label))
	if strings.Contains(strings.ToLower(label), "ccioph") {
		return errors.New("the name is that of hospital edits, expected practitioner edits (ccipra)")
	}
	if m := ptpVersion.FindStringSubmatch(base); m != nil {
		if n.version != "" && n.version != m[0] {
			return fmt.Errorf("part of %s among parts of %s", m[0], n.version)
		}
		n.version = m[0]
		year, _ := strconv.Atoi(m[1])
		last, _ := strconv.Atoi(m[2])
		// Version 32.3 is the fourth quarter of 2026.
		if of := fmt.Sprintf("%dQ%d", 1994+year, last+1); quarter.MatchString(n.edition) && n.edition != of {
			return fmt.Errorf("%s is the version of %s, expected %s", m[0], of, n.edition)
		}
	}
	if m := ptpPart.FindStringSubmatch(base); m != nil {
		part := int(m[1][0] - '0')
		if slices.Contains(n.parts, part) {
			return fmt.Errorf("part f%d is there twice", part)
		}
		n.parts = append(n.parts, part)
	}
	return nil
}

// complete demands all parts, when files are parts at all.
func (n *partNames) complete() error {
	if len(n.parts) == 0 {
		return nil
	}
	slices.Sort(n.parts)
	for i := range max(ptpParts, n.parts[len(n.parts)-1]) {
		if !slices.Contains(n.parts, i+1) && !n.force {
			return fmt.Errorf("part f%d is missing; CMS publishes f1 to f%d, force it if that has changed", i+1, ptpParts)
		}
	}
	return nil
}
