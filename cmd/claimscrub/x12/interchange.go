// Package x12 writes professional claims as one X12 interchange, 837P 005010X222A1. It is pure: claims, a
// practice file and a patient directory go in, bytes come out. Nothing is invented: a claim that lacks a
// fact, or holds a character that X12 does not carry, is left out and says why.
//
// What is written follows the implementation guide's required and situational segments as far as the
// events, the practice file and the patient directory hold their facts; docs/export.md lists them.
package x12

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"claimscrub/events"
)

// version is the implementation: professional claims of version 5010 with their errata.
const version = "005010X222A1"

const (
	// MaxControlNumber is the largest control number: ISA13 has nine digits.
	MaxControlNumber = 999_999_999
	// claimsPerSet is how many claims the guide asks a receiver to take in one transaction set.
	claimsPerSet = 5000
)

// Interchange is the envelope of one file.
type Interchange struct {
	Practice      *Practice
	Patients      *Patients
	ControlNumber int       // 1 to MaxControlNumber, never used before with this receiver
	Time          time.Time // when it was written, in the submitter's time zone
	Lines         bool      // a line feed behind every segment, for people
}

// Omitted is a claim that was left out. Its texts hold nothing of the patient.
type Omitted struct {
	EncounterID, ControlNumber string
	Reasons                    []string
}

// Append appends one interchange with one functional group. Claims of one billing provider share a
// transaction set of at most 5,000 claims; they stand in the order of billing provider and encounter id,
// whatever the order of ready. Sent are the outcomes that it holds; with none, nothing is appended.
func (x *Interchange) Append(dst []byte, ready []*events.Outcome) (text []byte, sent []*events.Outcome, left []Omitted) {
	claims, left := x.claims(ready)
	if len(claims) == 0 {
		return dst, nil, left
	}
	w := writer{b: dst, lines: x.Lines}
	p := x.Practice
	number := fmt.Sprintf("%09d", x.ControlNumber)
	w.segment("ISA", "00", strings.Repeat(" ", 10), "00", strings.Repeat(" ", 10),
		p.submitter.qualifier, fmt.Sprintf("%-15s", p.submitter.interchangeID), p.receiver.qualifier, fmt.Sprintf("%-15s", p.receiver.interchangeID),
		x.Time.Format("060102"), x.Time.Format("1504"), string(repetitionSeparator), "00501", number, "0", p.usage, string(componentSeparator))
	group := strconv.Itoa(x.ControlNumber)
	w.segment("GS", "HC", p.submitter.groupID, p.receiver.groupID, x.Time.Format("20060102"), x.Time.Format("1504"), group, "X", version)
	sets := 0
	for len(claims) > 0 {
		n := 1
		for n < len(claims) && n < claimsPerSet && claims[n].billing == claims[0].billing {
			n++
		}
		sets++
		x.set(&w, sets, claims[:n])
		for _, c := range claims[:n] {
			sent = append(sent, c.outcome)
		}
		claims = claims[n:]
	}
	w.segment("GE", strconv.Itoa(sets), group)
	w.segment("IEA", "1", number)
	return w.b, sent, left
}

// claims are the claims that can be sent, those of one billing provider together.
func (x *Interchange) claims(ready []*events.Outcome) (claims []*claim, left []Omitted) {
	for _, o := range ready {
		c, lacks := x.claim(o)
		if len(lacks) == 0 {
			claims = append(claims, c)
			continue
		}
		omitted := Omitted{EncounterID: o.EncounterID, Reasons: lacks}
		if o.Claim != nil {
			omitted.ControlNumber = o.Claim.ControlNumber
		}
		left = append(left, omitted)
	}
	slices.SortFunc(claims, func(a, b *claim) int {
		return cmp.Or(cmp.Compare(a.billing, b.billing), cmp.Compare(a.outcome.EncounterID, b.outcome.EncounterID))
	})
	taken := map[string]string{}
	claims = slices.DeleteFunc(claims, func(c *claim) bool {
		first, again := taken[c.controlNumber]
		if again {
			left = append(left, Omitted{c.outcome.EncounterID, c.outcome.Claim.ControlNumber, []string{
				fmt.Sprintf("its control number in capitals is that of encounter %s: expected another encounter id", first)}})
		}
		taken[c.controlNumber] = c.outcome.EncounterID
		return again
	})
	slices.SortFunc(left, func(a, b Omitted) int { return cmp.Compare(a.EncounterID, b.EncounterID) })
	return claims, left
}

// set writes one transaction set: the claims of one billing provider, each under a subscriber of its own.
func (x *Interchange) set(w *writer, number int, claims []*claim) {
	control := fmt.Sprintf("%04d", number)
	before := w.segments
	p := x.Practice
	w.segment("ST", "837", control, version)
	w.segment("BHT", "0019", "00", fmt.Sprintf("%09d-%s", x.ControlNumber, control), x.Time.Format("20060102"), x.Time.Format("1504"), "CH")
	w.segment("NM1", "41", "2", p.submitter.name, "", "", "", "", "46", p.submitter.id)
	if p.contact.extension == "" {
		w.segment("PER", "IC", p.contact.name, "TE", p.contact.phone)
	} else {
		w.segment("PER", "IC", p.contact.name, "TE", p.contact.phone, "EX", p.contact.extension)
	}
	w.segment("NM1", "40", "2", p.receiver.name, "", "", "", "", "46", p.receiver.id)
	w.segment("HL", "1", "", "20", "1")
	w.raw(strings.Split(claims[0].billing, string(segmentTerminator)))
	level := 1
	for _, c := range claims {
		level++
		subscriber := strconv.Itoa(level)
		if len(c.patient) == 0 {
			w.segment("HL", subscriber, "1", "22", "0")
			w.raw(c.subscriber)
		} else {
			w.segment("HL", subscriber, "1", "22", "1")
			w.raw(c.subscriber)
			level++
			w.segment("HL", strconv.Itoa(level), subscriber, "23", "0")
			w.raw(c.patient)
		}
		w.raw(c.body)
	}
	w.segment("SE", strconv.Itoa(w.segments-before+1), control)
}

// writer appends segments and counts them.
type writer struct {
	b        []byte
	lines    bool
	segments int
}

func (w *writer) segment(elements ...string) {
	w.raw([]string{strings.TrimRight(strings.Join(elements, string(elementSeparator)), string(elementSeparator))})
}

func (w *writer) raw(segments []string) {
	for _, s := range segments {
		w.b = append(append(w.b, s...), segmentTerminator)
		if w.lines {
			w.b = append(w.b, '\n')
		}
		w.segments++
	}
}
