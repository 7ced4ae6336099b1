package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
)

// Config is everything that run can be told, validated once.
type Config struct {
	broker brokerFlags
	// The embedded broker, when no URL is given.
	NATSListen, StoreDir, StoreKeyFile string
	SyncAlways                         bool
	Topology                           jetstream.Topology
	Subjects                           handlers.Subjects
	UpdateStreams                      bool
	Profiles, Refdata                  string
	HTTP, HTTPCert, HTTPKey, HTTPToken string
	Pprof                              bool
	Window, DeliveryLimit, Goroutines  int
	Drain                              time.Duration
	LogLevel                           string
}

func (cfg *Config) flags(f *pflag.FlagSet) {
	cfg.Topology = jetstream.DefaultTopology()
	t := &cfg.Topology
	cfg.broker.add(f, "", "broker to work for; without it one is embedded")
	f.StringVar(&cfg.NATSListen, "nats-listen", "127.0.0.1:4222", "address of the embedded broker")
	f.StringVar(&cfg.StoreDir, "store-dir", "claimscrub-data", "folder of the embedded broker's streams")
	f.StringVar(&cfg.StoreKeyFile, "store-key-file", "", "file with the key that encrypts the embedded broker's streams at rest; none for no encryption (default --store-dir with .key behind it, made at the first start)")
	f.BoolVar(&cfg.SyncAlways, "sync-always", false, "embedded broker: sync every message to disk before it is acknowledged")
	f.StringVar(&cfg.Profiles, "profiles", "", "folder of payer profiles beside the shipped ones, watched")
	f.StringVar(&cfg.Refdata, "refdata", "", "folder of imported reference data, watched")
	f.StringVar(&cfg.HTTP, "http", "127.0.0.1:9464", "address of /metrics, /healthz and /readyz")
	f.StringVar(&cfg.HTTPCert, "http-cert", "", "certificate for HTTPS, PEM")
	f.StringVar(&cfg.HTTPKey, "http-key", "", "key of the certificate, PEM")
	f.StringVar(&cfg.HTTPToken, "http-token-file", "", "file with the bearer token that /metrics asks for")
	f.BoolVar(&cfg.Pprof, "pprof", false, "serve /debug/pprof/")
	f.IntVar(&cfg.Window, "in-flight", 1000, "encounters in hand at a time")
	f.IntVar(&cfg.DeliveryLimit, "delivery-limit", 20, "deliveries after which an encounter without an outcome is a dead letter")
	f.IntVar(&cfg.Goroutines, "goroutines", 0, "encounters scrubbed at a time; 0 for one a processor")
	f.DurationVar(&cfg.Drain, "drain-timeout", 20*time.Second, "how long a stop waits for what is in hand")
	f.StringVar(&cfg.LogLevel, "log-level", "info", "debug, info, warn or error")
	topologyFlags(f, t, &cfg.Subjects, &cfg.UpdateStreams)
}

// topologyFlags are the flags of the commands that make streams.
func topologyFlags(f *pflag.FlagSet, t *jetstream.Topology, s *handlers.Subjects, update *bool) {
	*s = handlers.DefaultSubjects()
	f.StringVar(&t.Encounters.Subjects[0], "encounters-subject", t.Encounters.Subjects[0], "subject of the encounters")
	f.StringVar(&s.Ready, "ready-subject", s.Ready, "subject of the claims that are ready")
	f.StringVar(&s.Rejected, "rejected-subject", s.Rejected, "subject of the claims that are rejected")
	f.StringVar(&s.DeadLetter, "deadletters-subject", s.DeadLetter, "subject of the dead letters")
	f.IntVar(&t.Replicas, "replicas", 1, "replicas of each stream: 3 in a cluster")
	f.BoolVar(update, "update-streams", false, "change streams and consumer that differ from what is declared, instead of reporting it")
	f.StringVar(&t.Encounters.Name, "encounters-stream", t.Encounters.Name, "stream of the encounters")
	f.StringVar(&t.Claims.Name, "claims-stream", t.Claims.Name, "stream of the outcomes")
	f.StringVar(&t.DeadLetters.Name, "deadletters-stream", t.DeadLetters.Name, "stream of the dead letters")
	f.StringVar(&t.Consumer.Name, "consumer", t.Consumer.Name, "durable consumer that all workers share")
	f.DurationVar(&t.Encounters.MaxAge, "encounters-max-age", t.Encounters.MaxAge, "age at which an encounter leaves its stream; 0 for never")
	f.DurationVar(&t.Claims.MaxAge, "claims-max-age", t.Claims.MaxAge, "age at which an outcome leaves its stream; 0 for never")
	f.DurationVar(&t.DeadLetters.MaxAge, "deadletters-max-age", t.DeadLetters.MaxAge, "age at which a dead letter leaves its stream; 0 for never")
	f.Int64Var(&t.Encounters.MaxBytes, "encounters-max-bytes", 0, "size at which the stream of encounters refuses more; 0 for the broker's own limit")
	f.Int64Var(&t.Claims.MaxBytes, "claims-max-bytes", 0, "size at which the stream of outcomes refuses more; 0 for the broker's own limit")
	f.DurationVar(&t.Claims.Duplicates, "duplicate-window", t.Claims.Duplicates, "how long the broker remembers an outcome's id")
}

// holdTopology has the streams of outcomes hold the subjects, and reports every bound of what is made that is broken, by flag.
func holdTopology(t *jetstream.Topology, s handlers.Subjects) error {
	var b bounds
	b.demand(t.Replicas >= 1 && t.Replicas <= 5, "replicas", t.Replicas, "1 to 5")
	for _, stream := range []struct {
		name string
		of   *jetstream.Stream
	}{{"encounters", &t.Encounters}, {"claims", &t.Claims}, {"deadletters", &t.DeadLetters}} {
		b.demand(stream.of.MaxAge == 0 || stream.of.MaxAge >= time.Minute, stream.name+"-max-age", stream.of.MaxAge, "1m or more, or 0 for never")
		b.demand(stream.of.MaxBytes >= 0, stream.name+"-max-bytes", stream.of.MaxBytes, "bytes, or 0 for the broker's own limit")
		b.demand(named(stream.of.Name), stream.name+"-stream", strconv.Quote(stream.of.Name), "a name without dots, spaces, slashes and wildcards")
	}
	b.demand(named(t.Consumer.Name), "consumer", strconv.Quote(t.Consumer.Name), "a name without dots, spaces, slashes and wildcards")
	b.demand(t.Claims.Name != t.Encounters.Name && t.Claims.Name != t.DeadLetters.Name, "claims-stream", strconv.Quote(t.Claims.Name), "a stream of its own")
	b.demand(t.DeadLetters.Name != t.Encounters.Name, "deadletters-stream", strconv.Quote(t.DeadLetters.Name), "a stream of its own")
	b.demand(t.Claims.Duplicates >= time.Minute && (t.Claims.MaxAge <= 0 || t.Claims.Duplicates <= t.Claims.MaxAge),
		"duplicate-window", t.Claims.Duplicates, "1m or more, at most --claims-max-age")
	for _, of := range []*jetstream.Stream{&t.Encounters, &t.DeadLetters} {
		if of.MaxAge > 0 {
			of.Duplicates = min(of.Duplicates, of.MaxAge) // no stream remembers an id for longer than it keeps the message
		}
	}
	input, letter := t.Encounters.Subjects[0], s.DeadLetter
	taken := map[string]bool{}
	for _, subject := range []struct{ flag, name string }{
		{"encounters-subject", input}, {"ready-subject", s.Ready}, {"rejected-subject", s.Rejected}, {"deadletters-subject", letter},
	} {
		b.demand(!slices.Contains(strings.Split(subject.name, "."), "") && !strings.ContainsAny(subject.name, " \t\r\n\f*>"),
			subject.flag, strconv.Quote(subject.name), "a subject without spaces and wildcards, nothing empty between its dots")
		b.demand(!taken[subject.name], subject.flag, strconv.Quote(subject.name), "a subject of its own")
		taken[subject.name] = true
	}
	t.DeadLetters.Subjects = []string{letter}
	// claim.> holds the default ones alone, and must hold no other's.
	if s.Ready != handlers.SubjectReady || s.Rejected != handlers.SubjectRejected || strings.HasPrefix(input, "claim.") || strings.HasPrefix(letter, "claim.") {
		t.Claims.Subjects = []string{s.Ready, s.Rejected}
	}
	return errors.Join(b...)
}

// named reports whether the broker takes it for the name of a stream or a consumer.
func named(name string) bool { return name != "" && !strings.ContainsAny(name, " \t\r\n\f.*>/\\") }

// bounds are the errors of flags beyond their bounds.
type bounds []error

func (b *bounds) demand(ok bool, flag string, value any, expected string) {
	if !ok {
		*b = append(*b, fmt.Errorf("--%s %v: expected %s", flag, value, expected))
	}
}

// validate checks every bound and reports all that are broken, by flag.
func (cfg *Config) validate() error {
	var b bounds
	demand := b.demand
	demand(cfg.Window >= 1 && cfg.Window <= 16384, "in-flight", cfg.Window, "1 to 16384")
	demand(cfg.DeliveryLimit >= 2 && cfg.DeliveryLimit <= 1000, "delivery-limit", cfg.DeliveryLimit, "2 to 1000")
	demand(cfg.Goroutines >= 0 && cfg.Goroutines <= 1024, "goroutines", cfg.Goroutines, "0 to 1024")
	demand(cfg.Drain >= time.Second && cfg.Drain <= 10*time.Minute, "drain-timeout", cfg.Drain, "1s to 10m")
	demand(cfg.Topology.Replicas <= 1 || cfg.broker.url != "", "replicas", cfg.Topology.Replicas, "1 for the embedded broker")
	demand((cfg.HTTPCert == "") == (cfg.HTTPKey == ""), "http-cert", cfg.HTTPCert, "certificate and key together")
	if host, _, err := net.SplitHostPort(cfg.HTTP); err != nil {
		demand(false, "http", cfg.HTTP, "host:port")
	} else {
		open := !loopback(host)
		demand(!open || cfg.HTTPCert != "", "http", cfg.HTTP, "a loopback address, or --http-cert and --http-key with it")
		demand(!open || cfg.HTTPToken != "", "http", cfg.HTTP, "a loopback address, or --http-token-file with it")
	}
	var level slog.Level
	demand(level.UnmarshalText([]byte(cfg.LogLevel)) == nil, "log-level", cfg.LogLevel, "debug, info, warn or error")
	return errors.Join(append(b, holdTopology(&cfg.Topology, cfg.Subjects))...)
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// noStoreKey as the file of the store's key turns encryption off.
const noStoreKey = "none"

// storeKey returns the key that encrypts the embedded broker's streams, empty for none. The default file is made when there is none yet; one that was
// named must exist, and so must the default's once there is a store, since a new key would make what is stored unreadable.
func (cfg *Config) storeKey() (string, error) {
	if cfg.StoreKeyFile == noStoreKey {
		return "", nil
	}
	if cfg.StoreKeyFile != "" {
		return secret(cfg.StoreKeyFile)
	}
	path := filepath.Clean(cfg.StoreDir) + ".key"
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if stored, err := os.ReadDir(cfg.StoreDir); err == nil && len(stored) > 0 {
			return "", fmt.Errorf("--store-dir %s: expected its key in %s; --store-key-file names another file, or is %s where the store is not encrypted", cfg.StoreDir, path, noStoreKey)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", fmt.Errorf("make store key: %w", err)
		}
	}
	return keepSecret(path, newStoreKey)
}

// secret reads a one-line secret from a file.
func secret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	if s := strings.TrimSpace(string(text)); s != "" {
		return s, nil
	}
	return "", fmt.Errorf("read secret: %s is empty", path)
}

func runCommand() *cobra.Command {
	var cfg Config
	c := &cobra.Command{
		Use:   "run",
		Short: "Run a worker",
		Long: "run reads encounter.completed and publishes claim.ready and claim.rejected, until it is told to stop (SIGTERM): then it\n" +
			"drains what is in hand and exits with 0. A second signal leaves at once. SIGHUP reads profiles and reference data again.",
		Example: "  claimscrub run\n  claimscrub run --nats-url nats://a:4222,nats://b:4222 --replicas 3 --nats-creds worker.creds",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := cfg.validate(); err != nil {
				return err
			}
			return run(c.Context(), &cfg, newLogger(c.ErrOrStderr(), cfg.LogLevel))
		},
	}
	cfg.flags(c.Flags())
	return c
}

func run(ctx context.Context, cfg *Config, log *slog.Logger) error {
	s, err := startService(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer s.close()
	go func() {
		select {
		case <-s.worker.Running():
			log.Info("claimscrub runs", "version", release(), "broker", s.conn.Address(), "http", s.httpAddress())
		case <-ctx.Done():
		}
	}()
	return s.run(ctx)
}
