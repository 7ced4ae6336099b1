package faults

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"claimscrub/events"
	"claimscrub/handlers/jetstream"
)

// perSecond is the pace of the publisher, kept whatever happens to the cluster as far as the cluster takes it.
const perSecond = 1000

// story is a sample that the load repeats under ever new encounter ids.
type story struct {
	name string
	text []byte
	id   string // the encounter id in the text; empty for one that cannot be read
	rev  int
}

func stories(t *testing.T) (all []story) {
	for _, s := range events.Samples() {
		one := story{name: s.Name, text: s.Data}
		if s.Verdict != "deadletter" {
			var bare outcomeData
			var envelope struct {
				Data outcomeData `json:"data"`
			}
			if err := errors.Join(json.Unmarshal(s.Data, &bare), json.Unmarshal(s.Data, &envelope)); err != nil {
				t.Fatalf("sample %s: %v", s.Name, err)
			}
			if bare.EncounterID == "" {
				bare = envelope.Data
			}
			if one.id, one.rev = bare.EncounterID, bare.Revision; one.id == "" {
				t.Fatalf("sample %s has no encounter id", s.Name)
			}
		}
		all = append(all, one)
	}
	return all
}

// load is one steady stream of encounters, and what became of each of them as far as the publisher knows.
type load struct {
	conn     *jetstream.Conn
	stories  []story
	prefix   string
	total    int
	accepted atomic.Int64
	retries  atomic.Int64
	held     atomic.Bool // nothing is sent meanwhile
	done     chan struct{}
}

// encounter returns the bytes of encounter i and its id, which is empty for one that cannot be read. The latter differ in their bytes alone.
func (l *load) encounter(i int) (body []byte, id string, s story) {
	s = l.stories[i%len(l.stories)]
	if s.id == "" {
		return fmt.Appendf(bytes.Clone(s.text), "\n%s%06d", l.prefix, i), "", s
	}
	id = fmt.Sprintf("%s%06d", l.prefix, i)
	return bytes.ReplaceAll(s.text, []byte(s.id), []byte(id)), id, s
}

// startLoad publishes total encounters at a steady pace, each until the cluster has accepted it.
func startLoad(conn *jetstream.Conn, all []story, prefix string, total int) *load {
	l := &load{conn: conn, stories: all, prefix: prefix, total: total, done: make(chan struct{})}
	go l.publish()
	return l
}

func (l *load) publish() {
	defer close(l.done)
	publisher := jetstream.NewPublisher(l.conn)
	window := make(chan struct{}, 1000)
	var inFlight sync.WaitGroup
	began := time.Now()
	for i := range l.total {
		for l.held.Load() {
			time.Sleep(10 * time.Millisecond)
			began = began.Add(10 * time.Millisecond)
		}
		if ahead := time.Duration(i)*time.Second/perSecond - time.Since(began); ahead > 5*time.Millisecond {
			time.Sleep(ahead)
		}
		window <- struct{}{}
		body, _, _ := l.encounter(i)
		sum := sha256.Sum256(body)
		m := message.NewMessage(hex.EncodeToString(sum[:16]), body)
		stored := publisher.Begin(events.TypeEncounterCompleted, m)
		inFlight.Go(func() {
			for err := stored(); err != nil; err = stored() {
				l.retries.Add(1)
				time.Sleep(250 * time.Millisecond)
				stored = publisher.Begin(events.TypeEncounterCompleted, message.NewMessage(m.UUID, body))
			}
			l.accepted.Add(1)
			<-window
		})
	}
	inFlight.Wait()
}

// reaches waits until a share of the load is accepted.
func (l *load) reaches(t *testing.T, share float64) {
	t.Helper()
	eventually(t, patience, fmt.Sprintf("%.0f%% of the load accepted", 100*share), func() error {
		if n := l.accepted.Load(); n < int64(share*float64(l.total)) {
			return fmt.Errorf("%d of %d", n, l.total)
		}
		return nil
	})
}
