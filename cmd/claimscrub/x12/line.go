package x12

import (
	"slices"
	"strconv"

	"claimscrub/events"
)

// unlisted are the unlisted procedures of the family: they need a description (SV101-7), which no event holds.
var unlisted = []string{"20999", "22899", "23929", "24999", "26989", "27299", "27599", "27899", "28899", "64999", "90899", "97039", "97139", "97799"}

// lines writes 2400, the service lines. Their sum is the claim's total.
func (b *builder) lines() {
	c := b.claim
	if n := len(c.Lines); n == 0 || n > 50 {
		b.lack("%d lines: expected 1 to 50", n)
		return
	}
	total := int64(0)
	for i := range c.Lines {
		total += c.Lines[i].ChargeCents
		b.line(i+1, &c.Lines[i])
	}
	if total != c.TotalCents {
		b.lack("total_cents is %d, the lines are %d", c.TotalCents, total)
	}
}

func (b *builder) line(number int, l *events.ClaimLine) {
	at := "line " + strconv.Itoa(l.Line) + ": "
	code := b.letters(at+"code", l.Code, 5, 5)
	if slices.Contains(unlisted, code) {
		b.lack("%sa description of the unlisted procedure is not there: send this claim by another way", at)
	}
	if len(l.Modifiers) > 4 {
		b.lack("%s%d modifiers: expected at most 4", at, len(l.Modifiers))
	}
	procedure := []string{"HC", code}
	for _, m := range l.Modifiers {
		procedure = append(procedure, b.letters(at+"a modifier", m, 2, 2))
	}
	if l.Units < 1 || l.Units > 99_999_999 {
		b.lack("%s%d units: expected 1 to 99999999", at, l.Units)
	}
	b.add("LX", strconv.Itoa(number))
	b.add("SV1", composite(procedure...), b.money(at+"charge_cents", l.ChargeCents), "UN", strconv.Itoa(l.Units), "", "", b.pointers(at, l))
	b.add("DTP", "472", "D8", b.date("service_date", b.outcome.ServiceDate))
	b.add("REF", "6R", b.text(at+"control_number", l.ControlNumber, 1, 30))
	c := b.claim
	if p := l.RenderingProvider; p != nil && p.NPI != c.RenderingProvider.NPI {
		b.provider("82", "rendering", *p)
	}
	if p := l.SupervisingProvider; p != nil && (c.SupervisingProvider == nil || p.NPI != c.SupervisingProvider.NPI) {
		b.provider("DQ", "supervising", *p)
	}
}

// pointers is SV107.
func (b *builder) pointers(at string, l *events.ClaimLine) string {
	if n := len(l.DiagnosisPointers); n == 0 || n > 4 {
		b.lack("%s%d diagnosis pointers: expected 1 to 4", at, n)
	}
	var out []string
	for _, p := range l.DiagnosisPointers {
		if p < 1 || p > len(b.claim.Diagnoses) {
			b.lack("%sdiagnosis pointer %d: expected 1 to %d", at, p, len(b.claim.Diagnoses))
		}
		out = append(out, strconv.Itoa(p))
	}
	return composite(out...)
}
