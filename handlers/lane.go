package handlers

import (
	"cmp"
	"container/heap"
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// lane lets messages that were delivered several times pass one at a time, those delivered least first.
//
// A message that kills the process takes the deliveries of everything in hand with it. Without the lane its neighbours would die with it, life after
// life, until all of them were over the delivery limit. In the lane every neighbour delivered less often passes before it. Those delivered as often go by
// sequence, upwards in one life and downwards in the next, so that after two lives all before it and all behind it are through. After two such
// pairs the order is by chance, which also frees what lies between two killers.
type lane struct {
	gather time.Duration // how long the first of a burst waits for the others

	mu      sync.Mutex
	waiting suspects
	busy    bool
}

const (
	// suspectFrom is the delivery from which a message passes through the lane. The second delivery does not: a worker that was restarted is
	// common, and its messages are to lose no time.
	suspectFrom = 3
	// orderedUpTo is the last delivery whose order is by sequence.
	orderedUpTo = 6
	// answerLeaves is how long the answer for one message may take to leave the process before the next, which may kill it, passes.
	answerLeaves = 2 * time.Millisecond
)

type suspect struct {
	delivered, sequence, chance uint64
	turn                        chan struct{} // closed when it may pass
	gone                        bool          // gave up waiting
}

// enter waits for the message's turn. Unless it fails, leave must follow.
func (l *lane) enter(stop context.Context, delivered, sequence uint64) error {
	s := &suspect{delivered: delivered, sequence: sequence, chance: rand.Uint64(), turn: make(chan struct{})}
	l.mu.Lock()
	heap.Push(&l.waiting, s)
	if !l.busy {
		l.busy = true
		time.AfterFunc(l.gather, l.next)
	}
	l.mu.Unlock()
	select {
	case <-s.turn:
		return nil
	case <-stop.Done():
		l.mu.Lock()
		defer l.mu.Unlock()
		select {
		case <-s.turn: // both at once: it holds the lane and has to give it back
			go l.next()
		default:
			s.gone = true
		}
		return context.Cause(stop)
	}
}

// leave lets the next one pass, once the broker was told how this one ended, which is when settled is closed.
func (l *lane) leave(settled <-chan struct{}) {
	go func() {
		select {
		case <-settled:
		case <-time.After(time.Second):
		}
		time.AfterFunc(answerLeaves, l.next)
	}()
}

func (l *lane) next() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) > 0 {
		if s := heap.Pop(&l.waiting).(*suspect); !s.gone {
			close(s.turn)
			return
		}
	}
	l.busy = false
}

// suspects is a heap, those to pass first on top.
type suspects []*suspect

func (s suspects) Len() int { return len(s) }
func (s suspects) Less(i, j int) bool {
	a, b := s[i], s[j]
	switch {
	case a.delivered != b.delivered:
		return a.delivered < b.delivered
	case a.delivered > orderedUpTo:
		return a.chance < b.chance
	case a.delivered%2 == 0:
		a, b = b, a
	}
	return cmp.Less(a.sequence, b.sequence)
}
func (s suspects) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *suspects) Push(x any)   { *s = append(*s, x.(*suspect)) }
func (s *suspects) Pop() any {
	old := *s
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*s = old[:len(old)-1]
	return last
}
