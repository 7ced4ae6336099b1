package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/pflag"

	"claimscrub/handlers/jetstream"
)

// defaultURL is the broker that a client command talks to: the one that run embeds.
const defaultURL = "nats://127.0.0.1:4222"

// brokerFlags are the flags of every command that talks to a broker.
type brokerFlags struct{ url, creds, nkey, inbox, ca, cert, key string }

func (b *brokerFlags) add(f *pflag.FlagSet, url, usage string) {
	f.StringVar(&b.url, "nats-url", url, usage)
	f.StringVar(&b.creds, "nats-creds", "", "NATS credentials file (JWT and seed)")
	f.StringVar(&b.nkey, "nats-nkey", "", "NATS nkey seed file")
	f.StringVar(&b.inbox, "nats-inbox-prefix", "", "subject under which answers come, where the broker lets each user listen on its own alone (default _INBOX)")
	f.StringVar(&b.ca, "nats-ca", "", "certificate authorities to trust, PEM")
	f.StringVar(&b.cert, "nats-cert", "", "client certificate for mutual TLS, PEM")
	f.StringVar(&b.key, "nats-key", "", "key of the client certificate, PEM")
}

func (b *brokerFlags) config(name string, log *slog.Logger) jetstream.ConnectConfig {
	return jetstream.ConnectConfig{
		URL: b.url, Name: name, CredsFile: b.creds, NKeyFile: b.nkey, InboxPrefix: b.inbox, CAFile: b.ca, CertFile: b.cert, KeyFile: b.key, Logger: log,
	}
}

// connectTimeout is how long a client command waits for a broker that is not there.
const connectTimeout = 10 * time.Second

// connect returns a connection that is up.
func (b *brokerFlags) connect(ctx context.Context, name string) (*jetstream.Conn, error) {
	conn, err := jetstream.Connect(b.config(name, slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, connectTimeout, errors.New("not reachable"))
	defer cancel()
	if err := conn.Await(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("connect to broker %s: %w; is one running there? claimscrub run starts one", conn.Address(), err)
	}
	return conn, nil
}
