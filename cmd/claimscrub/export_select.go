package main

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"claimscrub/events"
)

// selection finds among outcomes, in the order they were stored, the claims to send: the first outcome of
// an id, the highest revision of an encounter, and that only when it is ready.
type selection struct {
	payer string // only this primary payer, when not empty
	seen  map[string]bool
	best  map[string]*latest // by encounter
	order []string           // encounters as they came first

	problems                                              []string
	duplicates, superseded, rejected, selfPay, sentBefore int
	raised                                                int // claims sent whose control number has small letters
}

// latest is the highest revision of an encounter.
type latest struct {
	outcome   events.Outcome
	ready     bool
	ambiguous bool // two outcomes of it say different things
}

func newSelection(payer string) *selection {
	return &selection{payer: payer, seen: map[string]bool{}, best: map[string]*latest{}}
}

// add takes one event; where names it should it not be an outcome. A dead letter names no claim and is passed over.
func (s *selection) add(where string, body []byte) {
	var e outcomeEvent
	err := json.Unmarshal(body, &e)
	if err == nil && e.Type == events.TypeEncounterDeadLetter {
		return
	}
	ready := e.Type == events.TypeClaimReady
	if err != nil || !ready && e.Type != events.TypeClaimRejected || e.ID == "" || e.Data.EncounterID == "" || e.Data.Revision < 1 {
		s.problems = append(s.problems, where+": expected a claim.ready or claim.rejected event, one JSON object")
		return
	}
	if s.seen[e.ID] {
		s.duplicates++
		return
	}
	s.seen[e.ID] = true
	known := s.best[e.Data.EncounterID]
	switch {
	case known == nil:
		s.order = append(s.order, e.Data.EncounterID)
		s.best[e.Data.EncounterID] = &latest{outcome: e.Data, ready: ready}
	case e.Data.Revision > known.outcome.Revision:
		*known = latest{outcome: e.Data, ready: ready}
		s.superseded++
	case e.Data.Revision < known.outcome.Revision:
		s.superseded++
	case ready == known.ready && (!ready || reflect.DeepEqual(e.Data.Claim, known.outcome.Claim) && e.Data.ServiceDate == known.outcome.ServiceDate):
		s.duplicates++
	default:
		known.ambiguous = true
	}
}

// due are the claims to send now, also those of the encounters in again that went out before. What is
// passed over is counted, what a person must see to is a problem.
func (s *selection) due(l *ledger, again []string) (out []*events.Outcome) {
	for _, id := range s.order {
		r := s.best[id]
		c := r.outcome.Claim
		before, sent := l.sent[id]
		sent = sent && !slices.Contains(again, id)
		switch {
		case s.payer != "" && (c == nil || len(c.Coverage) == 0 || c.Coverage[0].PayerID != s.payer):
		case r.ambiguous:
			s.leaveOut(id, controlNumberOf(c), fmt.Sprintf("two outcomes of revision %d say different things: expected a higher revision for a changed encounter", r.outcome.Revision))
		case !r.ready:
			s.rejected++
		case c != nil && len(c.Coverage) > 0 && c.Coverage[0].Program == "self_pay":
			s.selfPay++
		case sent && before.Revision >= r.outcome.Revision:
			s.sentBefore++
		case sent && c != nil && c.FrequencyCode == "1":
			s.leaveOut(id, c.ControlNumber, fmt.Sprintf("revision %d went out in interchange %d and revision %d is an original again: expected claim_frequency 7 or 8, or --again %s when the payer never took the first",
				before.Revision, before.Interchange, r.outcome.Revision, id))
		default:
			out = append(out, &r.outcome)
		}
	}
	return out
}

func controlNumberOf(c *events.Claim) string {
	if c == nil {
		return "unknown"
	}
	return c.ControlNumber
}

// leaveOut names a claim that is not sent, by its encounter and control number alone.
func (s *selection) leaveOut(encounterID, controlNumber string, reasons ...string) {
	s.problems = append(s.problems, fmt.Sprintf("left out encounter %s (control number %s): %s", encounterID, controlNumber, strings.Join(reasons, "; ")))
}

// report says what became of the outcomes; its error is exit status 1 when anything needs a person.
func (s *selection) report(w io.Writer, interchange, sent int) error {
	for _, p := range s.problems {
		fmt.Fprintln(w, "claimscrub:", p)
	}
	said := []string{fmt.Sprintf("%d claims in interchange %d", sent, interchange)}
	if sent == 0 {
		said[0] = "no claim to send, nothing written"
	}
	for _, part := range []struct {
		n    int
		what string
	}{
		{len(s.problems), "left out"}, {s.sentBefore, "sent before"}, {s.rejected, "rejected"}, {s.superseded, "superseded by a higher revision"},
		{s.duplicates, "duplicates"}, {s.selfPay, "self_pay, without a payer to send to"},
		{s.raised, "with the control number raised to capitals"},
	} {
		if part.n > 0 {
			said = append(said, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	fmt.Fprintln(w, strings.Join(said, ", "))
	if len(s.problems) > 0 {
		return exitCode(1)
	}
	return nil
}
