package jetstream_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

const subject = "encounter.completed"

// stage is a broker with the contract's streams, one connection, and a back-off that tests can wait for.
func stage(t *testing.T, backOff ...time.Duration) (*jetstream.Conn, jetstream.Topology) {
	t.Helper()
	conn := connect(t, startBroker(t).URL())
	topology := jetstream.DefaultTopology()
	if len(backOff) > 0 {
		topology.Consumer.BackOff = backOff
	}
	if _, err := topology.Ensure(t.Context(), conn, false); err != nil {
		t.Fatal(err)
	}
	return conn, topology
}

func store(t *testing.T, conn *jetstream.Conn, n int) {
	t.Helper()
	for i := range n {
		m := message.NewMessage(fmt.Sprintf("%s-%d", rand.Text(), i), fmt.Append(nil, i))
		if err := jetstream.NewPublisher(conn).Publish(subject, m); err != nil {
			t.Fatal(err)
		}
	}
}

func receive(t *testing.T, messages <-chan *message.Message) (*message.Message, *handlers.Delivery) {
	t.Helper()
	select {
	case m, ok := <-messages:
		if !ok {
			t.Fatal("channel closed, want a message")
		}
		return m, m.Context().Value(handlers.DeliveryKey{}).(*handlers.Delivery)
	case <-time.After(20 * time.Second):
		t.Fatal("no message")
		return nil, nil
	}
}

func settled(t *testing.T, conn *jetstream.Conn, topology jetstream.Topology) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		b, err := topology.Backlog(t.Context(), conn)
		if err == nil && b.Pending+b.AckPending == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not settled: %+v, %v", b, err)
		}
	}
}

func subscribe(t *testing.T, conn *jetstream.Conn, cfg jetstream.SubscriberConfig) (*jetstream.Subscriber, <-chan *message.Message) {
	t.Helper()
	cfg.Consumer = "claimscrub"
	sub := jetstream.NewSubscriber(conn, cfg)
	t.Cleanup(func() { _ = sub.Close() })
	messages, err := sub.Subscribe(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	return sub, messages
}

func TestNackComesAgainAfterTheAskedDelay(t *testing.T) {
	t.Parallel()
	// The longer second back-off is the trap: the server would add it to the delay of the second Nack.
	conn, topology := stage(t, time.Second, 3*time.Second)
	store(t, conn, 1)
	_, messages := subscribe(t, conn, jetstream.SubscriberConfig{CloseTimeout: time.Second})
	var began time.Time
	var asked time.Duration
	for i, delay := range []time.Duration{400 * time.Millisecond, 2500 * time.Millisecond, 0} {
		m, d := receive(t, messages)
		if d.Delivered != uint64(i+1) || d.Sequence != 1 {
			t.Fatalf("delivery %d of message %d, want %d of 1", d.Delivered, d.Sequence, i+1)
		}
		if took := time.Since(began); i > 0 && (took < asked-50*time.Millisecond || took > asked+1500*time.Millisecond) {
			t.Errorf("delivery %d came %s after a Nack that asked for %s", i+1, took, asked)
		}
		began, asked = time.Now(), delay
		d.RedeliverAfter(delay)
		m.Nack()
	}
	m, d := receive(t, messages)
	if took := time.Since(began); took > time.Second || d.Delivered != 4 {
		t.Errorf("delivery %d came %s after a Nack that asked for none", d.Delivered, took)
	}
	m.Ack()
	settled(t, conn, topology)
}

func TestTerminatedMessageNeverComesAgain(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t, 200*time.Millisecond)
	store(t, conn, 2)
	_, messages := subscribe(t, conn, jetstream.SubscriberConfig{CloseTimeout: time.Second})
	for _, answer := range []func(*message.Message) bool{(*message.Message).Nack, (*message.Message).Ack} {
		m, d := receive(t, messages)
		d.Terminate(handlers.ReasonPanic)
		answer(m)
	}
	settled(t, conn, topology)
}

func TestMessagesInHandAreKeptAlive(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t, time.Second)
	store(t, conn, 30)
	// A window of 4 with messages fetched ahead of it: those must be kept alive as well.
	sub, messages := subscribe(t, conn, jetstream.SubscriberConfig{Window: 4, CloseTimeout: time.Second})
	first, _ := receive(t, messages)
	time.Sleep(3 * time.Second) // three times the broker's patience; nothing signals what must not happen
	if b, err := topology.Backlog(t.Context(), conn); err != nil || b.Redelivered != 0 {
		t.Errorf("backlog %+v, %v; want nothing delivered twice", b, err)
	}
	sub.Pause()
	first.Ack()
	for range 29 {
		b, err := topology.Backlog(t.Context(), conn)
		if err == nil && b.AckPending == 0 {
			break
		}
		m, d := receive(t, messages)
		if d.Delivered != 1 {
			t.Errorf("message %d delivered %d times", d.Sequence, d.Delivered)
		}
		m.Ack()
		if b.AckPending == 1 {
			sub.Resume()
		}
	}
	sub.Resume()
	go func() {
		for m := range messages {
			m.Ack()
		}
	}()
	settled(t, conn, topology)
}

func TestPauseStopsFetching(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t)
	sub, messages := subscribe(t, conn, jetstream.SubscriberConfig{CloseTimeout: time.Second})
	store(t, conn, 1)
	m, _ := receive(t, messages)
	sub.Pause()
	sub.Pause()
	m.Ack()
	settled(t, conn, topology)
	// The pause takes hold when the fetch in the air is taken back; from then on nothing arrives.
	for waiting := 1; waiting > 0; time.Sleep(5 * time.Millisecond) {
		var err error
		if waiting, err = pulls(t, conn); err != nil {
			t.Fatal(err)
		}
	}
	store(t, conn, 5)
	select {
	case m := <-messages:
		t.Fatalf("paused, and got %s", m.UUID)
	case <-time.After(300 * time.Millisecond):
	}
	sub.Resume()
	for range 5 {
		m, _ := receive(t, messages)
		m.Ack()
	}
	settled(t, conn, topology)
}

func TestCloseWaitsForAnswersAndIsSafeAtAnyTime(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t)
	store(t, conn, 200)
	for range 10 {
		sub := jetstream.NewSubscriber(conn, jetstream.SubscriberConfig{Consumer: "claimscrub", Window: 16, CloseTimeout: 20 * time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		messages, err := sub.Subscribe(ctx, subject)
		if err != nil {
			t.Fatal(err)
		}
		var handling sync.WaitGroup
		var naks int
		var mu sync.Mutex
		handling.Go(func() {
			for m := range messages {
				handling.Go(func() {
					if !m.Ack() {
						mu.Lock()
						naks++
						mu.Unlock()
					}
				})
			}
		})
		var closing sync.WaitGroup
		closing.Go(cancel)
		for range 3 {
			closing.Go(func() { _ = sub.Close() })
		}
		closing.Wait()
		handling.Wait()
		if naks > 0 {
			t.Errorf("%d messages were given back during a graceful close", naks)
		}
		if _, err := sub.Subscribe(t.Context(), subject); err == nil {
			t.Error("subscribed after Close")
		}
	}
	if b, err := topology.Backlog(t.Context(), conn); err != nil || b.Redelivered != 0 {
		t.Errorf("backlog %+v, %v; want nothing delivered twice", b, err)
	}
}

func TestConsumerDeletedIsWaitedForNotMadeAnew(t *testing.T) {
	t.Parallel()
	broker := startBroker(t)
	conn := connect(t, broker.URL())
	topology := jetstream.DefaultTopology()
	if _, err := topology.Ensure(t.Context(), conn, false); err != nil {
		t.Fatal(err)
	}
	_, messages := subscribe(t, conn, jetstream.SubscriberConfig{CloseTimeout: time.Second})
	store(t, conn, 1)
	m, _ := receive(t, messages)
	m.Ack()
	settled(t, conn, topology)
	if err := raw(t, broker.URL()).DeleteConsumer(t.Context(), "ENCOUNTERS", "claimscrub"); err != nil {
		t.Fatal(err)
	}
	if _, err := topology.Backlog(t.Context(), conn); err == nil {
		t.Error("backlog read from a consumer that is gone")
	}
	if _, err := topology.Ensure(t.Context(), conn, false); err != nil { // the operator's doing
		t.Fatal(err)
	}
	m, d := receive(t, messages)
	if d.Sequence != 1 {
		t.Errorf("got sequence %d, want the first again from the new consumer", d.Sequence)
	}
	m.Ack()
}

func TestMessagesThatStandAsideLeaveTheirPlaceAndAreKeptAlive(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t, time.Second)
	store(t, conn, 31)
	_, messages := subscribe(t, conn, jetstream.SubscriberConfig{Window: 4, CloseTimeout: time.Second})
	var aside []*message.Message
	for range 30 {
		m, d := receive(t, messages)
		d.StepAside()
		aside = append(aside, m)
	}
	// The last comes again after three times the broker's patience. The others must not have come by then.
	m, d := receive(t, messages)
	last := d.Sequence
	d.RedeliverAfter(3 * time.Second)
	m.Nack()
	if m, d = receive(t, messages); d.Sequence != last || d.Delivered != 2 {
		t.Errorf("delivery %d of message %d, want 2 of %d", d.Delivered, d.Sequence, last)
	}
	m.Ack()
	if b, err := topology.Backlog(t.Context(), conn); err != nil || b.AckPending < 30 || b.Pending != 0 {
		t.Errorf("backlog %+v, %v; want 30 in hand", b, err)
	}
	for _, m := range aside {
		m.Ack()
	}
	settled(t, conn, topology)
}

func TestWhatStandsAsideIsNotTakenInHandTwice(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t)
	store(t, conn, 30)
	_, messages := subscribe(t, conn, jetstream.SubscriberConfig{Window: 4, CloseTimeout: time.Second})
	var aside []*message.Message
	var first uint64
	for i := range 30 {
		m, d := receive(t, messages)
		d.StepAside()
		aside = append(aside, m)
		if i == 0 {
			first = d.Sequence
		}
	}
	// As after a network that was away for longer than the broker waits for a sign of life: it delivers again what is in hand.
	nc, err := nats.Connect(conn.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if err := nc.Publish(fmt.Sprintf("$JS.ACK.ENCOUNTERS.claimscrub.1.%d.%d.0.0", first, first), []byte("-NAK")); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if b, err := topology.Backlog(t.Context(), conn); err == nil && b.Redelivered == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("not delivered again")
		}
	}
	store(t, conn, 1)
	m, d := receive(t, messages)
	if d.Sequence != 31 {
		t.Errorf("delivery %d of message %d, want message 31: %d stands aside already", d.Delivered, d.Sequence, first)
	}
	m.Ack()
	for _, m := range aside {
		m.Ack()
	}
	settled(t, conn, topology)
}

func TestNoMoreStandAsideThanThereIsRoomFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cfg  jetstream.SubscriberConfig
		size int
		head int // bytes of a header
		most int // what stands aside, the window, and a fetch ahead of it for each time it stays full
	}{
		"by number":           {jetstream.SubscriberConfig{Window: 2}, 1, 0, 8*2 + 2 + 2*1},
		"by bytes":            {jetstream.SubscriberConfig{Window: 100, WindowBytes: 8 << 20}, 1 << 20, 0, 8 + 8 + 2*16},
		"by bytes of headers": {jetstream.SubscriberConfig{Window: 20, WindowBytes: 8 * 60 << 10}, 1, 60 << 10, 8 + 8 + 2*10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, topology := stage(t)
			const all = 60
			for range all {
				if err := conn.PublishRecord(t.Context(), jetstream.Record{Subject: subject, Header: map[string][]string{"x": {strings.Repeat("x", c.head)}}, Body: make([]byte, c.size)}); err != nil {
					t.Fatal(err)
				}
			}
			c.cfg.CloseTimeout = time.Second
			_, messages := subscribe(t, conn, c.cfg)
			var hand []*message.Message
			for quiet := false; !quiet; {
				select {
				case m := <-messages:
					m.Context().Value(handlers.DeliveryKey{}).(*handlers.Delivery).StepAside()
					hand = append(hand, m)
				case <-time.After(2 * time.Second): // nothing signals that no more will come
					quiet = true
				}
			}
			if len(hand) > c.most {
				t.Errorf("%d messages in hand, want at most %d", len(hand), c.most)
			}
			go func() {
				for _, m := range hand {
					m.Ack()
				}
				for m := range messages {
					m.Ack()
				}
			}()
			settled(t, conn, topology)
		})
	}
}

func TestLargeMessagesMakeTheWindowSmaller(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t)
	const all, size = 80, 1 << 20
	for range all {
		if err := conn.PublishRecord(t.Context(), jetstream.Record{Subject: subject, Body: make([]byte, size)}); err != nil {
			t.Fatal(err)
		}
	}
	_, messages := subscribe(t, conn, jetstream.SubscriberConfig{WindowBytes: 8 * size, CloseTimeout: time.Second})
	// The window, and what was fetched ahead of it when it stayed full: two fetches of twice the broker's largest message.
	const most = 8 + 2*16
	var hand []*message.Message
	for quiet := false; !quiet && len(hand) <= most; {
		select {
		case m := <-messages:
			hand = append(hand, m)
		case <-time.After(2 * time.Second): // nothing signals that no more will come
			quiet = true
		}
	}
	if len(hand) < 8 || len(hand) > most {
		t.Errorf("%d messages of 1 MiB in hand, want 8 and what was fetched ahead, at most %d", len(hand), most)
	}
	go func() {
		for _, m := range hand {
			m.Ack()
		}
		for m := range messages {
			m.Ack()
		}
	}()
	settled(t, conn, topology)
	if b, err := topology.Backlog(t.Context(), conn); err != nil || b.Redelivered != 0 {
		t.Errorf("backlog %+v, %v; want nothing delivered twice", b, err)
	}
}

func TestAMessageLargerThanTheWindowPasses(t *testing.T) {
	t.Parallel()
	conn, topology := stage(t)
	for range 3 {
		if err := conn.PublishRecord(t.Context(), jetstream.Record{Subject: subject, Body: make([]byte, 7<<20)}); err != nil {
			t.Fatal(err)
		}
	}
	_, messages := subscribe(t, conn, jetstream.SubscriberConfig{Window: 10, WindowBytes: 1 << 20, CloseTimeout: time.Second})
	for range 3 {
		m, _ := receive(t, messages)
		m.Ack()
	}
	settled(t, conn, topology)
}
