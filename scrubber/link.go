package scrubber

import "slices"

// link gives each line the services that document it, as the contract says: by service_ids, else every
// service whose kind or code maps to the line's code, else, for a 97140 that nothing supports, the
// needling, massage or biofeedback that no line bills.
func (c *Case) link() {
	taken := c.room.services[:0] // of all lines
	for i := range c.Lines {
		l := &c.Lines[i]
		from := len(taken)
		for s := range c.Services {
			if len(l.ServiceIDs) > 0 && slices.Contains(l.ServiceIDs, c.Services[s].ID) {
				taken, l.Basis = append(taken, s), Linked
			}
			if len(l.ServiceIDs) == 0 && c.Services[s].Documents(l) {
				taken, l.Basis = append(taken, s), Matched
			}
		}
		if l.Basis == NoService && len(l.ServiceIDs) == 0 && l.Code == "97140" {
			for s := range c.Services {
				if c.Services[s].mistakenForManualTherapy() && !c.bills(&c.Services[s]) {
					taken, l.Basis = append(taken, s), StandsIn
				}
			}
		}
		l.Services = taken[from:len(taken):len(taken)]
		for _, s := range l.Services {
			c.Services[s].Charged = true
		}
	}
}

// Documents tells whether the service may be billed with the line's code, or with the primary of a timed
// add-on: minutes of the two are documented together.
func (s *Service) Documents(l *Line) bool {
	if s.Supports(l.Code) {
		return true
	}
	if !l.Facts.Timed() {
		return false
	}
	for _, primary := range l.Facts.Primaries {
		if s.Supports(primary) {
			return true
		}
	}
	return false
}

func (s *Service) mistakenForManualTherapy() bool {
	return s.Needling || s.Kind == Massage || s.Kind == Biofeedback
}

// bills tells whether any line carries a code that the service may be billed with.
func (c *Case) bills(s *Service) bool {
	for i := range c.Lines {
		if s.Supports(c.Lines[i].Code) {
			return true
		}
	}
	return false
}
