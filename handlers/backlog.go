package handlers

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// backlogCache asks the broker for its backlog at most every few seconds, however often it is scraped and probed.
type backlogCache struct {
	read    func(context.Context) (Backlog, error)
	maxAge  time.Duration
	timeout time.Duration
	failed  prometheus.Counter

	mu      sync.Mutex
	at      time.Time
	backlog Backlog
	err     error
}

func (c *backlogCache) get() (Backlog, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() || time.Since(c.at) > c.maxAge {
		ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
		defer cancel()
		c.backlog, c.err = c.read(ctx)
		c.at = time.Now()
		if c.err != nil {
			c.failed.Inc()
		}
	}
	return c.backlog, c.err
}

// backlogCollector exposes the backlog when scraped. While the broker cannot be asked its series are absent: an old figure would look like a live one.
type backlogCollector struct {
	cache                                            *backlogCache
	pending, ackPending, redelivered, oldest, maxAge *prometheus.Desc
}

func newBacklogCollector(cache *backlogCache) *backlogCollector {
	desc := func(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }
	return &backlogCollector{
		cache:       cache,
		pending:     desc("claimscrub_consumer_pending_encounters", "Inputs stored and not yet delivered to a worker."),
		ackPending:  desc("claimscrub_consumer_ack_pending_encounters", "Inputs delivered to a worker and not yet settled."),
		redelivered: desc("claimscrub_consumer_redelivered_encounters", "Unsettled inputs that were delivered more than once."),
		oldest:      desc("claimscrub_consumer_oldest_pending_seconds", "Age of the oldest input without an outcome, 0 when there is none."),
		maxAge:      desc("claimscrub_stream_max_age_seconds", "Age at which the input stream drops an input, read or unread; 0 for never."),
	}
}

func (c *backlogCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.pending, c.ackPending, c.redelivered, c.oldest, c.maxAge} {
		ch <- d
	}
}

func (c *backlogCollector) Collect(ch chan<- prometheus.Metric) {
	b, err := c.cache.get()
	if err != nil {
		return
	}
	var oldest time.Duration
	if !b.Oldest.IsZero() {
		oldest = max(time.Since(b.Oldest), 0)
	}
	for desc, value := range map[*prometheus.Desc]float64{
		c.pending: float64(b.Pending), c.ackPending: float64(b.AckPending), c.redelivered: float64(b.Redelivered),
		c.oldest: oldest.Seconds(), c.maxAge: b.MaxAge.Seconds(),
	} {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
}
