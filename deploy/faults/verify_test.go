package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/events"
	"claimscrub/handlers/jetstream"
)

// tally is a row of the table.
type tally struct {
	Fault                        string
	Sent, Ready, Rejected, Dead  int
	Redelivered, Dropped, Repeat int
	Doubled, Lost                int
}

// submitter reads CLAIMS all the time as a billing system does: at least once. It counts the messages that it is handed again.
type submitter struct {
	mu      sync.Mutex
	seen    map[string]uint64 // sequence by outcome id
	repeats int               // the same message again
	doubles int               // another message of the same outcome
}

// outcome is what is needed of an outcome event.
type outcome struct {
	ID   string          `json:"id"`
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

type outcomeData struct {
	EncounterID string `json:"encounter_id"`
	Revision    int    `json:"revision"`
}

func (s *submitter) take(m js.Msg) {
	meta, err := m.Metadata()
	if err != nil {
		return
	}
	id := m.Headers().Get(js.MsgIDHeader)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch before, again := s.seen[id]; {
	case !again:
		s.seen[id] = meta.Sequence.Stream
	case before == meta.Sequence.Stream:
		s.repeats++
	default:
		s.doubles++
	}
	_ = m.Ack() // lost with a broken connection; the message then comes again
}

// reset forgets what was seen and returns how many messages came again and how many outcomes came as two messages.
func (s *submitter) reset() (seen, repeats, doubles int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, repeats, doubles = len(s.seen), s.repeats, s.doubles
	s.seen, s.repeats, s.doubles = map[string]uint64{}, 0, 0
	return seen, repeats, doubles
}

func (s *suite) startSubmitter() {
	s.t.Helper()
	s.submitter = &submitter{seen: map[string]uint64{}}
	consumer, err := s.js.CreateOrUpdateConsumer(s.t.Context(), "CLAIMS", js.ConsumerConfig{
		Durable: "submitter", AckPolicy: js.AckExplicitPolicy, AckWait: 5 * time.Second, MaxAckPending: 1000,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	reading, err := consumer.Consume(s.submitter.take, js.PullExpiry(5*time.Second), js.PullHeartbeat(2*time.Second))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(reading.Stop)
}

func (s *suite) connect() {
	s.t.Helper()
	var err error
	if s.conn, err = jetstream.Connect(jetstream.ConnectConfig{URL: brokerURL(), Name: "faults", PublishTimeout: 3 * time.Second}); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.conn.Close)
	raw, err := nats.Connect(brokerURL(), nats.MaxReconnects(-1), nats.ReconnectWait(200*time.Millisecond), nats.PingInterval(2*time.Second))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(raw.Close)
	if s.js, err = js.New(raw, js.WithDefaultTimeout(5*time.Second)); err != nil {
		s.t.Fatal(err)
	}
}

// settle waits until the load is accepted and nothing of it is without an outcome.
func (s *suite) settle(t *testing.T, l *load) {
	t.Helper()
	l.reaches(t, 1)
	<-l.done
	eventually(t, patience, "everything settled", func() error {
		b, err := s.topology.Backlog(t.Context(), s.conn)
		if err == nil && b.Pending+b.AckPending > 0 {
			err = fmt.Errorf("%d waiting, %d in hand", b.Pending, b.AckPending)
		}
		return err
	})
}

// records reads a stream from its first message to its last, once, and holds what was read to what the stream's leader counts: a stored read is whole,
// whichever replica serves it.
func (s *suite) records(t *testing.T, stream string) (all []jetstream.Record) {
	t.Helper()
	for r, err := range s.conn.Read(t.Context(), jetstream.ReadConfig{Stream: stream, Stored: true}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	eventually(t, patience, "count of "+stream, func() error {
		at, err := s.js.Stream(t.Context(), stream)
		if err != nil {
			return err
		}
		if info := at.CachedInfo(); int(info.State.Msgs) != len(all) {
			return fmt.Errorf("%d read, %d counted by the leader %s", len(all), info.State.Msgs, info.Cluster.Leader)
		}
		return nil
	})
	return all
}

// verify holds everything stored against everything sent, and empties the streams.
func (s *suite) verify(t *testing.T, l *load, row *tally) {
	t.Helper()
	row.Sent = l.total
	claims, letters, ids := map[string]int{}, map[string]int{}, map[string]int{}
	data := map[string][]byte{}
	for _, r := range s.records(t, "CLAIMS") {
		var event outcome
		var about outcomeData
		if err := json.Unmarshal(r.Body, &event); err != nil {
			t.Fatalf("outcome %d: %v", r.Sequence, err)
		}
		if err := json.Unmarshal(event.Data, &about); err != nil {
			t.Fatalf("outcome %d: %v", r.Sequence, err)
		}
		if event.Type != r.Subject || len(r.Header[js.MsgIDHeader]) != 1 || r.Header[js.MsgIDHeader][0] != event.ID {
			t.Errorf("outcome %d: event %s of type %s under the id %q on %s", r.Sequence, event.ID, event.Type, r.Header[js.MsgIDHeader], r.Subject)
		}
		if r.Subject == events.TypeClaimReady {
			row.Ready++
		} else {
			row.Rejected++
		}
		ids[event.ID]++
		claims[fmt.Sprintf("%s/%d", about.EncounterID, about.Revision)]++
		data[about.EncounterID] = event.Data
	}
	for _, r := range s.records(t, "DEADLETTERS") {
		row.Dead++
		letters[string(r.Body)]++
	}
	for i := range l.total {
		body, id, story := l.encounter(i)
		found := letters[string(body)]
		if id != "" {
			found = claims[fmt.Sprintf("%s/%d", id, story.rev)]
			form := bytes.ReplaceAll(data[id], []byte(id), []byte("ID"))
			if forms := s.forms[story.name]; found > 0 && !contains(forms, form) {
				s.forms[story.name] = append(forms, form)
			}
		}
		if found == 0 {
			row.Lost++
		}
	}
	row.Doubled = row.Ready + row.Rejected + row.Dead - (l.total - row.Lost)
	for id, n := range ids {
		if n > 1 {
			t.Errorf("outcome %s is stored %d times", id, n)
		}
	}
	if row.Lost != 0 || row.Doubled != 0 {
		t.Errorf("%d lost, %d too many: %d encounters sent, %d ready, %d rejected, %d dead letters", row.Lost, row.Doubled, row.Sent, row.Ready, row.Rejected, row.Dead)
	}
	s.drained(t, len(ids), row)
	for _, stream := range []string{"ENCOUNTERS", "CLAIMS", "DEADLETTERS"} {
		eventually(t, patience, "purge "+stream, func() error {
			at, err := s.js.Stream(t.Context(), stream)
			if err == nil {
				err = at.Purge(t.Context())
			}
			return err
		})
	}
}

// drained waits until the submitter has had every outcome, and takes its counts.
func (s *suite) drained(t *testing.T, outcomes int, row *tally) {
	t.Helper()
	eventually(t, patience, "the submitter has every outcome", func() error {
		s.submitter.mu.Lock()
		defer s.submitter.mu.Unlock()
		if n := len(s.submitter.seen); n < outcomes {
			return fmt.Errorf("%d of %d", n, outcomes)
		}
		return nil
	})
	seen, repeats, doubles := s.submitter.reset()
	if seen != outcomes {
		t.Errorf("the submitter has had %d outcomes, and %d are stored", seen, outcomes)
	}
	row.Repeat = repeats
	if doubles > 0 {
		t.Errorf("the submitter got two messages for %d outcomes", doubles)
	}
}

func contains(forms [][]byte, form []byte) bool {
	for _, f := range forms {
		if bytes.Equal(f, form) {
			return true
		}
	}
	return false
}
