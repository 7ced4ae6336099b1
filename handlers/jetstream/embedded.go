// Package jetstream carries messages over NATS JetStream: a Watermill subscriber and publisher, the streams and consumer they need, and a broker
// to embed. It is the only package that imports nats.go or nats-server.
package jetstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// MaxPayload is the broker's message limit in bytes: an input is at most 1 MiB, and its outcome or dead letter must fit with room to spare.
const MaxPayload = 8 << 20

// EmbeddedConfig configures a broker inside this process.
type EmbeddedConfig struct {
	// Listen is host:port. Empty, or port 0, is a free port on the loopback address.
	Listen string
	// StoreDir is where streams are kept; it outlives the process. Required.
	StoreDir string
	// SyncAlways syncs each message to disk before it is acknowledged. Without it a power failure can take up to the last two minutes of
	// acknowledged messages; a crash of the process alone takes nothing. It costs about nine tenths of the throughput.
	SyncAlways bool
	// EncryptionKey encrypts what is stored, when not empty (ChaCha20-Poly1305).
	EncryptionKey string
	// StartTimeout bounds the wait for the broker to be ready, recovery of stored streams included. Default one minute.
	StartTimeout time.Duration
	Logger       *slog.Logger
}

// Embedded is a broker inside this process.
type Embedded struct {
	server *server.Server
	once   sync.Once
}

// StartEmbedded starts a broker and returns when it takes connections and JetStream is up. Errors say what the broker said.
func StartEmbedded(ctx context.Context, cfg EmbeddedConfig) (*Embedded, error) {
	if cfg.StoreDir == "" {
		return nil, errors.New("start embedded broker: store directory is empty, expected a path")
	}
	host, port, err := splitListen(cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("start embedded broker: %w", err)
	}
	if cfg.StartTimeout == 0 {
		cfg.StartTimeout = time.Minute
	}
	opts := &server.Options{
		ServerName: "claimscrub",
		Host:       host, Port: port,
		JetStream: true, StoreDir: cfg.StoreDir, SyncAlways: cfg.SyncAlways,
		MaxPayload: MaxPayload, NoSigs: true, DisableShortFirstPing: true,
	}
	if cfg.EncryptionKey != "" {
		opts.JetStreamKey, opts.JetStreamCipher = cfg.EncryptionKey, server.ChaCha
		if err := mendStore(cfg.StoreDir); err != nil {
			return nil, fmt.Errorf("start embedded broker: %w", err)
		}
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("start embedded broker: %w", err)
	}
	log := newServerLog(cfg.Logger)
	s.SetLoggerV2(log, false, false, false)
	e := &Embedded{server: s}
	s.Start()
	err = e.awaitReady(ctx, cfg.StartTimeout, log.fatal)
	if err == nil {
		err = e.restored(cfg.StoreDir)
	}
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("start embedded broker on %s, store %s: %w", net.JoinHostPort(host, strconv.Itoa(max(port, 0))), cfg.StoreDir, err)
	}
	return e, nil
}

func (e *Embedded) awaitReady(ctx context.Context, timeout time.Duration, fatal <-chan error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("not ready after %s", timeout))
	defer cancel()
	for {
		select {
		case err := <-fatal:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		default:
		}
		if e.server.ReadyForConnections(20*time.Millisecond) && e.server.JetStreamEnabled() {
			return nil
		}
	}
}

// URL is where clients connect.
func (e *Embedded) URL() string { return e.server.ClientURL() }

// Close stops the broker and returns when its files are closed. It may be called twice.
func (e *Embedded) Close() {
	e.once.Do(func() {
		e.server.Shutdown()
		e.server.WaitForShutdown()
	})
}

func splitListen(listen string) (host string, port int, err error) {
	if listen == "" {
		return "127.0.0.1", server.RANDOM_PORT, nil
	}
	host, digits, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, fmt.Errorf("listen address %q: expected host:port", listen)
	}
	port, err = strconv.Atoi(digits)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("listen address %q: port expected 0 to 65535", listen)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return host, port, nil
}

// serverLog hands the broker's lines to slog: its notices are our debug. A fatal line (port taken, store unreadable) ends the start.
type serverLog struct {
	log   *slog.Logger
	fatal chan error
}

func newServerLog(log *slog.Logger) *serverLog {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &serverLog{log: log.With("component", "broker"), fatal: make(chan error, 1)}
}

func (l *serverLog) Noticef(format string, v ...any) { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l *serverLog) Warnf(format string, v ...any)   { l.log.Warn(unquoted(fmt.Sprintf(format, v...))) }
func (l *serverLog) Errorf(format string, v ...any)  { l.log.Error(unquoted(fmt.Sprintf(format, v...))) }
func (l *serverLog) Debugf(string, ...any)           {}
func (l *serverLog) Tracef(string, ...any)           {}

func (l *serverLog) Fatalf(format string, v ...any) {
	select {
	case l.fatal <- fmt.Errorf(format, v...):
	default:
	}
}

// unquoted is what a broker or its client says of a breach of the protocol, without what the other side sent: where a length is miscounted that is a
// piece of a body, and so of a patient's record.
func unquoted(text string) string {
	for _, said := range []string{"parser ERROR", "Parse Error", "Malformed JetStream API Request", "processPub ", "processHeaderPub ", "processSub ", "processUnsub ", "processMsgArgs ", "processHeaderMsgArgs "} {
		at := strings.Index(text, said)
		if at < 0 {
			continue
		}
		if quote := strings.IndexAny(text[at:], `'"`); quote >= 0 {
			return text[:at+quote] + "(not shown)"
		}
	}
	return text
}
