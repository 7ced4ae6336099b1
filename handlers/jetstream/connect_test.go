package jetstream_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"claimscrub/handlers"
	"claimscrub/handlers/jetstream"
	"claimscrub/handlers/jetstream/jetstreamtest"
)

// guardedBroker is a real server with the security that change asks for.
func guardedBroker(t *testing.T, change func(*server.Options)) string {
	t.Helper()
	opts := &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true}
	change(opts)
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("server not ready")
	}
	return strings.Replace(s.ClientURL(), "tls://", "nats://", 1)
}

func serverTLS(t *testing.T, a *jetstreamtest.Authority, valid time.Duration, clients *jetstreamtest.Authority) func(*server.Options) {
	t.Helper()
	cert, key := a.Issue(valid)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *server.Options) {
		o.TLS, o.TLSTimeout = true, 5
		o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		if clients != nil {
			o.TLSVerify = true
			o.TLSConfig.ClientAuth, o.TLSConfig.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
			o.TLSConfig.ClientCAs.AddCert(clients.Cert)
		}
	}
}

func TestAnAddressThatIsNoURLIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"nats://user:s3cret%zz@127.0.0.1:1", "nats://127.0.0.1:1, user:s3 cret@127.0.0.1:1"} {
		var logged bytes.Buffer
		_, err := jetstream.Connect(jetstream.ConnectConfig{URL: at, Logger: slog.New(slog.NewTextHandler(&logged, nil))})
		if err == nil || !strings.Contains(err.Error(), "percent-encoded") || strings.Contains(err.Error()+logged.String(), "s3") {
			t.Errorf("%s: error %v, log %s; want what to write, and no password", at, err, &logged)
		}
	}
}

func TestATokenInTheAddressIsNotShown(t *testing.T) {
	t.Parallel()
	broker := guardedBroker(t, func(o *server.Options) { o.Authorization = "s3cret" })
	conn := connect(t, strings.Replace(broker, "nats://", "nats://s3cret@", 1))
	if shown := conn.URL() + " " + conn.Address(); strings.Contains(shown, "s3cret") || conn.URL() != broker {
		t.Errorf("shown is %s, want %s", shown, broker)
	}
	away := connect(t, "nats://s3cret@127.0.0.1:1")
	if shown := away.Address(); shown != "nats://127.0.0.1:1" {
		t.Errorf("shown is %s, want no token", shown)
	}
}

func TestConnectRefusalsSayWhich(t *testing.T) {
	t.Parallel()
	ours, other := jetstreamtest.NewAuthority(t), jetstreamtest.NewAuthority(t)
	goodCert, goodKey := ours.Issue(time.Hour)
	otherCert, otherKey := other.Issue(time.Hour)
	oldCert, oldKey := ours.Issue(-time.Hour)
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, _ := pair.Seed()
	public, _ := pair.PublicKey()
	seedFile := filepath.Join(t.TempDir(), "user.nk")
	if err := os.WriteFile(seedFile, seed, 0o600); err != nil {
		t.Fatal(err)
	}

	oneWay := guardedBroker(t, serverTLS(t, ours, time.Hour, nil))
	mutual := guardedBroker(t, serverTLS(t, ours, time.Hour, ours))
	expired := guardedBroker(t, serverTLS(t, ours, -time.Hour, nil))
	plain := guardedBroker(t, func(*server.Options) {})
	token := guardedBroker(t, func(o *server.Options) { o.Authorization = "s3cret" })
	nkey := guardedBroker(t, func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: public}} })
	with := func(url, user string) string { return strings.Replace(url, "nats://", "nats://"+user+"@", 1) }

	for name, c := range map[string]struct {
		cfg  jetstream.ConnectConfig
		want string // empty: accepted
	}{
		"tls":                       {jetstream.ConnectConfig{URL: oneWay, CAFile: ours.File}, ""},
		"tls, wrong authority":      {jetstream.ConnectConfig{URL: oneWay, CAFile: other.File}, "not signed by a trusted authority"},
		"tls, expired":              {jetstream.ConnectConfig{URL: expired, CAFile: ours.File}, "expired or not yet valid"},
		"tls asked of a plain one":  {jetstream.ConnectConfig{URL: plain, CAFile: ours.File}, "speaks TLS and the other does not"},
		"mutual tls":                {jetstream.ConnectConfig{URL: mutual, CAFile: ours.File, CertFile: goodCert, KeyFile: goodKey}, ""},
		"mutual tls, no client":     {jetstream.ConnectConfig{URL: mutual, CAFile: ours.File}, "refused our certificate"},
		"mutual tls, wrong client":  {jetstream.ConnectConfig{URL: mutual, CAFile: ours.File, CertFile: otherCert, KeyFile: otherKey}, "refused our certificate"},
		"mutual tls, old client":    {jetstream.ConnectConfig{URL: mutual, CAFile: ours.File, CertFile: oldCert, KeyFile: oldKey}, "refused our certificate"},
		"certificate without key":   {jetstream.ConnectConfig{URL: mutual, CAFile: ours.File, CertFile: goodCert}, "must be given together"},
		"token":                     {jetstream.ConnectConfig{URL: with(token, "s3cret")}, ""},
		"token missing":             {jetstream.ConnectConfig{URL: token}, "credentials are refused"},
		"token wrong":               {jetstream.ConnectConfig{URL: with(token, "guess")}, "credentials are refused"},
		"nkey":                      {jetstream.ConnectConfig{URL: nkey, NKeyFile: seedFile}, ""},
		"nkey missing":              {jetstream.ConnectConfig{URL: nkey}, "credentials are refused"},
		"nkey file not there":       {jetstream.ConnectConfig{URL: nkey, NKeyFile: "/does/not/exist"}, "nkey file"},
		"credentials not there":     {jetstream.ConnectConfig{URL: plain, CredsFile: "/does/not/exist"}, "/does/not/exist"},
		"credentials and nkey both": {jetstream.ConnectConfig{URL: nkey, NKeyFile: seedFile, CredsFile: seedFile}, "exclude each other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := jetstream.Connect(c.cfg)
			if err == nil {
				defer conn.Close()
			}
			switch {
			case c.want == "" && (err != nil || !conn.Connected()):
				t.Errorf("refused: %v", err)
			case c.want != "" && err == nil:
				t.Errorf("accepted, want %q", c.want)
			case c.want != "" && !strings.Contains(err.Error(), c.want):
				t.Errorf("error %q, want it to say %q", err, c.want)
			case err != nil && strings.Contains(err.Error(), "guess"):
				t.Errorf("error %q holds the token", err)
			}
		})
	}
}

func TestConnectWaitsForABrokerThatIsNotThereYet(t *testing.T) {
	t.Parallel()
	reserved, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := reserved.Addr().String()
	reserved.Close()
	conn := connect(t, "nats://"+address)
	if conn.Connected() {
		t.Fatal("connected to nobody")
	}
	if _, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false); err == nil || !strings.Contains(err.Error(), "not connected") {
		t.Errorf("error %v, want one that says why", err)
	}
	broker, err := jetstream.StartEmbedded(t.Context(), jetstream.EmbeddedConfig{StoreDir: t.TempDir(), Listen: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	for deadline := time.Now().Add(20 * time.Second); !conn.Connected(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not connected")
		}
	}
}

func TestABrokerThatComesLaterAndIsRefusedIsSaid(t *testing.T) {
	t.Parallel()
	ours := jetstreamtest.NewAuthority(t)
	for want, change := range map[string]func(*server.Options){
		"the broker's certificate is expired or not yet valid": serverTLS(t, ours, -time.Hour, nil),
		"the credentials are refused":                          func(o *server.Options) { o.Authorization = "s3cret" },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			reserved, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			at := reserved.Addr().(*net.TCPAddr)
			reserved.Close()
			cfg := jetstream.ConnectConfig{URL: "nats://" + at.String()}
			if strings.Contains(want, "certificate") {
				cfg.CAFile = ours.File
			}
			conn, err := jetstream.Connect(cfg)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(conn.Close)
			guardedBroker(t, func(o *server.Options) {
				change(o)
				o.Port = at.Port
			})
			for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				_, err := jetstream.DefaultTopology().Backlog(t.Context(), conn) // what /readyz says
				if err != nil && strings.Contains(err.Error(), "not connected: "+want) {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("error %v, want %q", err, want)
				}
			}
		})
	}
}

func TestABrokerWithALowerLimitRefusesWhatItCouldNotSetAside(t *testing.T) {
	t.Parallel()
	for _, limit := range []int32{1 << 20, 64 << 10} {
		conn := connect(t, guardedBroker(t, func(o *server.Options) { o.MaxPayload = limit }))
		drifts, err := jetstream.DefaultTopology().Ensure(t.Context(), conn, false)
		if err != nil || len(drifts) != 1 || drifts[0].Field != "max_payload" {
			t.Fatalf("drifts %v, error %v; want the broker's limit alone", drifts, err)
		}
		input := jetstream.Record{Subject: subject, Body: make([]byte, limit)}
		if err := conn.PublishRecord(t.Context(), input); !errors.Is(err, handlers.ErrTooLarge) {
			t.Errorf("limit %d: an input of as many bytes: error %v, want it refused: its dead letter would be larger", limit, err)
		}
		input.Body = input.Body[:limit/2]
		if err := conn.PublishRecord(t.Context(), input); err != nil {
			t.Errorf("limit %d: an input of half of it: %v", limit, err)
		}
	}
}

func TestClosingWhileTheFirstPublishBeginsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	url := startBroker(t).URL()
	if _, err := jetstream.DefaultTopology().Ensure(t.Context(), connect(t, url), false); err != nil {
		t.Fatal(err)
	}
	for range 300 {
		conn, err := jetstream.Connect(jetstream.ConnectConfig{URL: url, PublishTimeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		var publishing sync.WaitGroup
		publishing.Go(func() {
			_ = jetstream.NewPublisher(conn).Publish("claim.ready", message.NewMessage("", []byte("{}"))) // stored or not, as it falls
		})
		conn.Close()
		publishing.Wait()
	}
}
