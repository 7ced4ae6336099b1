package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"claimscrub/events"
	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// decided are the outcome events of the bundled samples, and the claims that are ready, by control number.
func decided(t *testing.T) (lines []byte, ready map[string]*events.Outcome) {
	t.Helper()
	engine, err := loadEngine("", "")
	if err != nil {
		t.Fatal(err)
	}
	adjudicator := handlers.Adjudicator{Engine: engine}
	ready = map[string]*events.Outcome{}
	for _, s := range events.Samples() {
		d := adjudicator.Decide(t.Context(), handlers.Message{Body: s.Data, Received: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)})
		if d.Result == handlers.DeadLettered {
			d.Body = handlers.DeadLetterEvent(d)
		}
		lines = append(append(lines, d.Body...), '\n')
		if d.Result != handlers.Ready {
			continue
		}
		var e outcomeEvent
		if err := json.Unmarshal(d.Body, &e); err != nil {
			t.Fatal(err)
		}
		ready[e.Data.Claim.ControlNumber] = &e.Data
	}
	return lines, ready
}

// export runs export 837p with the files of x12/testdata.
func export(t *testing.T, in []byte, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(append([]string{"export", "837p", "--practice", "x12/testdata/practice.yaml", "--patients", "x12/testdata/patients.yaml"}, args...), bytes.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

// readBack parses an interchange with X12::Parser and returns the segments with their loops.
func readBack(t *testing.T, text string) (segments []segment) {
	t.Helper()
	if err := exec.Command("perl", "-MX12::Parser", "-e1").Run(); err != nil {
		if os.Getenv("CLAIMSCRUB_REQUIRE_TOOLS") != "" {
			t.Fatalf("perl with X12::Parser: %v", err)
		}
		t.Skip("perl with X12::Parser is not here (Debian: libx12-parser-perl)")
	}
	file := filepath.Join(t.TempDir(), "claims.837")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	c := exec.Command("perl", "x12/testdata/readback.pl", "x12/testdata/837_005010X222A1.cf", file)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("read back: %v: %s", err, errs.String())
	}
	for line := range strings.Lines(out.String()) {
		loop, s, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		segments = append(segments, segment{loop, strings.Split(s, "*")})
	}
	return segments
}

// segment is one segment as the independent parser sees it.
type segment struct {
	loop    string
	element []string
}

// at is an element by its number, empty when it was left away.
func (s segment) at(n int) string {
	if n < len(s.element) {
		return s.element[n]
	}
	return ""
}

// claimsOf cuts the segments into claims: each from its subscriber's HL on.
func claimsOf(segments []segment) (claims [][]segment) {
	for i, s := range segments {
		if s.loop == "2000B" && s.element[0] == "HL" {
			end := slices.IndexFunc(segments[i+1:], func(n segment) bool { return n.loop == "2000B" && n.element[0] == "HL" || n.loop == "SE" })
			claims = append(claims, segments[i:i+1+end])
		}
	}
	return claims
}

func TestAnIndependentParserReadsEveryReadySampleBack(t *testing.T) {
	t.Parallel()
	lines, ready := decided(t)
	for _, layout := range [][]string{nil, {"--lines"}} {
		code, text, said := export(t, lines, append(layout, "--control-number", "7", "--time", "2026-06-01T08:00:00Z", "-")...)
		segments := readBack(t, text)
		frame(t, segments)
		seen := 0
		for _, c := range claimsOf(segments) {
			number := one(c, "2300", "CLM", "").at(1)
			o := ready[number]
			if o == nil {
				t.Fatalf("claim %q is of no ready sample", number)
			}
			seen++
			for _, difference := range differences(o, c) {
				t.Errorf("claim %s: %s", number, difference)
			}
			delete(ready, number)
		}
		// What is left is named, or has nobody to be sent to.
		for number, o := range ready {
			if o.Claim.Coverage[0].Program != "self_pay" && !strings.Contains(said, "left out encounter "+o.EncounterID+" (control number "+number+")") {
				t.Errorf("ready claim %s is neither in the interchange nor named:\n%s", number, said)
			}
		}
		if seen < 20 || code != 1 && strings.Contains(said, "left out encounter") {
			t.Errorf("%d claims, exit status %d", seen, code)
		}
		_, ready = decided(t)
	}
}

// frame checks the envelopes against each other and against the segments between them.
func frame(t *testing.T, segments []segment) {
	t.Helper()
	var isa, gs, st segment
	begun, sets := 0, 0
	for i, s := range segments {
		switch s.element[0] {
		case "ISA":
			isa = s
		case "GS":
			gs = s
		case "ST":
			st, begun = s, i
			sets++
		case "SE":
			if s.at(1) != fmt.Sprint(i-begun+1) || s.at(2) != st.at(2) || st.at(3) != "005010X222A1" {
				t.Errorf("%v closes %v after %d segments", s, st, i-begun+1)
			}
		case "GE":
			if s.at(1) != fmt.Sprint(sets) || s.at(2) != gs.at(6) || gs.at(8) != "005010X222A1" {
				t.Errorf("%v closes %v after %d sets", s, gs, sets)
			}
		case "IEA":
			if s.at(1) != "1" || s.at(2) != isa.at(13) || s.at(2) != "000000007" {
				t.Errorf("%v closes %v", s, isa)
			}
		}
	}
	if sets != 3 {
		t.Errorf("%d transaction sets: expected one for each of the 3 billing providers", sets)
	}
}

// all are the segments of a loop by name and qualifier.
func all(claim []segment, loop, name, qualifier string) (out []segment) {
	for _, s := range claim {
		if s.loop == loop && s.element[0] == name && (qualifier == "" || s.at(1) == qualifier) {
			out = append(out, s)
		}
	}
	return out
}

// one is the only such segment; an empty one when there is none, or more.
func one(claim []segment, loop, name, qualifier string) segment {
	if found := all(claim, loop, name, qualifier); len(found) == 1 {
		return found[0]
	}
	return segment{loop: loop, element: []string{name}}
}

// differences compares what the parser read with the claim of the event.
func differences(o *events.Outcome, read []segment) (out []string) {
	c := o.Claim
	same := func(what, got, want string) {
		if got != want {
			out = append(out, fmt.Sprintf("%s is %q, expected %q", what, got, want))
		}
	}
	day := func(d string) string { return strings.ReplaceAll(d, "-", "") }
	dollars := func(cents int64) string {
		return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%d.%02d", cents/100, cents%100), "0"), ".0")
	}
	clm := one(read, "2300", "CLM", "")
	same("CLM02", clm.at(2), dollars(c.TotalCents))
	same("CLM05", clm.at(5), c.PlaceOfService+":B:"+c.FrequencyCode)
	causes := map[string]string{"auto": "AA:::" + c.AccidentState, "workers_comp": "EM"}
	same("CLM11", clm.at(11), causes[c.Coverage[0].Program])
	filings := map[string]string{"medicare_b": "MB", "commercial": "12", "tricare": "CH", "workers_comp": "WC", "auto": "AM"}
	same("SBR09", one(read, "2000B", "SBR", "P").at(9), filings[c.Coverage[0].Program])
	same("2010BA NM109", one(read, "2010BA", "NM1", "IL").at(9), c.Coverage[0].MemberID)
	same("2010BB NM109", one(read, "2010BB", "NM1", "PR").at(9), c.Coverage[0].PayerID)
	patient := one(append(all(read, "2010BA", "DMG", ""), all(read, "2010CA", "DMG", "")...), "2010BA", "DMG", "")
	if len(all(read, "2000C", "PAT", "")) > 0 {
		patient = one(read, "2010CA", "DMG", "")
	}
	same("DMG02", patient.at(2), day(c.Patient.BirthDate))
	same("DMG03", patient.at(3), c.Patient.Sex)
	same("DTP*431", one(read, "2300", "DTP", "431").at(3), day(c.Dates.Onset))
	same("DTP*454", one(read, "2300", "DTP", "454").at(3), day(c.Dates.InitialTreatment))
	same("DTP*439", one(read, "2300", "DTP", "439").at(3), day(c.Dates.Accident))
	same("DTP*455", one(read, "2300", "DTP", "455").at(3), day(c.Dates.LastXray))
	same("REF*G1", one(read, "2300", "REF", "G1").at(2), c.Coverage[0].Authorization)
	replaced := ""
	if c.FrequencyCode != "1" {
		replaced = c.OriginalClaimNumber
	}
	same("REF*F8", one(read, "2300", "REF", "F8").at(2), replaced)
	same("HI", strings.Join(one(read, "2300", "HI", "").element, "*"), "HI*ABK:"+strings.Join(c.Diagnoses, "*ABF:"))
	same("2310B NM109", one(read, "2310B", "NM1", "82").at(9), c.RenderingProvider.NPI)
	same("2310B PRV03", one(read, "2310B", "PRV", "PE").at(3), c.RenderingProvider.Taxonomy)
	referring := ""
	if c.ReferringProvider != nil {
		referring = c.ReferringProvider.NPI
	}
	same("2310A NM109", one(read, "2310A", "NM1", "DN").at(9), referring)
	services := all(read, "2400", "SV1", "")
	dates, controls := all(read, "2400", "DTP", "472"), all(read, "2400", "REF", "6R")
	if len(services) != len(c.Lines) || len(dates) != len(c.Lines) || len(controls) != len(c.Lines) {
		return append(out, fmt.Sprintf("%d lines, expected %d", len(services), len(c.Lines)))
	}
	for i, l := range c.Lines {
		pointers := strings.Trim(strings.ReplaceAll(fmt.Sprint(l.DiagnosisPointers), " ", ":"), "[]")
		same("SV1", strings.Join(services[i].element, "*"),
			strings.Join([]string{"SV1", strings.Join(append([]string{"HC", l.Code}, l.Modifiers...), ":"), dollars(l.ChargeCents), "UN", fmt.Sprint(l.Units), "", "", pointers}, "*"))
		same("DTP*472", dates[i].at(3), day(o.ServiceDate))
		same("REF*6R", controls[i].at(2), l.ControlNumber)
	}
	return out
}

func TestExportReadsTheBrokersStream(t *testing.T) {
	t.Parallel()
	broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	conn, err := jetstream.Connect(jetstream.ConnectConfig{URL: broker.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := conn.Await(ctx); err != nil {
		t.Fatal(err)
	}
	topology := jetstream.DefaultTopology()
	if _, err := topology.Ensure(ctx, conn, false); err != nil {
		t.Fatal(err)
	}
	lines, _ := decided(t)
	publisher := jetstream.NewPublisher(conn)
	for line := range bytes.Lines(lines) {
		var e outcomeEvent
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if e.Type == events.TypeEncounterDeadLetter {
			continue
		}
		if err := publisher.Publish(e.Type, message.NewMessage(e.ID, line)); err != nil {
			t.Fatal(err)
		}
	}
	_, fromFile, _ := export(t, lines, "--control-number", "9", "--time", "2026-06-01T08:00:00Z", "-")
	_, fromBroker, said := export(t, nil, "--control-number", "9", "--time", "2026-06-01T08:00:00Z", "--nats-url", broker.URL())
	if fromBroker == "" || fromBroker != fromFile {
		t.Errorf("the stream gives %d bytes, the file %d:\n%s", len(fromBroker), len(fromFile), said)
	}
}

// Of a control number nothing but the case of its letters changes, and the command says so; what X12 does not carry is refused by encounter and field.
func TestAControlNumberIsNeverChangedInSilence(t *testing.T) {
	t.Parallel()
	lines, _ := decided(t)
	first, _, _ := bytes.Cut(lines, []byte("\n"))
	for id, want := range map[string]string{
		"enc-2601":  "1 with the control number raised to capitals",
		"ENC-2601":  "1 claims in interchange 9\n",
		"ENC*2601":  "left out encounter ENC-2601 (control number ENC*2601): control_number holds a character that X12 does not carry",
		"ENC-2601ı": "left out encounter ENC-2601 (control number ENC-2601ı): control_number holds a character that X12 does not carry",
	} {
		event := bytes.Replace(first, []byte(`"control_number":"ENC-2601"`), []byte(`"control_number":"`+id+`"`), 1)
		if _, _, said := export(t, event, "--control-number", "9", "--time", "2026-06-01T08:00:00Z", "-"); !strings.Contains(said, want) {
			t.Errorf("%s: %s\nexpected %s", id, said, want)
		}
	}
}

func TestANumberTakenIsNeverUsedAgain(t *testing.T) {
	t.Parallel()
	lines, _ := decided(t)
	state := filepath.Join(t.TempDir(), "sent.jsonl")
	// A call that died after it had taken 41, and one that died in the middle of taking 42.
	if err := os.WriteFile(state, []byte(`{"control_number":41,"time":"2026-06-01T08:00:00Z"}`+"\n"+`{"control_number":42,"ti`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, first, said := export(t, lines, "--state", state, "-")
	if !strings.HasSuffix(first, "~IEA*1*000000042~") {
		t.Fatalf("not under 42: %s", said)
	}
	if _, second, said := export(t, lines, "--state", state, "-"); second != "" || !strings.Contains(said, "sent before") {
		t.Errorf("sent twice: %s", said)
	}
	text, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(text), "\n"); got != 3 || strings.Contains(string(text), "PT-") {
		t.Errorf("%d lines in the state file: expected 41, 42, and 42 with its claims:\n%s", got, text)
	}
}

func TestALastLineWithoutItsEndCountsAndAnotherFileIsLeftAlone(t *testing.T) {
	t.Parallel()
	lines, _ := decided(t)
	state := filepath.Join(t.TempDir(), "sent.jsonl")
	if code, _, said := export(t, lines, "--state", state, "-"); code > 1 {
		t.Fatal(said)
	}
	text, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(state, bytes.TrimSpace(text), 0o600); err != nil { // as an editor leaves it
		t.Fatal(err)
	}
	if _, again, said := export(t, lines, "--state", state, "-"); again != "" || !strings.Contains(said, "sent before") {
		t.Errorf("sent twice: %s", said)
	}
	if after, err := os.ReadFile(state); err != nil || !bytes.Equal(after, text) {
		t.Errorf("the state file is now %q, error %v", after, err)
	}
	other := []byte("patients: {}")
	if err := os.WriteFile(state, other, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := export(t, lines, "--state", state, "-"); code != 2 || !strings.Contains(said, "sent.jsonl:1: expected a line that export wrote") {
		t.Errorf("exit status %d: %s", code, said)
	}
	if after, err := os.ReadFile(state); err != nil || !bytes.Equal(after, other) {
		t.Errorf("a file that is no state file is now %q, error %v", after, err)
	}
}

func TestOfTwoExportsAtOnceOneWaits(t *testing.T) {
	t.Parallel()
	lines, _ := decided(t)
	state := filepath.Join(t.TempDir(), "sent.jsonl")
	texts := make(chan string, 4)
	for range cap(texts) {
		go func() {
			_, text, _ := export(t, lines, "--state", state, "-")
			texts <- text
		}()
	}
	wrote := 0
	for range cap(texts) {
		if text := <-texts; text != "" {
			wrote++
		}
	}
	if wrote != 1 {
		t.Errorf("%d exports wrote the same claims: expected one", wrote)
	}
}

func TestAnOutputThatFailsRecordsNothing(t *testing.T) {
	t.Parallel()
	lines, _ := decided(t)
	state := filepath.Join(t.TempDir(), "sent.jsonl")
	code, _, said := export(t, lines, "--state", state, "--out", filepath.Join(t.TempDir(), "no", "such", "folder.837"), "-")
	if code != 2 || !strings.Contains(said, "--out: ") {
		t.Fatalf("exit status %d: %s", code, said)
	}
	if _, text, said := export(t, lines, "--state", state, "-"); !strings.HasSuffix(text, "~IEA*1*000000002~") {
		t.Errorf("the claims did not go out under the next number: %s", said)
	}
}

// readerFunc is a function that is read from.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAnExportThatWaitedLeavesTheOthersFileAlone(t *testing.T) {
	t.Parallel()
	lines, _ := decided(t)
	first, _, _ := bytes.Cut(lines, []byte("\n"))
	another := bytes.NewReader(bytes.ReplaceAll(first, []byte("ENC-2601"), []byte("NEW-2601")))
	folder := t.TempDir()
	out := filepath.Join(folder, "claims.837")
	var written []byte
	slow := readerFunc(func(p []byte) (int, error) { // outcomes are read behind the first look at --out
		if written == nil {
			var err error
			if _, _, said := export(t, lines, "--state", filepath.Join(folder, "sent.jsonl"), "--out", out, "-"); !strings.Contains(said, "claims in interchange 1") {
				t.Error(said)
			}
			if written, err = os.ReadFile(out); err != nil {
				t.Error(err)
			}
		}
		return another.Read(p)
	})
	var errs bytes.Buffer
	code := execute([]string{"export", "837p", "--practice", "x12/testdata/practice.yaml", "--patients", "x12/testdata/patients.yaml",
		"--state", filepath.Join(folder, "sent.jsonl"), "--out", out, "-"}, slow, io.Discard, &errs)
	if code != 2 || !strings.Contains(errs.String(), "claims.837 is there already: expected a new file") {
		t.Errorf("exit status %d: %s", code, errs.String())
	}
	if now, err := os.ReadFile(out); err != nil || !bytes.Equal(now, written) {
		t.Errorf("the first export's file is another now, error %v", err)
	}
	if _, text, said := export(t, lines, "--state", filepath.Join(folder, "sent.jsonl"), "-"); text != "" {
		t.Errorf("claims of the first export went out again: %s", said)
	}
	if names, err := filepath.Glob(filepath.Join(folder, ".*")); err != nil || len(names) > 0 {
		t.Errorf("left behind: %q, error %v", names, err)
	}
}
