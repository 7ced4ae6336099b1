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
	i := e.dict.find(code)
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

// Pair looks up the edit between two codes in either order.
func (v View) Pair(p Program, a, b string) (Pair, Found) {
	s, ok := slotOf(PTP, p)
	if !ok {
		return Pair{}, NoEdition
	}
	e, inferred := v.edition(s)
	if e == nil {
		return Pair{}, NoEdition
	}
	i, j := e.dict.find(a), e.dict.find(b)
	if i < 0 || j < 0 {
		return Pair{Inferred: inferred}, e.missing()
	}
	if i > j {
		i, j, a, b = j, i, b, a
	}
	w, ok := window{}, false
	if i < j {
		w, ok = e.pairs.on(i, j, v.date)
	}
	if !ok {
		return Pair{Inferred: inferred}, Absent
	}
	return e.pair(w, a, b, inferred), Present
}

func (e *Edition) pair(w window, low, high string, inferred bool) Pair {
	pair := Pair{Column1: low, Column2: high, From: w.from, To: w.to, Inferred: inferred}
	if w.bits&windowReversed != 0 {
		pair.Column1, pair.Column2 = high, low
	}
	if w.bits&windowIndicator != 0 {
		pair.Indicator = 1
	}
	if n := int(w.bits >> windowRationale); n < len(e.words) {
		pair.Rationale = e.words[n]
	}
	if w.to == openEnd {
		pair.To = 0
	}
	return pair
}

// MUE looks up the unit limit of a code.
func (v View) MUE(p Program, code string) (UnitLimit, Found) {
	s, ok := slotOf(MUE, p)
	if !ok {
		return UnitLimit{}, NoEdition
	}
	r, _, e, inferred, found := v.record(s, code)
	if found != Present {
		return UnitLimit{Inferred: inferred}, found
	}
	m := UnitLimit{Value: int(binary.LittleEndian.Uint32(r)), MAI: r[4], Inferred: inferred}
	if n := int(binary.LittleEndian.Uint16(r[6:])); n < len(e.words) {
		m.Rationale = e.words[n]
	}
	if m.MAI == 0 { // declared as covered, and without a limit
		return UnitLimit{Inferred: inferred}, Absent
	}
	return m, Present
}

// record is the values of a code in the edition of a slot, and its number there.
func (v *View) record(s slot, code string) (r []byte, i int, e *Edition, inferred bool, found Found) {
	e, inferred = v.edition(s)
	if e == nil {
		return nil, -1, nil, false, NoEdition
	}
	if i = e.dict.find(code); i < 0 {
		return nil, i, e, inferred, e.missing()
	}
	n := valueSize[e.Table]
	return e.values[n*i : n*i+n], i, e, inferred, Present
}

// PFS looks up the Medicare physician fee schedule's indicators of a code.
func (v View) PFS(code string) (FeeSchedule, Found) {
	r, _, _, inferred, found := v.record(slotPFS, code)
	if found != Present || r[0] == 0 { // 0: declared as covered, and not in the schedule
		return FeeSchedule{Inferred: inferred}, min(found, Absent)
	}
	return FeeSchedule{Status: r[0], PCTC: r[1], MultProc: r[2], GlobalDays: globalDays(r[3:6]), Inferred: inferred}, Present
}

// globals are the values of the global days indicator.
var globals = [...]string{"000", "010", "090", "XXX", "YYY", "ZZZ", "MMM"}

func globalDays(b []byte) string {
	for _, g := range globals {
		if g[0] == b[0] && g[1] == b[1] && g[2] == b[2] {
			return g
		}
	}
	return ""
}

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
	r, _, e, inferred, found := v.record(slotICD10CM, code)
	d := Diagnosis{Inferred: inferred}
	switch {
	case found == NoEdition:
		return d, NoEdition
	case found == Present && r[0]&diagnosisBillable != 0:
		d.Billable = true
		return d, Present
	case found == Outside && len(code) > 3 && e.dict.find(code[:3]) >= 0:
		found = Absent // its category is covered
	}
	if found == Absent && inferred {
		return d, NoEdition
	}
	d.ExpiredOn, d.ValidFrom = v.otherEditions(code)
	return d, found
}

// otherEditions tells when a diagnosis was last billable before the edition that answers, and first after it.
func (v *View) otherEditions(code string) (expiredOn, validFrom civil.Date) {
	r, chosen := v.set.slots[slotICD10CM], int(v.chosen[slotICD10CM])-1
	for i := int(r.from); i < int(r.to); i++ {
		e := v.set.editions[i]
		n := e.dict.find(code)
		if i == chosen || n < 0 || e.values[n]&diagnosisBillable == 0 {
			continue
		}
		if i > chosen {
			return expiredOn, e.From
		}
		expiredOn = v.set.editions[i+1].From - 1
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
	i := e.dict.find(code)
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
	r, i, e, inferred, found := v.record(slotPOS, code)
	if found != Present {
		return Place{Inferred: inferred}, found
	}
	from, to := e.span(i)
	return Place{Name: e.names[from:to], Assigned: r[0]&placeAssigned != 0, Facility: r[0]&placeFacility != 0,
		NonFacility: r[0]&placeNonFacility != 0, Inferred: inferred}, Present
}

// Modifier looks up a modifier, in the imported edition first and then in the shipped one.
func (v View) Modifier(code string) (Modifier, Found) {
	s := slotModifiers
	r, i, e, inferred, found := v.record(s, code)
	if found == Outside && v.chosen[slotShipped] != 0 {
		r, i, e, inferred, found = v.record(slotShipped, code)
	}
	if found != Present {
		return Modifier{Inferred: inferred}, found
	}
	from, to := e.span(i)
	return Modifier{Name: e.names[from:to], CPT: r[0]&modifierCPT != 0, Inferred: inferred}, Present
}
