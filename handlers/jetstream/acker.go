package jetstream

import (
	"slices"
	"time"
)

// sweepEvery is how often messages behind an unanswered one are looked at.
const sweepEvery = 100 * time.Millisecond

// answer tells the broker how each message ended. It waits for the oldest message, since nearly all are answered in order and one goroutine for all
// costs half of one for each; while the oldest takes its time, a sweep answers those behind it and tells the broker of what is still being worked on.
func (s *subscription) answer() {
	tick := time.NewTicker(min(sweepEvery, max(s.patience/8, time.Millisecond)))
	defer tick.Stop()

	var waiting []*delivery
	sweep := func() {
		now, connected := time.Now(), s.parent.conn.Connected()
		waiting = slices.DeleteFunc(waiting, func(d *delivery) bool {
			if acked, answered := d.outcome(); answered {
				s.settle(d, acked)
				return true
			}
			s.letAside(d)
			if connected && now.Sub(d.last) > s.patience/3 { // while away it would only fill the client's buffer
				_ = d.raw.InProgress() // lost with the connection, it is said again on the next round
				d.last = now
			}
			return false
		})
	}
	for {
		var acked, nacked <-chan struct{}
		inbox := s.inbox
		if len(waiting) > 0 {
			acked, nacked = waiting[0].msg.Acked(), waiting[0].msg.Nacked()
			inbox = nil
		}
		select {
		case d := <-inbox:
			waiting = append(waiting, d)
			continue
		case <-acked:
			s.settle(waiting[0], true)
		case <-nacked:
			s.settle(waiting[0], false)
		case <-tick.C:
			waiting = s.takeIn(waiting)
			sweep()
			continue
		case <-s.kill:
			waiting = s.takeIn(waiting)
			sweep()
			for _, d := range waiting {
				d.info.RedeliverAfter(0)
				s.settle(d, false)
			}
			return
		}
		waiting[0] = nil
		waiting = waiting[1:]
	}
}

func (s *subscription) takeIn(waiting []*delivery) []*delivery {
	for {
		select {
		case d := <-s.inbox:
			waiting = append(waiting, d)
		default:
			return waiting
		}
	}
}

func (s *subscription) settle(d *delivery, acked bool) {
	if err := d.settle(acked, s.policy); err != nil {
		s.parent.cfg.Logger.Debug("answer a delivery", "stream", d.info.Stream, "sequence", d.info.Sequence, "error", err)
	}
	if d.aside {
		s.aside.messages--
		s.aside.bytes -= d.size
		s.mu.Lock()
		delete(s.standing, d.identity())
		s.mu.Unlock()
	}
	s.hands.Add(-1)
	s.free(d)
}

// letAside gives the place of a message that wants to stand aside to another, while there is room.
func (s *subscription) letAside(d *delivery) {
	if d.aside || !d.info.Aside() || s.aside.messages == asideWindows*s.parent.cfg.Window || s.aside.bytes+d.size > s.parent.cfg.WindowBytes {
		return
	}
	d.aside = true
	s.aside.messages++
	s.aside.bytes += d.size
	s.mu.Lock()
	s.standing[d.identity()] = struct{}{}
	s.mu.Unlock()
	s.free(d)
}

// free lets others be fetched in the place of a message.
func (s *subscription) free(d *delivery) {
	s.release(d)
	s.held.Add(-d.weight)
	d.weight = 0
	select {
	case s.freed <- struct{}{}:
	default:
	}
}
