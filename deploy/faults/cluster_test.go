package faults

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	dockernet "github.com/testcontainers/testcontainers-go/network"
)

// subnet is where the containers live. Addresses are fixed, so that a container that comes back is where it was.
const subnet = "10.219.77."

// diskSize is what a broker has for its store.
const diskSize = "1000m"

// cluster is three brokers and the workers, on a network of their own.
type cluster struct {
	t       *testing.T
	network string
	dir     string // certificates, configuration, and the brokers' disks
	client  *http.Client
	token   string
	nodes   []*node
	workers []*node
}

// node is one container.
type node struct {
	t       *testing.T
	name    string
	address string
	id      string
	disk    string // where the store of a broker is on this machine
	started float64
	calm    float64 // goroutines of a worker that has worked and is at rest
}

// command runs a program of this machine and returns what it prints.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// clean runs a program when the test ends, also when it failed.
func clean(t *testing.T, name string, args ...string) {
	t.Cleanup(func() {
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Logf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	})
}

func newCluster(t *testing.T) *cluster {
	c := &cluster{t: t, dir: t.TempDir(), token: "token-of-the-fault-tests"}
	if err := os.Chmod(c.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	prefix := netip.MustParsePrefix(subnet + "0/24")
	net, err := dockernet.New(t.Context(), dockernet.WithIPAM(&network.IPAM{Config: []network.IPAMConfig{{Subnet: prefix}}}))
	testcontainers.CleanupNetwork(t, net)
	if err != nil {
		t.Fatalf("network %s: %v", prefix, err)
	}
	c.network = net.Name
	c.secrets()
	for i := range 3 {
		c.nodes = append(c.nodes, c.startBroker(i+1))
	}
	for _, n := range c.nodes {
		n.awaitBroker()
	}
	return c
}

// brokerURL is all three brokers.
func brokerURL() string {
	return fmt.Sprintf("nats://%[1]s11:4222,nats://%[1]s12:4222,nats://%[1]s13:4222", subnet)
}

// brokerConfig is the part of deploy/nats that faults concern: a cluster, and stores that are encrypted. Who may do what is tried elsewhere.
const brokerConfig = `
server_name: nats-%[1]d
listen: 0.0.0.0:4222
http: 0.0.0.0:8222
max_payload: 8MB
jetstream { store_dir: /data, cipher: chacha, key: "Kfaults0123456789", max_file_store: 2GB, max_memory_store: 64MB }
cluster {
  name: faults
  listen: 0.0.0.0:6222
  routes: [ "nats://%[2]s11:6222", "nats://%[2]s12:6222", "nats://%[2]s13:6222" ]
}
`

// startBroker starts broker i (1 to 3). Its store is a disk of limited size that outlives the container.
func (c *cluster) startBroker(i int) *node {
	name := fmt.Sprintf("nats-%d", i)
	disk, conf := filepath.Join(c.dir, name), filepath.Join(c.dir, name+".conf")
	if err := os.Mkdir(disk, 0o755); err != nil {
		c.t.Fatal(err)
	}
	command(c.t, "mount", "-t", "tmpfs", "-o", "mode=700,uid=65532,gid=65532,size="+diskSize, name, disk)
	clean(c.t, "umount", disk)
	if err := os.WriteFile(conf, fmt.Appendf(nil, brokerConfig, i, subnet), 0o644); err != nil {
		c.t.Fatal(err)
	}
	n := c.start(name, "nats:2.15.2-scratch", 10+i, []string{disk + ":/data", conf + ":/nats.conf:ro"}, nil, "-c", "/nats.conf")
	n.disk = disk
	return n
}

// startWorker starts a worker at the address, with more arguments and mounts than every worker has.
func (c *cluster) startWorker(name, image string, at int, binds []string, env map[string]string, args ...string) *node {
	binds = append(binds, c.dir+"/secrets:/secrets:ro")
	n := c.start(name, image, at, binds, env, append([]string{
		"run", "--nats-url", brokerURL(), "--replicas", "3", "--http", "0.0.0.0:9464",
		"--http-cert", "/secrets/worker.pem", "--http-key", "/secrets/worker.key", "--http-token-file", "/secrets/token",
	}, args...)...)
	c.workers = append(c.workers, n)
	return n
}

// start starts a container as an operator should: no root, no capability, nothing to write to but what is mounted.
func (c *cluster) start(name, image string, at int, binds []string, env map[string]string, args ...string) *node {
	c.t.Helper()
	address := subnet + strconv.Itoa(at)
	running, err := testcontainers.Run(c.t.Context(), image,
		dockernet.WithNetworkName([]string{name}, c.network),
		testcontainers.WithCmd(args...), testcontainers.WithEnv(env),
		testcontainers.WithConfigModifier(func(cfg *container.Config) { cfg.User = "65532:65532" }),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) {
			h.Binds, h.ReadonlyRootfs, h.CapDrop = binds, true, []string{"ALL"}
			h.SecurityOpt = []string{"no-new-privileges"}
		}),
		testcontainers.WithEndpointSettingsModifier(func(settings map[string]*network.EndpointSettings) {
			settings[c.network].IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: netip.MustParseAddr(address)}
		}),
	)
	testcontainers.CleanupContainer(c.t, running)
	if err != nil {
		c.t.Fatalf("start %s: %v", name, err)
	}
	n := &node{t: c.t, name: name, address: address, id: running.GetContainerID()}
	c.t.Cleanup(func() {
		if c.t.Failed() {
			out, _ := exec.Command("docker", "logs", "--tail", "40", n.id).CombinedOutput()
			c.t.Logf("last lines of %s:\n%s", n.name, out)
		}
	})
	return n
}

func (n *node) docker(args ...string) {
	n.t.Helper()
	command(n.t, "docker", append(args, n.id)...)
}

// inside runs a program of this machine in the network of the container: the images have none.
func (n *node) inside(args ...string) string {
	n.t.Helper()
	out, err := n.try(args...)
	if err != nil {
		n.t.Fatalf("%s: %s: %v\n%s", n.name, strings.Join(args, " "), err, out)
	}
	return out
}

// try is inside for what may fail.
func (n *node) try(args ...string) (string, error) {
	n.t.Helper()
	pid := command(n.t, "docker", "inspect", "-f", "{{.State.Pid}}", n.id)
	out, err := exec.Command("nsenter", append([]string{"-t", pid, "-n"}, args...)...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// partition drops, without a word, every packet to and from the ports; heal lets them pass again.
func (n *node) partition(ports string) (heal func()) {
	rules := [][]string{}
	for _, chain := range []string{"INPUT", "OUTPUT"} {
		for _, side := range []string{"--sports", "--dports"} {
			rules = append(rules, []string{chain, "-p", "tcp", "-m", "multiport", side, ports, "-j", "DROP"})
		}
	}
	for _, r := range rules {
		n.inside(append([]string{"iptables", "-I"}, r...)...)
	}
	return func() {
		for _, r := range rules {
			n.inside(append([]string{"iptables", "-D"}, r...)...)
		}
	}
}

// patience is how long a state is waited for on a machine that others use: only a failure takes so long.
const patience = 4 * time.Minute

// eventually waits for a state that nothing signals, asking a few times a second.
func eventually(t *testing.T, within time.Duration, what string, is func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	for {
		err := is()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not reached within %s: %s: %v", within, what, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// awaitBroker returns when the broker says that it is whole: all streams and consumers recovered and current.
func (n *node) awaitBroker() {
	n.t.Helper()
	eventually(n.t, patience, n.name+" healthy", func() error {
		_, err := get(http.DefaultClient, "http://"+n.address+":8222/healthz", "")
		return err
	})
}

func get(client *http.Client, url, token string) (string, error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.300s", response.Status, body)
	}
	return string(body), err
}

func (c *cluster) trust(authority *x509.Certificate) {
	pool := x509.NewCertPool()
	pool.AddCert(authority)
	c.client = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "worker"}, DisableKeepAlives: true, // a connection left open is a goroutine more
	}}
}

func (c *cluster) ready(n *node) error {
	_, err := get(c.client, "https://"+n.address+":9464/readyz", c.token)
	return err
}

// metric is the sum of the series whose name and labels the pattern matches.
func (c *cluster) metric(n *node, pattern string) (float64, error) {
	text, err := get(c.client, "https://"+n.address+":9464/metrics", c.token)
	if err != nil {
		return 0, err
	}
	var sum float64
	found := regexp.MustCompile(`(?m)^`+pattern+` (\S+)$`).FindAllStringSubmatch(text, -1)
	for _, m := range found {
		v, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	if len(found) == 0 {
		return 0, fmt.Errorf("%s has no metric %s", n.name, pattern)
	}
	return sum, nil
}
