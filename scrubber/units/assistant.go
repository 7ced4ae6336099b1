package units

// Split is how the units of one timed code divide between lines without and with the assistant
// modifier (CQ for physical, CO for occupational therapy).
type Split struct {
	// Plain is the units without the modifier, Assistant those with it. Together they are the units
	// asked about, unless Decided is false: then they are only the full 15 minutes of each clinician.
	Plain, Assistant int
	// Decided tells whether a published rule settles every unit.
	Decided bool
}

// SplitAssistant divides the units of one 15-minute code by who furnished them. Therapist is the
// minutes of the therapist alone or together with the assistant, assistant the minutes of the
// assistant alone. Full 15 minutes go to who furnished them. The last unit is plain if the therapist
// furnished 8 minutes of it or more, else the assistant's if those are over a tenth of what is left.
// Two last units of 9 to 14 minutes each, 23 to 28 together, are one and one. Nothing published
// settles any other two, nor units that the minutes do not earn, unless one clinician did it all.
//
// Source: Pub 100-04 ch. 5 section 20.1; CY2022 Physician Fee Schedule final rule; 42 CFR 410.59(a)(4)
// and 410.60(a)(4).
func SplitAssistant(therapist, assistant, units int) Split {
	therapist, assistant, units = max(therapist, 0), max(assistant, 0), max(units, 0)
	switch {
	case assistant == 0:
		return Split{Plain: units, Decided: true}
	case therapist == 0:
		return Split{Assistant: units, Decided: true}
	}
	s := Split{Plain: therapist / 15, Assistant: assistant / 15}
	t, a := therapist%15, assistant%15
	switch left := units - s.Plain - s.Assistant; {
	case left == 0:
		s.Decided = true
	case left == 1 && t+a > 0:
		s.Decided = true
		if t < 8 && AssistantUntimed(t, a) {
			s.Assistant++
		} else {
			s.Plain++
		}
	case left == 2 && t+a >= 23: // then neither is below 9
		s.Decided = true
		s.Plain++
		s.Assistant++
	}
	return s
}

// AssistantUntimed tells whether an untimed service takes the assistant modifier: the assistant
// alone furnished more than a tenth of its minutes (42 CFR 410.60(a)(4)).
func AssistantUntimed(therapist, assistant int) bool {
	return 10*assistant > assistant+therapist
}
