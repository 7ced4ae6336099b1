package handlers

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
)

// newRouter returns Watermill's router with the one handler behind the chain, which takes messages.
func (w *Worker) newRouter(messages <-chan *message.Message) (*message.Router, error) {
	// The subscriber closes its channel only when every message is answered, so there is nothing left to wait for.
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: 5 * time.Second}, routerLog{w.log})
	if err != nil {
		return nil, err
	}
	router.AddMiddleware(w.chain()...)
	router.AddConsumerHandler("claimscrub", w.cfg.Input, subscribed{w.cfg.Subscriber, messages}, w.adjudicate)
	return router, nil
}

// subscribed is a subscriber whose subscription is there already.
type subscribed struct {
	message.Subscriber
	messages <-chan *message.Message
}

func (s subscribed) Subscribe(context.Context, string) (<-chan *message.Message, error) {
	return s.messages, nil
}

// adjudicate decides one message and publishes its outcome. It returns nil only when the broker has stored the outcome.
func (w *Worker) adjudicate(msg *message.Message) error {
	d := deliveryOf(msg)
	if d.Delivered >= suspectFrom {
		if err := w.lane.enter(w.hard, d.Delivered, d.Sequence); err != nil {
			return err
		}
		var left sync.Once
		d.onAside = func() { left.Do(w.lane.next) } // what is decided and waits kills nobody
		defer left.Do(func() { w.lane.leave(msg.Context().Done()) })
	}
	t := &task{ctx: msg.Context(), msg: messageOf(msg, d)}
	if err := w.pool.do(w.hard, t); err != nil {
		return err
	}
	return w.conclude(d, &t.decision, t.begun)
}

// conclude publishes the outcome unless that was begun already, waits until the broker has it, counts it, and, for a dead letter, has the broker never
// deliver the input again.
func (w *Worker) conclude(d *Delivery, decision *Decision, begun attempt) error {
	duplicate, err := w.output.finish(w.hard, d, decision, begun)
	if err != nil {
		return err
	}
	w.metrics.ended(decision, d.Received, duplicate)
	if decision.Result == DeadLettered {
		d.Terminate(decision.Reason)
		w.log.Warn("encounter set aside", "stream", d.Stream, "sequence", d.Sequence, "reason", decision.Reason)
	}
	return nil
}

// setAside publishes a dead letter for msg.
func (w *Worker) setAside(msg *message.Message, d *Delivery, reason, text string) error {
	letter := DeadLetter(messageOf(msg, d), reason, text)
	return w.conclude(d, &letter, nil)
}

// routerLog hands the errors of Watermill's router to slog. Its notices are of no use to an operator and cost a message a microsecond to leave out there.
type routerLog struct{ log *slog.Logger }

func (l routerLog) Error(msg string, err error, _ watermill.LogFields) {
	l.log.Error(msg, "error", err)
}
func (routerLog) Info(string, watermill.LogFields)                   {}
func (routerLog) Debug(string, watermill.LogFields)                  {}
func (routerLog) Trace(string, watermill.LogFields)                  {}
func (l routerLog) With(watermill.LogFields) watermill.LoggerAdapter { return l }
