package handlers

import (
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Labels are the closed sets of label values. Every series of them exists from the start, at zero, so that a rate is right from the first event
// on and a dashboard shows a rule that never spoke.
type Labels struct {
	Rules, Severities, NotEvaluatedReasons []string
	Version, Revision, GoVersion           string
}

// otherLabel stands for a value outside the closed sets, so that a mistake is visible without opening the sets.
const otherLabel = "other"

// Metrics are the worker's metrics.
type Metrics struct {
	inputs           [DeadLettered + 1]prometheus.Counter
	findings         *family[FindingCount]
	notEvaluated     *family[NotEvaluatedCount]
	deadLetters      map[string]prometheus.Counter
	scrubSeconds     prometheus.Histogram
	latencySeconds   prometheus.Histogram
	inFlight         prometheus.Gauge
	redeliveries     prometheus.Counter
	publishFailures  prometheus.Counter
	duplicates       prometheus.Counter
	outputBlocked    prometheus.Gauge
	reloadFailures   *prometheus.CounterVec
	editionAge       *prometheus.GaugeVec
	editionCoverage  *prometheus.GaugeVec
	brokerUnreadable prometheus.Counter

	severities, reasons []string
}

// Kinds of what a worker reloads, as labels of reload failures.
const (
	ReloadReferenceData = "reference_data"
	ReloadProfiles      = "profiles"
)

// NewMetrics registers the metrics with reg and creates every series.
func NewMetrics(reg prometheus.Registerer, labels Labels) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return register(reg, prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help}))
	}
	gauge := func(name, help string) prometheus.Gauge {
		return register(reg, prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help}))
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
	}
	gauges := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels))
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return register(reg, prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}))
	}
	m := &Metrics{
		scrubSeconds: histogram("claimscrub_scrub_duration_seconds", "Time to decode, scrub and encode one input.",
			[]float64{10e-6, 20e-6, 30e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 50e-3, 0.25, 1}),
		latencySeconds: histogram("claimscrub_latency_seconds", "Time from the broker's receipt of an input to the broker's receipt of its outcome.",
			[]float64{0.5e-3, 1e-3, 2e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600}),
		inFlight:         gauge("claimscrub_in_flight_encounters", "Inputs in the worker's hands."),
		redeliveries:     counter("claimscrub_redeliveries_total", "Inputs received that had been delivered before."),
		publishFailures:  counter("claimscrub_publish_failures_total", "Publishes that the broker refused or did not acknowledge; each is tried again."),
		duplicates:       counter("claimscrub_publish_duplicates_total", "Outcomes published a second time and dropped by the broker."),
		outputBlocked:    gauge("claimscrub_output_blocked", "1 while an outcome cannot be published and inputs are held back, else 0."),
		reloadFailures:   counters("claimscrub_reload_failures_total", "Reloads refused; what was loaded before stays in force.", "kind"),
		editionAge:       gauges("claimscrub_edition_age_seconds", "Time since the newest edition of a reference table took effect.", "table", "edition"),
		editionCoverage:  gauges("claimscrub_edition_coverage_end_timestamp_seconds", "When the newest edition of a reference table stops covering, 0 for never.", "table", "edition"),
		brokerUnreadable: counter("claimscrub_backlog_failures_total", "Reads of the consumer's backlog that failed."),
	}
	inputs := counters("claimscrub_encounters_total", "Inputs that ended, by result.", "result")
	for r := Ready; r <= DeadLettered; r++ {
		m.inputs[r] = inputs.WithLabelValues(r.String())
	}
	m.findings = newFamily(counters("claimscrub_findings_total", "Findings, by rule and severity.", "rule", "severity"),
		func(f FindingCount) (string, string) { return f.Rule, f.Severity })
	m.notEvaluated = newFamily(counters("claimscrub_not_evaluated_total", "Rules that could not be judged, by rule and reason.", "rule", "reason"),
		func(n NotEvaluatedCount) (string, string) { return n.Rule, n.Reason })
	m.severities, m.reasons = labels.Severities, labels.NotEvaluatedReasons
	m.DeclareRules(labels.Rules)
	letters := counters("claimscrub_deadletters_total", "Inputs set aside, by reason.", "reason")
	m.deadLetters = map[string]prometheus.Counter{otherLabel: letters.WithLabelValues(otherLabel)}
	for _, reason := range DeadLetterReasons() {
		m.deadLetters[reason] = letters.WithLabelValues(reason)
	}
	for _, kind := range []string{ReloadReferenceData, ReloadProfiles} {
		m.reloadFailures.WithLabelValues(kind)
	}
	gauges("claimscrub_build_info", "1, labelled with what this binary was built from.", "version", "revision", "goversion").
		WithLabelValues(labels.Version, labels.Revision, labels.GoVersion).Set(1)
	return m
}

// ended counts an outcome that the broker has stored. A second publish of the same outcome counts as a duplicate and as nothing else.
func (m *Metrics) ended(d *Decision, received time.Time, duplicate bool) {
	if duplicate {
		m.duplicates.Inc()
		return
	}
	m.latencySeconds.Observe(time.Since(received).Seconds())
	m.inputs[d.Result].Inc()
	if d.Result == DeadLettered {
		if letters, ok := m.deadLetters[d.Reason]; ok {
			letters.Inc()
		} else {
			m.deadLetters[otherLabel].Inc()
		}
	}
	for _, f := range d.Findings {
		m.findings.inc(f)
	}
	for _, n := range d.NotEvaluated {
		m.notEvaluated.inc(n)
	}
}

// ReloadFailed counts a reload that was refused, by kind, one of the Reload constants.
func (m *Metrics) ReloadFailed(kind string) { m.reloadFailures.WithLabelValues(kind).Inc() }

// SetEdition records the newest edition of a reference table: its age in days, and the day its coverage ends, zero for never.
func (m *Metrics) SetEdition(table, name string, ageDays int, coverageEnd time.Time) {
	m.editionAge.DeletePartialMatch(prometheus.Labels{"table": table})
	m.editionCoverage.DeletePartialMatch(prometheus.Labels{"table": table})
	m.editionAge.WithLabelValues(table, name).Set(float64(ageDays) * (24 * time.Hour).Seconds())
	var end float64
	if !coverageEnd.IsZero() {
		end = float64(coverageEnd.Unix())
	}
	m.editionCoverage.WithLabelValues(table, name).Set(end)
}

// DeclareRules adds rules to the closed set, as a profile that brings rules of its own does. Rules already in it keep their counts.
func (m *Metrics) DeclareRules(rules []string) {
	var findings []FindingCount
	var unevaluated []NotEvaluatedCount
	for _, rule := range rules {
		for _, severity := range m.severities {
			findings = append(findings, FindingCount{rule, severity})
		}
		for _, reason := range m.reasons {
			unevaluated = append(unevaluated, NotEvaluatedCount{rule, reason})
		}
	}
	m.findings.declare(findings...)
	m.notEvaluated.declare(unevaluated...)
}

// family is a counter vector over pairs of a closed set, with every child resolved beforehand.
type family[K comparable] struct {
	vec    *prometheus.CounterVec
	labels func(K) (string, string)
	other  prometheus.Counter

	declaring sync.Mutex
	children  atomic.Pointer[map[K]prometheus.Counter] // replaced whole, so that counting takes no lock
}

func newFamily[K comparable](vec *prometheus.CounterVec, labels func(K) (string, string)) *family[K] {
	f := &family[K]{vec: vec, labels: labels, other: vec.WithLabelValues(otherLabel, otherLabel)}
	f.children.Store(&map[K]prometheus.Counter{})
	return f
}

func (f *family[K]) declare(keys ...K) {
	f.declaring.Lock()
	defer f.declaring.Unlock()
	children := maps.Clone(*f.children.Load())
	for _, k := range keys {
		children[k] = f.vec.WithLabelValues(f.labels(k))
	}
	f.children.Store(&children)
}

func (f *family[K]) inc(k K) {
	if c, ok := (*f.children.Load())[k]; ok {
		c.Inc()
		return
	}
	f.other.Inc()
}

// register panics when reg has the metric already: that is a programmer's error at start.
func register[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if err := reg.Register(c); err != nil {
		panic(fmt.Sprintf("register metrics: %v", err))
	}
	return c
}
