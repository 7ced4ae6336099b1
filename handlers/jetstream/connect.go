package jetstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

// ConnectConfig says where the broker is and how to prove who we are. All files are read when connecting.
type ConnectConfig struct {
	// URL is one or more broker addresses, separated by commas. A user and password, or a token, may stand before the @.
	URL string
	// Name is how this connection is listed by the broker.
	Name string
	// CAFile holds the authorities to trust, CertFile and KeyFile this client's certificate for mutual TLS (PEM).
	CAFile, CertFile, KeyFile string
	// CredsFile is a NATS credentials file (JWT and seed), NKeyFile a seed file alone.
	CredsFile, NKeyFile string
	// InboxPrefix is the subject under which answers come, where the broker lets a user listen on its own alone. Empty means _INBOX.
	InboxPrefix string
	// PublishTimeout bounds the wait for the broker's acknowledgement of one publish. Default 5 seconds.
	PublishTimeout time.Duration
	Logger         *slog.Logger
}

// Conn is a connection that, once Connect returned it, reconnects for ever.
type Conn struct {
	nc         *nats.Conn
	js         js.JetStream
	log        *slog.Logger
	publishing sync.RWMutex  // held by publishes that begin, and by the end of the connection
	closed     chan struct{} // closed by Close
}

// Connect returns a connection. A broker that cannot be reached is waited for in the background, since workers and brokers start in any order; one
// that refuses us (authority, certificate, credentials) is an error that says which, since waiting mends nothing.
func Connect(cfg ConnectConfig) (*Conn, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.PublishTimeout == 0 {
		cfg.PublishTimeout = 5 * time.Second
	}
	opts, err := options(cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to broker: %w", err)
	}
	nc, err := nats.Connect(cfg.URL, opts...)
	for range 10 {
		if !cutOff(err) {
			break
		}
		nc, err = nats.Connect(cfg.URL, opts...)
	}
	if err != nil && unreachable(err) {
		cfg.Logger.Warn("broker not reachable, trying on", "error", err)
		nc, err = nats.Connect(cfg.URL, append(opts, nats.RetryOnFailedConnect(true))...)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to broker: %w", explain(err))
	}
	c := &Conn{nc: nc, log: cfg.Logger, closed: make(chan struct{})}
	// The limit on unacknowledged publishes is far above any window, so that a publish never stalls on it.
	c.js, err = js.New(nc, js.WithPublishAsyncTimeout(cfg.PublishTimeout), js.WithPublishAsyncMaxPending(1<<16))
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("connect to broker: %w", err)
	}
	return c, nil
}

// Connected reports whether the broker is there now.
func (c *Conn) Connected() bool { return c.nc.IsConnected() }

// notConnected says so, and which refusal it is where the broker is there and refuses us, or we it: a certificate that ran out, say.
func (c *Conn) notConnected() error {
	if why := refusal(c.nc.LastError()); why != "" {
		return errors.New("broker not connected: " + why)
	}
	return errors.New("broker not connected")
}

// URL is the broker connected to, without credentials; empty while there is none.
func (c *Conn) URL() string { return connectedTo(c.nc) }

// Close sends what is buffered, waiting at most 2 seconds for it, and closes the connection.
func (c *Conn) Close() {
	c.flush()
	c.publishing.Lock() // the client's first publish starts a goroutine that never ends if the connection is closed meanwhile
	defer c.publishing.Unlock()
	c.nc.Close()
	select {
	case <-c.closed:
	default:
		close(c.closed)
	}
}

// publish sends m and returns at once.
func (c *Conn) publish(m *nats.Msg) (js.PubAckFuture, error) {
	c.publishing.RLock()
	defer c.publishing.RUnlock()
	return c.js.PublishMsgAsync(m)
}

// flush returns when what was sent has left, or after 2 seconds, or at once when there is nobody to take it.
func (c *Conn) flush() {
	if c.Connected() {
		_ = c.nc.FlushTimeout(2 * time.Second)
	}
}

// patience is how long to wait for an answer of the broker: limit, but hardly at all while it is away.
func (c *Conn) patience(limit time.Duration) time.Duration {
	if c.Connected() {
		return limit
	}
	return 50 * time.Millisecond
}

// fetchBytes is how many bytes to ask for at once: n, and twice the largest message at least, since one that does not fit would never come.
func (c *Conn) fetchBytes(n int) int { return max(n, 2*int(c.nc.MaxPayload()), 2*MaxPayload) }

func options(cfg ConnectConfig) ([]nats.Option, error) {
	for at := range strings.SplitSeq(cfg.URL, ",") {
		if at = strings.TrimSpace(at); !strings.Contains(at, "://") {
			at = "nats://" + at
		}
		if _, err := url.Parse(at); err != nil { // the error quotes what it was given, a password too
			return nil, errors.New("an address of the broker is no URL: expected nats://host:port, a user or password before it percent-encoded")
		}
	}
	log := cfg.Logger
	opts := []nats.Option{
		nats.Name(cfg.Name),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(500 * time.Millisecond),
		nats.ReconnectJitter(250*time.Millisecond, 500*time.Millisecond),
		// Rotated credentials are refused for a while and then accepted; a worker that runs does not give up on them.
		nats.IgnoreAuthErrorAbort(),
		nats.Timeout(5 * time.Second),
		nats.PingInterval(5 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("broker connection lost", "error", unquoted(err.Error()))
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) { log.Info("broker connected", "url", connectedTo(nc)) }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { log.Debug("broker not reachable", "error", err) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Error("broker reported", "error", err) }),
	}
	if cfg.InboxPrefix != "" {
		opts = append(opts, nats.CustomInboxPrefix(cfg.InboxPrefix))
	}
	if cfg.CAFile != "" {
		opts = append(opts, nats.RootCAs(cfg.CAFile))
	}
	if (cfg.CertFile == "") != (cfg.KeyFile == "") {
		return nil, errors.New("client certificate and key must be given together")
	}
	if cfg.CertFile != "" {
		opts = append(opts, nats.ClientCert(cfg.CertFile, cfg.KeyFile))
	}
	if cfg.CredsFile != "" && cfg.NKeyFile != "" {
		return nil, errors.New("credentials file and nkey file exclude each other")
	}
	if cfg.CredsFile != "" {
		opts = append(opts, nats.UserCredentials(cfg.CredsFile))
	}
	if cfg.NKeyFile != "" {
		nkey, err := nats.NkeyOptionFromSeed(cfg.NKeyFile)
		if err != nil {
			return nil, fmt.Errorf("nkey file: %w", err)
		}
		opts = append(opts, nkey)
	}
	return opts, nil
}

// unreachable reports whether waiting may mend err: the network refused or timed out, rather than a broker that answered and refused us.
func unreachable(err error) bool {
	if refusal(err) != "" {
		return false
	}
	var netErr interface{ Timeout() bool } // net.Error and net.OpError alike
	return errors.Is(err, nats.ErrNoServers) || errors.Is(err, nats.ErrTimeout) || errors.As(err, &netErr)
}

// cutOff reports whether a broker that answered closed the connection without a reason that reached us. With TLS 1.3 a refused certificate looks so
// when the close overtakes the alert; another try tells.
func cutOff(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.As(err, &op) && (op.Op == "read" || op.Op == "write") && !op.Timeout()
}

// explain puts in front of err what the broker or its certificate refused, where that is known.
func explain(err error) error {
	if why := refusal(err); why != "" {
		return fmt.Errorf("%s: %w", why, err)
	}
	return err
}

func refusal(err error) string {
	var (
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		hostname  x509.HostnameError
		remote    *net.OpError // crypto/tls reports an alert of the other side as one of these
		record    tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &authority):
		return "the broker's certificate is not signed by a trusted authority"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the broker's certificate is expired or not yet valid"
	case errors.As(err, &invalid):
		return "the broker's certificate is not valid"
	case errors.As(err, &hostname):
		return "the broker's certificate is for another host"
	case errors.As(err, &remote) && remote.Op == "remote error":
		return "the broker refused our certificate"
	case errors.As(err, &record), errors.Is(err, nats.ErrSecureConnRequired), errors.Is(err, nats.ErrSecureConnWanted):
		return "one side speaks TLS and the other does not"
	case errors.Is(err, nats.ErrAuthExpired):
		return "the credentials are expired"
	case errors.Is(err, nats.ErrAuthRevoked):
		return "the credentials are revoked"
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAccountAuthExpired):
		return "the credentials are refused"
	default:
		return ""
	}
}

// refused adds to err what the broker refused this user, if it did: it does not answer what it refuses, so that err itself only says that time is up.
func (c *Conn) refused(err error) error {
	if last := c.nc.LastError(); err != nil && errors.Is(last, nats.ErrPermissionViolation) {
		return fmt.Errorf("%w: the broker refuses this user: %w", err, last)
	}
	return err
}

// Await returns when the broker is there, or with the cause of ctx's end.
func (c *Conn) Await(ctx context.Context) error {
	changed := c.nc.StatusChanged(nats.CONNECTED)
	defer c.nc.RemoveStatusListener(changed)
	if c.Connected() {
		return nil
	}
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Address is where the broker is, without credentials.
func (c *Conn) Address() string {
	if at := connectedTo(c.nc); at != "" {
		return at
	}
	var all []string
	for _, s := range c.nc.Servers() {
		all = append(all, withoutUser(s))
	}
	return strings.Join(all, ", ")
}

func connectedTo(nc *nats.Conn) string { return withoutUser(nc.ConnectedUrl()) }

// withoutUser takes out all that stands before the @ of an address: without a password it is a token, which url.Redacted would show.
func withoutUser(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return "" // the client has parsed it before
	}
	u.User = nil
	return u.String()
}
