package handlers

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// pass sends suspects through a lane at once and returns the order in which they came through.
func pass(t *testing.T, suspects [][2]uint64) (order []uint64) {
	t.Helper()
	l := &lane{gather: 100 * time.Millisecond}
	through := make(chan uint64)
	settled := make(chan struct{})
	close(settled)
	for _, s := range suspects {
		go func() {
			if err := l.enter(context.Background(), s[0], s[1]); err != nil {
				t.Error(err)
			}
			through <- s[1]
			l.leave(settled)
		}()
	}
	for range suspects {
		order = append(order, <-through)
	}
	return order
}

func TestLaneOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		suspects [][2]uint64 // deliveries, sequence
		want     []uint64
	}{
		"least delivered first":      {[][2]uint64{{9, 1}, {4, 2}, {3, 3}, {5, 4}}, []uint64{3, 2, 4, 1}},
		"upwards in an odd life":     {[][2]uint64{{3, 8}, {3, 2}, {3, 5}}, []uint64{2, 5, 8}},
		"downwards in the next life": {[][2]uint64{{4, 8}, {4, 2}, {4, 5}}, []uint64{8, 5, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := pass(t, c.suspects); !slices.Equal(got, c.want) {
				t.Errorf("order %v, want %v", got, c.want)
			}
		})
	}
}

func TestLaneIsLeftByWhoGivesUp(t *testing.T) {
	t.Parallel()
	l := &lane{}
	if err := l.enter(t.Context(), 3, 1); err != nil {
		t.Fatal(err)
	}
	gone, giveUp := context.WithCancel(context.Background())
	result := make(chan error)
	go func() { result <- l.enter(gone, 3, 2) }()
	go func() { result <- l.enter(context.Background(), 5, 3) }()
	giveUp()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Fatalf("gave up with %v", err)
	}
	settled := make(chan struct{})
	close(settled)
	l.leave(settled)
	if err := <-result; err != nil {
		t.Fatal(err)
	}
}
