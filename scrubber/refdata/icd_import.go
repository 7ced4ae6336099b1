package refdata

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// icdImporter reads the ICD-10-CM order file (fixed columns: 1-5 order number, 7-13 code, 15 flag, 17-76 short title, 78- long title)
// and the plain layout with the columns code, billable and title.
type icdImporter struct {
	edition string
	named   bool
	order   int // number of the line before
	records records
}

var (
	icdFileYear = regexp.MustCompile(`order[^0-9]*(20[0-9]{2})`)
	fiscalYear  = regexp.MustCompile(`^FY(20[0-9]{2})`)
)

func (c *icdImporter) begin(label string) error {
	c.named, c.order = false, 0
	base := strings.ToLower(path.Base(label))
	if strings.Contains(base, "addenda") {
		return errors.New("the name is that of the addenda, expected the complete order file")
	}
	file, edition := icdFileYear.FindStringSubmatch(base), fiscalYear.FindStringSubmatch(c.edition)
	if file != nil && edition != nil && file[1] != edition[1] {
		return fmt.Errorf("the name is that of fiscal year %s, expected %s", file[1], edition[1])
	}
	return nil
}

func (c *icdImporter) row(at place, cells []string) (rowKind, error) {
	if !c.named && c.order == 0 && heading(cell(cells, 0)) == "code" {
		c.named = true
		return rowPreamble, nil
	}
	if blank(cells) {
		return rowPreamble, nil
	}
	code, flag, title := cell(cells, 0), cell(cells, 1), cell(cells, 2)
	if !c.named {
		var err error
		if code, flag, title, err = c.fixed(cells[0]); err != nil {
			return 0, err
		}
	}
	if !isDiagnosis(code) || title == "" || flag != "0" && flag != "1" {
		return 0, fmt.Errorf("code %q, flag %q, title %q: expected an ICD-10-CM code, 0 or 1, and its title", code, flag, title)
	}
	return c.records.add(code, []byte{flag[0] - '0'}, title, at)
}

// fixed cuts a line of the order file. Its order numbers leave none out: where one is missing, lines are.
func (c *icdImporter) fixed(line string) (code, flag, title string, err error) {
	if len(line) < 78 || line[5] != ' ' || line[13] != ' ' || line[15] != ' ' || line[76] != ' ' {
		return "", "", "", fmt.Errorf("a line of %d bytes is not one of the order file", len(line))
	}
	n, err := strconv.Atoi(line[:5])
	if err != nil {
		return "", "", "", fmt.Errorf("order number %q: %w", line[:5], err)
	}
	expected := c.order + 1
	if c.order = n; n != expected {
		return "", "", "", fmt.Errorf("order number %d, expected %d: lines are missing", n, expected)
	}
	return strings.TrimSpace(line[6:13]), line[14:15], strings.TrimSpace(line[77:]), nil
}

// isDiagnosis tells whether s has the form of an ICD-10-CM code without its dot: a capital, then two to six digits or capitals.
func isDiagnosis(s string) bool {
	if len(s) < 3 || len(s) > 7 || !isCapital(s[0]) {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !isDigit(s[i]) && !isCapital(s[i]) {
			return false
		}
	}
	return true
}

func (c *icdImporter) build(_ *Edition, coverage []string, s *Summary) ([]section, error) {
	if coverage != nil {
		declared := map[string]bool{}
		for _, category := range coverage {
			declared[category] = true
		}
		for _, code := range c.records.codes {
			if covered, ok := declared[code[:3]]; !ok {
				return nil, fmt.Errorf("code %s is not in the declared coverage", code)
			} else if covered {
				declared[code[:3]] = false
			}
		}
		for _, category := range coverage {
			if declared[category] {
				return nil, fmt.Errorf("category %s is declared as covered and not there", category)
			}
		}
	}
	return c.records.build(s, true)
}

// verifyDiagnoses checks that each code's category is there, and that headers, and only headers, have codes below them: a table cut
// short ends in a header without any.
func (e *Edition) verifyDiagnoses() error {
	for i := range e.dict.len() {
		code := unpack(e.dict.key(i))
		if len(code) < 3 || e.dict.find(pack(code[:3])) < 0 {
			return fmt.Errorf("code %s is there without its category", code)
		}
		from, to := e.dict.below(code)
		if billable := e.values[i]&diagnosisBillable != 0; billable == (from < to) {
			return fmt.Errorf("code %s is marked billable %t and has %d codes below it", code, billable, to-from)
		}
	}
	return e.verifyTexts()
}

func (e *Edition) verifyTexts() error {
	end := uint32(0)
	for i := range e.dict.len() {
		from, to := binary.LittleEndian.Uint32(e.offsets[4*i:]), binary.LittleEndian.Uint32(e.offsets[4*i+4:])
		if from != end || to < from || int(to) > len(e.text) {
			return fmt.Errorf("the text of %s is out of place", unpack(e.dict.key(i)))
		}
		end = to
	}
	if int(end) != len(e.text) {
		return errors.New("text after the last code's")
	}
	return nil
}
