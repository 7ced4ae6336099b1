package jetstream_test

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	js "github.com/nats-io/nats.go/jetstream"

	"claimscrub/handlers/jetstream"
)

// cluster is three brokers in this process, named broker-0 to broker-2. Its tests are not parallel to others: brokers that wait for a processor
// call each other lost.
type cluster struct {
	t       *testing.T
	options [3]*server.Options
	servers [3]*server.Server
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t}
	var routes []*url.URL
	for i := range c.options {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer free.Close()
		routes = append(routes, &url.URL{Scheme: "nats", Host: free.Addr().String()})
		c.options[i] = &server.Options{
			ServerName: fmt.Sprintf("broker-%d", i), Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true,
			JetStream: true, StoreDir: t.TempDir(), MaxPayload: jetstream.MaxPayload,
			Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: free.Addr().(*net.TCPAddr).Port},
		}
		free.Close()
	}
	for i, o := range c.options {
		o.Routes = routes
		c.start(i)
		if !c.servers[i].ReadyForConnections(20 * time.Second) {
			t.Fatal("server not ready")
		}
		o.Port = c.servers[i].Addr().(*net.TCPAddr).Port // that of its next life
	}
	t.Cleanup(func() {
		for i := range c.servers {
			c.stop(i)
		}
	})
	eventually(t, "a cluster of three", func() error {
		for _, s := range c.servers {
			if len(s.JetStreamClusterPeers()) == len(c.servers) { // the leader alone knows
				return nil
			}
		}
		return errors.New("no leader with three peers")
	})
	return c
}

func (c *cluster) start(i int) {
	c.t.Helper()
	s, err := server.NewServer(c.options[i])
	if err != nil {
		c.t.Fatal(err)
	}
	c.servers[i] = s
	s.Start()
}

func (c *cluster) stop(i int) {
	c.servers[i].Shutdown()
	c.servers[i].WaitForShutdown()
}

func (c *cluster) url() string {
	var urls []string
	for _, s := range c.servers {
		urls = append(urls, s.ClientURL())
	}
	return strings.Join(urls, ",")
}

// isolate gives the broker a next life in which it hears nothing of the stream's replication and is otherwise as the others: it stays behind.
func (c *cluster) isolate(i int, group string) {
	deny := &server.SubjectPermission{Deny: []string{"$NRG.*." + group}}
	c.options[i].Cluster.Permissions = &server.RoutePermissions{Import: deny, Export: deny}
	c.start(i)
	eventually(c.t, c.options[i].ServerName+" is back", func() error {
		if !c.servers[i].JetStreamIsCurrent() {
			return errors.New("not current")
		}
		return nil
	})
}

func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

// serving returns the brokers on which consumers of the stream live, by consumer.
func serving(t *testing.T, client js.JetStream, stream string) map[string]string {
	t.Helper()
	s, err := client.Stream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	list := s.ListConsumers(t.Context())
	for info := range list.Info() {
		at[info.Name] = info.Cluster.Leader
	}
	if list.Err() != nil {
		t.Fatal(list.Err())
	}
	return at
}

// three is a cluster with the contract's streams, three replicas of each.
func three(t *testing.T) (*cluster, *jetstream.Conn, js.JetStream) {
	t.Helper()
	c := startCluster(t)
	conn := connect(t, c.url())
	topology := jetstream.DefaultTopology()
	topology.Replicas = 3
	eventually(t, "streams", func() error {
		_, err := topology.Ensure(t.Context(), conn, false)
		return err
	})
	return c, conn, raw(t, c.url())
}

func TestStoredReadIsWholeThroughAReplicaThatIsBehind(t *testing.T) {
	c, conn, client := three(t)
	all := stored(t, conn, 30, "claim.ready")
	stream, err := client.Stream(t.Context(), "CLAIMS")
	if err != nil {
		t.Fatal(err)
	}
	at := stream.CachedInfo().Cluster
	behind := slices.IndexFunc(c.options[:], func(o *server.Options) bool { return o.ServerName != at.Leader })
	c.stop(behind)
	all = append(all, stored(t, conn, 70, "claim.rejected")...)
	c.isolate(behind, at.RaftGroup)

	middle, err := stream.GetMsg(t.Context(), 61)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for name, want := range map[string]struct {
		cfg    jetstream.ReadConfig
		bodies []string
	}{
		"all":   {jetstream.ReadConfig{}, all},
		"since": {jetstream.ReadConfig{Since: middle.Time}, all[60:]},
	} {
		for through := 0; through < 2; {
			want.cfg.Stored = true
			if got, err := read(t.Context(), conn, want.cfg, nil); err != nil || !slices.Equal(got, want.bodies) {
				t.Fatalf("%s: read %q, error %v; want %q", name, got, err, want.bodies)
			}
			for consumer, at := range serving(t, client, "CLAIMS") {
				if known[consumer] == "" && at == c.options[behind].ServerName {
					through++
				}
				known[consumer] = at
			}
		}
	}
}

func TestStoredReadGoesOnWhenItsServerIsLost(t *testing.T) {
	c, conn, client := three(t)
	want := stored(t, conn, many, "claim.ready")
	got, err := read(t.Context(), conn, jetstream.ReadConfig{Stored: true}, func(n int) {
		if n == 0 {
			for _, at := range serving(t, client, "CLAIMS") {
				c.stop(slices.IndexFunc(c.options[:], func(o *server.Options) bool { return o.ServerName == at }))
			}
		}
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("read %d messages, error %v; want the %d stored, in order", len(got), err, len(want))
	}
}
