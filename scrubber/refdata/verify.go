package refdata

import (
	"fmt"
	"slices"
)

// Verify re-reads an edition whole: its sums, its checksum and its invariants, among them that no pair has two edits in force on
// one day. Its errors wrap ErrCorrupt.
func Verify(edition []byte) error {
	e, err := Read(edition)
	if err != nil {
		return err
	}
	if err := e.verify(edition); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCorrupt, e.Title(), err)
	}
	return nil
}

func (e *Edition) verify(edition []byte) error {
	h, body, err := readHeader(edition)
	if err != nil {
		return err
	}
	sum, err := h.sum(body)
	if err != nil {
		return err
	}
	if sum != e.Checksum {
		return fmt.Errorf("checksum %s, expected %s", sum, e.Checksum)
	}
	if err := e.dict.verify(); err != nil {
		return err
	}
	switch e.Table {
	case PTP:
		return e.pairs.verify(e.dict.len(), len(e.words))
	case ICD10CM:
		return e.verifyDiagnoses()
	case PFS:
		return e.verifyFees()
	case POS, Modifiers:
		return e.verifyTexts()
	case Codes:
		return e.verifyCodes()
	}
	return nil
}

// verifyCodes checks that the codes are those of the dictionary, and that each primary of an add-on code is one of them.
func (e *Edition) verifyCodes() error {
	for i, c := range e.codes {
		if e.dict.find(pack(c.Code)) != i {
			return fmt.Errorf("code %s is out of place", c.Code)
		}
		if j := slices.IndexFunc(c.Primaries, func(p string) bool { return e.dict.find(pack(p)) < 0 }); j >= 0 {
			return fmt.Errorf("primary code %s of %s is not in the table", c.Primaries[j], c.Code)
		}
	}
	return nil
}
