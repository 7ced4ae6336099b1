package handlers

import (
	"context"
	"errors"
	"fmt"

	"claimscrub/events"
	"claimscrub/scrubber"
	"claimscrub/scrubber/civil"
)

// Source is the CloudEvents source of every outcome.
const Source = "claimscrub"

// outcomeHeader is the header of every outcome.
var outcomeHeader = map[string]string{HeaderContentType: events.ContentType}

// Adjudicator decides messages by an engine. Its Decide is the worker's, and what check calls without a broker.
type Adjudicator struct {
	Engine *scrubber.Engine
	Limit  int              // bytes of an input body; 0 is events.MaxBody
	AsOf   civil.Date       // the day rules call today for every message; zero: the event's time, else when it was received
	Policy *scrubber.Policy // one of the engine's, for every message; nil: the one the primary coverage names
}

// Decide reads, scrubs and encodes one message. What cannot be read as an encounter is a dead letter.
func (a *Adjudicator) Decide(_ context.Context, m Message) Decision {
	in, err := events.ReadEncounter(firstValues(m.Header), m.Body, a.Limit)
	if err != nil {
		reason := ReasonNotAnEncounter
		if u := (*events.Unreadable)(nil); errors.As(err, &u) {
			reason = string(u.Reason)
		}
		return DeadLetter(m, reason, err.Error())
	}
	c := scrubber.Normalize(in.Encounter, in.Violations, a.today(in.Envelope, m))
	policy := a.Policy
	if policy == nil {
		policy = a.Engine.PolicyFor(c.Coverage)
	}
	o := a.Engine.ScrubUnder(c, policy)
	d := Decision{Result: Rejected, Subject: SubjectRejected, EncounterID: in.Encounter.EncounterID}
	if o.Ready {
		d.Result, d.Subject = Ready, SubjectReady
	}
	event := in.Outcome(d.Subject, Source)
	d.ID = event.ID
	d.Header = outcomeHeader
	d.Findings, d.NotEvaluated = counts(o)
	room := len(m.Body) + 1792 + 1024*len(o.Findings) + 128*len(o.NotEvaluated) // more than most outcomes take
	if d.Body, err = event.AppendOutcome(make([]byte, 0, room), wire(o, in.Encounter)); err != nil {
		panic(fmt.Sprintf("encode outcome: %v", err)) // the types hold nothing that JSON cannot
	}
	return d
}

// today is the day rules call today.
func (a *Adjudicator) today(e events.Envelope, m Message) civil.Date {
	if !a.AsOf.IsZero() {
		return a.AsOf
	}
	if day, err := civil.ParseDate(e.AsOf()); err == nil {
		return day
	}
	return civil.DateIn(m.Received)
}

// DeadLetterEvent is a dead letter as a CloudEvent, for output that has no headers: its reason and error, without the body.
func DeadLetterEvent(d Decision) []byte {
	e := events.Event{ID: d.ID, Source: Source, Type: events.TypeEncounterDeadLetter}
	return e.AppendDeadLetter(nil, events.DeadLetter{Reason: events.Reason(d.Reason), Error: d.Header[HeaderError]})
}

// firstValues is the headers with the first value of each.
func firstValues(header map[string][]string) map[string]string {
	if len(header) == 0 {
		return nil
	}
	first := make(map[string]string, len(header))
	for name, values := range header {
		if len(values) > 0 {
			first[name] = values[0]
		}
	}
	return first
}
