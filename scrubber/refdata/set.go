package refdata

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"claimscrub/scrubber/civil"
)

// Set is the editions in use: immutable, shared by all goroutines. The zero Set has no edition, so that every
// lookup ends NoEdition.
type Set struct {
	editions []*Edition // by slot, then by beginning
	slots    [slots]struct{ from, to uint8 }
	periods  []period // by beginning; the first begins before all days
}

// A period is a stretch of days on which each slot is answered by the same edition, until the next period begins.
type period struct {
	from    civil.Date
	answers [slots]answer
}

// answer is the edition that answers, nil for none, and whether what it says is inferred.
type answer struct {
	edition  *Edition
	inferred bool
}

// A slot is a table, or a table of a program.
type slot uint8

const (
	slotPTP       slot = 0 // and 1, by program
	slotMUE       slot = 2 // and 3, by program
	slotICD10CM   slot = 4
	slotPFS       slot = 5
	slotPOS       slot = 6
	slotModifiers slot = 7
	slotCodes     slot = 8
	slotShipped   slot = 9 // the shipped modifiers, beside imported ones
	slots              = 10
)

// slotOf is the slot of a table and program; false when the two do not go together.
func slotOf(t Table, p Program) (slot, bool) {
	switch {
	case t >= tables || t.ByProgram() != (p == Medicare || p == Medicaid):
		return 0, false
	case t == PTP:
		return slotPTP + slot(p-Medicare), true
	case t == MUE:
		return slotMUE + slot(p-Medicare), true
	}
	return slotICD10CM + slot(t-ICD10CM), true
}

// maxEditions is how many editions a Set holds.
const maxEditions = 250

// Open makes a Set of compiled editions, shipped and imported in any order; the bytes must not change while the Set is in use.
// It refuses a corrupt edition and says which, and two editions of a table that begin on the same day. An imported edition of a
// table and program takes the place of all shipped editions of it.
func Open(editions ...[]byte) (*Set, error) {
	opened := make([]*Edition, len(editions))
	for i, b := range editions {
		var err error
		if opened[i], err = Read(b); err != nil {
			return nil, fmt.Errorf("edition %d of %d: %w", i+1, len(editions), err)
		}
	}
	return NewSet(opened...)
}

// NewSet is Open for editions that were read one by one, so that their caller can name the file of a corrupt one.
func NewSet(editions ...*Edition) (*Set, error) {
	if len(editions) > maxEditions {
		return nil, fmt.Errorf("%d editions, expected at most %d", len(editions), maxEditions)
	}
	var imported [slots]bool
	for _, e := range editions {
		s, _ := slotOf(e.Table, e.Program)
		imported[s] = imported[s] || !e.Shipped
	}
	set := &Set{}
	bySlot := [slots][]*Edition{}
	for _, e := range editions {
		s, _ := slotOf(e.Table, e.Program)
		if e.Shipped && imported[s] {
			if s != slotModifiers {
				continue
			}
			s = slotShipped
		}
		bySlot[s] = append(bySlot[s], e)
	}
	for s, of := range bySlot {
		slices.SortFunc(of, func(a, b *Edition) int { return cmp.Compare(a.From, b.From) })
		for i := 1; i < len(of); i++ {
			if of[i-1].From == of[i].From {
				return nil, fmt.Errorf("editions %s and %s both begin on %s", of[i-1].Title(), of[i].Title(), of[i].From)
			}
		}
		set.slots[s].from = uint8(len(set.editions))
		set.editions = append(set.editions, of...)
		set.slots[s].to = uint8(len(set.editions))
	}
	set.divide()
	return set, nil
}

// divide makes the periods: each begins where an edition begins, or on the day after one ends.
func (s *Set) divide() {
	begins := []civil.Date{math.MinInt32}
	for _, e := range s.editions {
		begins = append(begins, e.From)
		if e.To != 0 {
			begins = append(begins, e.To+1)
		}
	}
	slices.Sort(begins)
	for _, from := range slices.Compact(begins) {
		p := period{from: from}
		for i := range p.answers {
			p.answers[i] = s.answer(slot(i), from)
		}
		s.periods = append(s.periods, p)
	}
}

// Editions are those in use, by table, program and beginning.
func (s *Set) Editions() []*Edition { return slices.Clone(s.editions) }

// Gaps says where consecutive editions of a table leave days uncovered between them, one sentence each: a claim of such
// a day is not evaluated. Shipped editions leave none, they carry forward, and neither do tables dated by row.
func (s *Set) Gaps() []string {
	var gaps []string
	for _, r := range s.slots {
		for i := int(r.from) + 1; i < int(r.to); i++ {
			a, b := s.editions[i-1], s.editions[i]
			if !a.Shipped && a.To != 0 && a.To+1 < b.From && !b.datedByRow() {
				gaps = append(gaps, fmt.Sprintf("no edition covers %s to %s, between %s and %s", a.To+1, b.From-1, a.Title(), b.Title()))
			}
		}
	}
	return gaps
}

// At is the tables as of a date of service. It does not allocate.
func (s *Set) At(dateOfService civil.Date) View {
	v := View{set: s, date: dateOfService}
	if dateOfService == 0 {
		return v
	}
	for i := len(s.periods) - 1; i >= 0; i-- { // most dates of service are recent
		if s.periods[i].from <= dateOfService {
			v.answers = &s.periods[i].answers
			break
		}
	}
	return v
}

// View is a Set as of one date of service: a small value, safe to copy and share.
type View struct {
	set     *Set
	answers *[slots]answer // nil for no editions
	date    civil.Date
}

// Date is the date of service the view was made for.
func (v View) Date() civil.Date { return v.date }

// answer chooses the edition of a slot: the one with the latest beginning among those that cover the date; for a table dated by its rows, else the
// next to begin, whose history has the date; else the latest shipped one that the date is past.
func (s *Set) answer(of slot, date civil.Date) answer {
	editions := s.editions[s.slots[of].from:s.slots[of].to]
	var past, next answer
	for _, e := range slices.Backward(editions) {
		if date < e.From {
			if e.datedByRow() {
				next = answer{e, e.Inferred}
			}
			continue
		}
		if e.To == 0 || date <= e.To {
			return answer{e, e.Inferred}
		}
		if past.edition == nil && e.Shipped {
			past = answer{e, true}
		}
	}
	if next.edition != nil {
		return next
	}
	return past
}

// datedByRow tells whether the rows of the edition have their own dates, so that it answers for days before it too.
func (e *Edition) datedByRow() bool { return e.Table == PTP || e.Table == Codes }

func (v View) edition(s slot) (e *Edition, inferred bool) {
	if v.answers == nil {
		return nil, false
	}
	a := &v.answers[s]
	return a.edition, a.inferred
}

// Edition is the edition that answers for a table on the date of service, and whether its answers are inferred,
// mostly because the date is past its end; nil when none covers the date. Program is NoProgram for tables that have none.
func (v View) Edition(t Table, p Program) (e *Edition, inferred bool) {
	s, ok := slotOf(t, p)
	if !ok {
		return nil, false
	}
	return v.edition(s)
}

// missing is how the lookup of a code that is not in an edition's dictionary ends.
func (e *Edition) missing() Found {
	if e.Partial {
		return Outside
	}
	return Absent
}
