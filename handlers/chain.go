package handlers

import (
	"context"
	"errors"
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"
)

// chain returns the middlewares of the one handler, outermost first, which is the order Watermill adds them in. This is the only place that orders them:
//
//	recover      whatever panics below is an error and the message comes again; nothing of the message reaches the log
//	metrics      sees every message, however it ends
//	dead letter  turns what no redelivery mends into a dead letter, so that it never blocks what is behind it
//	retry        tries a decision that panicked once more before the dead letter sees it
func (w *Worker) chain() []message.HandlerMiddleware {
	return []message.HandlerMiddleware{w.recovering, w.measuring, w.deadLettering, w.retrying}
}

func (w *Worker) recovering(next message.HandlerFunc) message.HandlerFunc {
	return func(msg *message.Message) (produced []*message.Message, err error) {
		defer func() {
			if r := recover(); r != nil {
				caught := newPanicError(r)
				w.log.Error("handler panicked", "type", caught.Type, "stack", caught.Stack)
				err = caught
			}
		}()
		return next(msg)
	}
}

func (w *Worker) measuring(next message.HandlerFunc) message.HandlerFunc {
	return func(msg *message.Message) ([]*message.Message, error) {
		w.metrics.inFlight.Inc()
		defer w.metrics.inFlight.Dec()
		if deliveryOf(msg).Delivered > 1 {
			w.metrics.redeliveries.Inc()
		}
		return next(msg)
	}
}

func (w *Worker) deadLettering(next message.HandlerFunc) message.HandlerFunc {
	return func(msg *message.Message) ([]*message.Message, error) {
		d := deliveryOf(msg)
		if d.Delivered > w.cfg.DeliveryLimit {
			return nil, w.overLimit(msg, d)
		}
		produced, err := next(msg)
		if err != nil {
			return nil, w.afterFailure(msg, d, err)
		}
		return produced, nil
	}
}

func (w *Worker) overLimit(msg *message.Message, d *Delivery) error {
	return w.setAside(msg, d, ReasonDeliveryLimit, fmt.Sprintf("delivered %d times without an outcome, limit %d", d.Delivered, w.cfg.DeliveryLimit))
}

func (w *Worker) afterFailure(msg *message.Message, d *Delivery, err error) error {
	var caught *PanicError
	switch {
	case errors.As(err, &caught):
		w.log.Error("decision panicked", "stream", d.Stream, "sequence", d.Sequence, "type", caught.Type, "stack", caught.Stack)
		return w.setAside(msg, d, ReasonPanic, caught.Error())
	case errors.Is(err, ErrTooLarge):
		return w.setAside(msg, d, ReasonTooLarge, "outcome over the broker's payload limit")
	case errors.Is(err, context.Canceled):
		d.RedeliverAfter(0) // this worker is leaving; another may take it at once
	}
	return err
}

func (w *Worker) retrying(next message.HandlerFunc) message.HandlerFunc {
	return func(msg *message.Message) ([]*message.Message, error) {
		produced, err := next(msg)
		if caught := (*PanicError)(nil); errors.As(err, &caught) {
			return next(msg)
		}
		return produced, err
	}
}
