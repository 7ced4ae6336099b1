package refdata

import (
	"encoding/binary"
	"iter"

	"claimscrub/scrubber/civil"
)

// unknown is the facts of a code that no table has.
var unknown Code //nolint:gochecknoglobals // never written

// Code looks up the facts of a procedure code. A code that is in the table but not valid on the date of service is Absent,
// with its facts and dates filled in. The facts are the edition's own, read only, and never nil.
func (v View) Code(code string) (*Code, Found) {
	e, inferred := v.edition(slotCodes)
	if e == nil {
		return &unknown, NoEdition
	}
	i := e.dict.find(pack(code))
	if i < 0 {
		return &unknown, e.missing()
	}
	c := &e.codes[i]
	if inferred {
		c = &e.carried[i]
	}
	if v.date < c.From || c.To != 0 && v.date > c.To {
		return c, Absent
	}
	return c, Present
}

// Pair looks up the edit between two codes in either order. Pairs is for more than one.
func (v View) Pair(p Program, a, b string) (pair Pair, found Found) {
	t := v.Pairs(p)
	first, second := t.Code(a), t.Code(b)
	found = t.Between(&first, &second, &pair)
	pair.Inferred = t.inferred
	return pair, found
}

// Pairs is the PTP table of a program as of a date of service: a small value, safe to copy and share.
type Pairs struct {
	edition  *Edition // nil for none
	date     civil.Date
	inferred bool
}

// PairCode is a procedure code as a PTP table finds it.
type PairCode struct {
	Code   string
	number int // in the edition's dictionary, or -1
}

// Pairs is the PTP table of a program. Each code is looked up in it once, and then every two of them.
func (v View) Pairs(p Program) Pairs {
	s, ok := slotOf(PTP, p)
	if !ok {
		return Pairs{}
	}
	e, inferred := v.edition(s)
	return Pairs{e, v.date, inferred}
}

// Code finds a code for Between.
func (t *Pairs) Code(code string) PairCode {
	if t.edition == nil {
		return PairCode{code, -1}
	}
	return PairCode{code, t.edition.dict.find(pack(code))}
}

// Between looks up the edit between two codes that t found, in either order. It writes to pair when the edit is Present.
func (t *Pairs) Between(a, b *PairCode, pair *Pair) Found {
	e := t.edition
	if e == nil {
		return NoEdition
	}
	if a.number < 0 || b.number < 0 {
		return e.missing()
	}
	w, ok := e.pairs.on(e.pairs.find(min(a.number, b.number), max(a.number, b.number)), t.date)
	if !ok {
		return Absent
	}
	if (a.number > b.number) != (w.bits&windowReversed != 0) {
		a, b = b, a
	}
	pair.Column1, pair.Column2, pair.Rationale = a.Code, b.Code, ""
	if n := int(w.bits >> windowRationale); n < len(e.words) {
		pair.Rationale = e.words[n]
	}
	pair.Indicator, pair.Inferred = uint8(w.bits/windowIndicator&1), t.inferred
	pair.From, pair.To = w.from, w.to
	if w.to == openEnd {
		pair.To = 0
	}
	return Present
}

// MUE looks up the unit limit of a code.
func (v View) MUE(p Program, code string) (UnitLimit, Found) {
	s, ok := slotOf(MUE, p)
	if !ok {
		return UnitLimit{}, NoEdition
	}
	e, i, inferred, found := v.find(s, code)
	if found != Present {
		return UnitLimit{Inferred: inferred}, found
	}
	r := e.values[mueSize*i : mueSize*i+mueSize]
	mai := r[4]
	if mai == 0 { // declared as covered, and without a limit
		return UnitLimit{Inferred: inferred}, Absent
	}
	rationale := ""
	if n := int(binary.LittleEndian.Uint16(r[6:])); n < len(e.words) {
		rationale = e.words[n]
	}
	return UnitLimit{Value: int(binary.LittleEndian.Uint32(r)), MAI: mai, Rationale: rationale, Inferred: inferred}, Present
}

// find is the number of a code in the edition of a slot.
func (v View) find(s slot, code string) (e *Edition, i int, inferred bool, found Found) {
	e, inferred = v.edition(s)
	if e == nil {
		return nil, -1, false, NoEdition
	}
	if i = e.dict.find(pack(code)); i < 0 {
		return e, i, inferred, e.missing()
	}
	return e, i, inferred, Present
}

// PFS looks up the Medicare physician fee schedule's indicators of a code.
func (v View) PFS(code string) (FeeSchedule, Found) {
	e, i, inferred, found := v.find(slotPFS, code)
	if found != Present {
		return FeeSchedule{Inferred: inferred}, found
	}
	r := e.values[pfsSize*i : pfsSize*i+pfsSize]
	if r[0] == 0 { // declared as covered, and not in the schedule
		return FeeSchedule{Inferred: inferred}, Absent
	}
	days := ""
	if n := int(r[3]); n < len(globals) {
		days = globals[n]
	}
	return FeeSchedule{Status: r[0], PCTC: r[1], MultProc: r[2], GlobalDays: days, Inferred: inferred}, Present
}

// globals are the values of the global days indicator, by their numbers in the file.
var globals = [...]string{"000", "010", "090", "XXX", "YYY", "ZZZ", "MMM"}

// The flags of an ICD-10-CM code, a place of service and a modifier.
const (
	diagnosisBillable = 1 << 0
	placeAssigned     = 1 << 0
	placeFacility     = 1 << 1
	placeNonFacility  = 1 << 2
	modifierCPT       = 1 << 0
)

// Diagnosis looks up an ICD-10-CM code without its dot, in capitals. Past the end of a shipped edition a code it
// lacks ends NoEdition: the code may be new.
func (v View) Diagnosis(code string) (Diagnosis, Found) {
	e, i, inferred, found := v.find(slotICD10CM, code)
	d := Diagnosis{Inferred: inferred}
	switch {
	case found == NoEdition:
		return d, NoEdition
	case found == Present && e.values[i]&diagnosisBillable != 0:
		d.Billable = true
		return d, Present
	case found == Outside && len(code) > 3 && e.dict.find(pack(code[:3])) >= 0:
		found = Absent // its category is covered
	}
	if found == Absent && inferred {
		return d, NoEdition
	}
	d.ExpiredOn, d.ValidFrom = v.otherEditions(e, code)
	return d, found
}

// otherEditions tells when a diagnosis was last billable before the edition that answers, and first after it.
func (v View) otherEditions(answers *Edition, code string) (expiredOn, validFrom civil.Date) {
	of := v.set.slots[slotICD10CM]
	editions := v.set.editions[of.from:of.to]
	for i, e := range editions {
		n := e.dict.find(pack(code))
		if e == answers || n < 0 || e.values[n]&diagnosisBillable == 0 {
			continue
		}
		if e.From > answers.From {
			return expiredOn, e.From
		}
		expiredOn = editions[i+1].From - 1
		if e.To != 0 {
			expiredOn = min(expiredOn, e.To)
		}
	}
	return expiredOn, 0
}

// DiagnosisTitle is the published title of a code, empty when it is not in the edition. It allocates.
func (v View) DiagnosisTitle(code string) string {
	e, _ := v.edition(slotICD10CM)
	if e == nil {
		return ""
	}
	i := e.dict.find(pack(code))
	if i < 0 {
		return ""
	}
	from, to := e.span(i)
	return string(e.text[from:to])
}

// Children are the billable codes below a header, in order. It allocates.
func (v View) Children(header string) iter.Seq[string] {
	return func(yield func(string) bool) {
		e, _ := v.edition(slotICD10CM)
		if e == nil {
			return
		}
		from, to := e.dict.below(header)
		for i := from; i < to; i++ {
			if e.values[i]&diagnosisBillable != 0 && !yield(unpack(e.dict.key(i))) {
				return
			}
		}
	}
}

// PlaceOfService looks up a place of service code; an unassigned number is Present with Assigned false.
func (v View) PlaceOfService(code string) (Place, Found) {
	e, i, inferred, found := v.find(slotPOS, code)
	if found != Present {
		return Place{Inferred: inferred}, found
	}
	flags := e.values[i]
	from, to := e.span(i)
	return Place{Name: e.names[from:to], Assigned: flags&placeAssigned != 0, Facility: flags&placeFacility != 0,
		NonFacility: flags&placeNonFacility != 0, Inferred: inferred}, Present
}

// Modifier looks up a modifier, in the imported edition first and then in the shipped one.
func (v View) Modifier(code string) (Modifier, Found) {
	e, i, inferred, found := v.find(slotModifiers, code)
	if shipped, _ := v.edition(slotShipped); found == Outside && shipped != nil {
		e, i, inferred, found = v.find(slotShipped, code)
	}
	if found != Present {
		return Modifier{Inferred: inferred}, found
	}
	from, to := e.span(i)
	return Modifier{Name: e.names[from:to], CPT: e.values[i]&modifierCPT != 0, Inferred: inferred}, Present
}
