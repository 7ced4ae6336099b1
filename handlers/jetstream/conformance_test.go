package jetstream_test

import (
	"context"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"

	"claimscrub/handlers/jetstream"
)

// suiteSubscriber creates the stream and consumer of a topic before it is first used, as a deployment does before its workers start.
type suiteSubscriber struct {
	*jetstream.Subscriber
	conn     *jetstream.Conn
	consumer string
}

func (s suiteSubscriber) SubscribeInitialize(topic string) error {
	topology := jetstream.DefaultTopology()
	topology.Encounters = jetstream.Stream{Name: topic, Subjects: []string{topic}}
	topology.Claims = jetstream.Stream{Name: "claims-of-" + topic, Subjects: []string{"claims-of." + topic}}
	topology.DeadLetters = jetstream.Stream{Name: "deadletters-of-" + topic, Subjects: []string{"deadletters-of." + topic}}
	topology.Consumer.Name, topology.Consumer.BackOff = s.consumer, []time.Duration{10 * time.Second}
	_, err := topology.Ensure(context.Background(), s.conn, false)
	return err
}

func (s suiteSubscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	if err := s.SubscribeInitialize(topic); err != nil {
		return nil, err
	}
	return s.Subscriber.Subscribe(ctx, topic)
}

// TestWatermillConformance runs the public suite that every Watermill Pub/Sub is to pass. Order is not declared: many messages are in flight, and
// claims are judged one by one. Neither is exactly-once delivery: what we promise is exactly one outcome.
func TestWatermillConformance(t *testing.T) {
	t.Parallel()
	url := startBroker(t).URL()
	construct := func(t *testing.T, group string) (message.Publisher, message.Subscriber) {
		conn := connect(t, url)
		sub := jetstream.NewSubscriber(conn, jetstream.SubscriberConfig{
			Consumer: group, Window: 100, CloseTimeout: 200 * time.Millisecond, Redelivery: []time.Duration{time.Millisecond},
		})
		return jetstream.NewPublisher(conn), suiteSubscriber{sub, conn, group}
	}
	tests.TestPubSub(t,
		tests.Features{ConsumerGroups: true, Persistent: true, ForceShort: testing.Short()},
		func(t *testing.T) (message.Publisher, message.Subscriber) { return construct(t, "worker") },
		construct,
	)
}
