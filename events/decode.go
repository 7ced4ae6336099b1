package events

// Decoded is an input that names its encounter and revision. It obeys the schema when Violations is empty.
type Decoded struct {
	Encounter  *Encounter  // never nil; a field at fault is zero, a list beyond its cap is cut
	Violations []Violation // in the order of the input, MaxViolations at most
	Omitted    int         // violations beyond those
}

// DecodeEncounter reads the data of an encounter.completed event of at most limit bytes (MaxBody when
// limit is 0). Every violation of the schema is reported, not the first alone: duplicate keys anywhere,
// wrong types (null is one: leave a field without a value out), unknown words of closed lists, missing
// fields, bounds, formats and caps. Unknown fields are ignored. The error is an *Unreadable: the data is
// no JSON object, or does not name exactly one encounter_id and revision. The strings of the result
// share one copy of data, which the caller may use again.
func DecodeEncounter(data []byte, limit int) (Decoded, error) {
	if err := checkSize(data, limit); err != nil {
		return Decoded{}, err
	}
	return decodeText(string(data))
}

func decodeText(text string) (Decoded, error) {
	s := newScanner(text)
	decoded, err := s.encounter()
	if fault := s.fault(); fault != nil {
		return Decoded{}, fault
	}
	return decoded, err
}

// encounter reads the data of an event. What it returns counts unless the scanner has met a fault.
func (s *scanner) encounter() (Decoded, error) {
	if first := s.peek(); first != '{' {
		s.value()
		return Decoded{}, notAnObject(first)
	}
	encounter := new(Encounter)
	object(s, encounterFields, encounter)
	if v := s.identity; v != nil {
		return Decoded{}, &Unreadable{Reason: ReasonNotAnEncounter, Where: v.Pointer, Offset: -1, Expected: v.Expected, Got: v.Got}
	}
	s.hidePatient(encounter)
	return Decoded{Encounter: encounter, Violations: s.violations, Omitted: s.omitted}, nil
}

func notAnObject(first byte) *Unreadable {
	return &Unreadable{Reason: ReasonNotAnEncounter, Offset: -1, Expected: "an object", Got: typeName(first)}
}

func checkSize(body []byte, limit int) error {
	if limit <= 0 {
		limit = MaxBody
	}
	if len(body) > limit {
		return &Unreadable{Reason: ReasonTooLarge, Offset: -1, Expected: atMostBytes(limit), Got: inBytes(len(body))}
	}
	return nil
}

// hidePatient cuts the pointers of duplicate keys above a key that is one of the patient's values:
// publishers' own extensions may be keyed by them.
func (s *scanner) hidePatient(e *Encounter) {
	for i := range s.violations {
		v := &s.violations[i]
		if v.Kind != DuplicateKey {
			continue
		}
		v.Pointer = cutPointer(v.Pointer, e.Patient.ID)
		for _, c := range e.Coverage {
			v.Pointer = cutPointer(v.Pointer, c.MemberID)
		}
	}
}
