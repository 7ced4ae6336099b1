package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"claimscrub/events"
	"claimscrub/handlers/jetstream/jetstreamtest"
)

// The readers and writers of the broker with the shipped configuration, short enough for the head of a table.
const (
	publisher = 1 << iota
	worker
	submitter
	workqueue
	operator
	provisioner
	nobody = 0
)

// accountTable is what each user may and may not do, as the documentation shows it. Everything is tried against a real broker.
var accountTable = []struct {
	action  string
	verb    string // publish or subscribe, as the broker sees it
	subject string
	may     int
}{
	{"publish an encounter", "publish", "encounter.completed", publisher | operator},
	{"publish a claim that is ready", "publish", "claim.ready", worker},
	{"publish a claim that is rejected", "publish", "claim.rejected", worker},
	{"publish another claim event", "publish", "claim.paid", nobody},
	{"publish a dead letter", "publish", "encounter.deadletter", worker},
	{"take encounters", "publish", "$JS.API.CONSUMER.MSG.NEXT.ENCOUNTERS.claimscrub", worker},
	{"answer for an encounter", "publish", "$JS.ACK.ENCOUNTERS.claimscrub.1.1.1.1.1", worker},
	{"take claims that are ready", "publish", "$JS.API.CONSUMER.MSG.NEXT.CLAIMS.submitter", submitter},
	{"answer for a claim that is ready", "publish", "$JS.ACK.CLAIMS.submitter.1.1.1.1.1", submitter},
	{"take claims that are rejected", "publish", "$JS.API.CONSUMER.MSG.NEXT.CLAIMS.workqueue", workqueue},
	{"answer for a claim that is rejected", "publish", "$JS.ACK.CLAIMS.workqueue.1.1.1.1.1", workqueue},
	{"take claims through a consumer of another's", "publish", "$JS.API.CONSUMER.MSG.NEXT.CLAIMS.other", nobody},
	{"read dead letters", "publish", "$JS.API.CONSUMER.CREATE.DEADLETTERS.own", operator},
	{"take dead letters so read", "publish", "$JS.API.CONSUMER.MSG.NEXT.DEADLETTERS.own", operator},
	{"record a replay", "publish", "$KV.DEADLETTERS_REPLAYED.1", operator},
	{"look at an encounter by number", "publish", "$JS.API.STREAM.MSG.GET.ENCOUNTERS", worker},
	{"look at a claim by number", "publish", "$JS.API.STREAM.MSG.GET.CLAIMS", nobody},
	{"look at a claim by subject", "publish", "$JS.API.DIRECT.GET.CLAIMS.claim.rejected", nobody},
	{"look at a dead letter by number", "publish", "$JS.API.STREAM.MSG.GET.DEADLETTERS", operator},
	{"see how a stream stands", "publish", "$JS.API.STREAM.INFO.CLAIMS", worker | operator | provisioner},
	{"see how the workers' consumer stands", "publish", "$JS.API.CONSUMER.INFO.ENCOUNTERS.claimscrub", worker | operator | provisioner},
	{"list streams", "publish", "$JS.API.STREAM.NAMES", operator},
	{"make or change the stream of claims", "publish", "$JS.API.STREAM.UPDATE.CLAIMS", provisioner},
	{"make a stream of another name", "publish", "$JS.API.STREAM.CREATE.OTHER", nobody},
	{"make the submitter's consumer", "publish", "$JS.API.CONSUMER.CREATE.CLAIMS.submitter.claim.ready", provisioner},
	{"widen the submitter's consumer to rejections", "publish", "$JS.API.CONSUMER.CREATE.CLAIMS.submitter.claim.rejected", nobody},
	{"make a consumer of all claims", "publish", "$JS.API.CONSUMER.CREATE.CLAIMS.own", nobody},
	{"make a consumer of all claims, the old way", "publish", "$JS.API.CONSUMER.DURABLE.CREATE.CLAIMS.own", nobody},
	{"make another consumer of encounters", "publish", "$JS.API.CONSUMER.CREATE.ENCOUNTERS.own.encounter.completed", nobody},
	{"delete the workers' consumer", "publish", "$JS.API.CONSUMER.DELETE.ENCOUNTERS.claimscrub", nobody},
	{"pause the workers' consumer", "publish", "$JS.API.CONSUMER.PAUSE.ENCOUNTERS.claimscrub", nobody},
	{"delete a stream", "publish", "$JS.API.STREAM.DELETE.DEADLETTERS", nobody},
	{"empty a stream", "publish", "$JS.API.STREAM.PURGE.ENCOUNTERS", nobody},
	{"delete one message", "publish", "$JS.API.STREAM.MSG.DELETE.CLAIMS", nobody},
	{"copy a stream out", "publish", "$JS.API.STREAM.SNAPSHOT.CLAIMS", nobody},
	{"copy a stream in", "publish", "$JS.API.STREAM.RESTORE.CLAIMS", nobody},
	{"move the cluster's leader", "publish", "$JS.API.META.LEADER.STEPDOWN", nobody},
	{"ask the servers about themselves", "publish", "$SYS.REQ.SERVER.PING", nobody},
	{"forge an answer to the submitter", "publish", "_INBOX_submitter.x", nobody},
	{"listen to encounters as they pass", "subscribe", "encounter.completed", nobody},
	{"listen to claims as they pass", "subscribe", "claim.>", nobody},
	{"listen to dead letters as they pass", "subscribe", "encounter.deadletter", nobody},
	{"listen to everything", "subscribe", ">", nobody},
	{"listen to everybody's answers", "subscribe", "_INBOX.>", nobody},
	{"listen to the worker's answers", "subscribe", "_INBOX_worker.>", worker},
	{"listen to the submitter's answers", "subscribe", "_INBOX_submitter.>", submitter},
	{"listen to the broker's advisories", "subscribe", "$JS.EVENT.ADVISORY.>", operator},
}

// guarded is a broker with deploy/nats as shipped, and the secrets of its users.
type guarded struct {
	url, secrets, ca, cert, key string
}

func startGuarded(t *testing.T) *guarded {
	t.Helper()
	ca := jetstreamtest.NewAuthority(t)
	g := &guarded{secrets: t.TempDir(), ca: ca.File}
	g.cert, g.key = ca.Issue(time.Hour)
	out, _, code := command(t, "keys", g.secrets)
	if code != 0 {
		t.Fatal("claimscrub keys")
	}
	for line := range strings.Lines(out) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		t.Setenv(name, value)
	}
	t.Setenv("CLAIMSCRUB_BROKER_STORE_DIR", t.TempDir())
	t.Setenv("CLAIMSCRUB_BROKER_TLS_CERT", g.cert)
	t.Setenv("CLAIMSCRUB_BROKER_TLS_KEY", g.key)
	t.Setenv("CLAIMSCRUB_BROKER_TLS_CA", g.ca)
	opts, err := server.ProcessConfigFile("../../deploy/nats/nats-server.conf")
	if err != nil {
		t.Fatal(err)
	}
	opts.Host, opts.Port, opts.HTTPPort, opts.NoLog, opts.NoSigs = "127.0.0.1", server.RANDOM_PORT, 0, true, true
	g.url = "nats://" + serve(t, opts)
	return g
}

// serve runs a broker until the test ends and returns its address.
func serve(t *testing.T, opts *server.Options) string {
	t.Helper()
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
		t.Fatal("broker not ready")
	}
	return s.Addr().String()
}

// as is the flags by which a command is the user.
func (g *guarded) as(user string, args ...string) []string {
	return append(args, "--nats-url", g.url, "--nats-ca", g.ca, "--nats-cert", g.cert, "--nats-key", g.key,
		"--nats-nkey", filepath.Join(g.secrets, user+".nk"), "--nats-inbox-prefix", "_INBOX_"+user)
}

// try does one thing as the user and returns the broker's refusal, or nil.
func (g *guarded) try(t *testing.T, user, verb, subject string) error {
	t.Helper()
	nkey, err := nats.NkeyOptionFromSeed(filepath.Join(g.secrets, user+".nk"))
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(g.url, nkey, nats.RootCAs(g.ca), nats.ClientCert(g.cert, g.key), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if verb == "subscribe" {
		_, err = nc.SubscribeSync(subject)
	} else {
		err = nc.Publish(subject, []byte("{}"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil { // the refusal comes before the answer to the flush
		t.Fatal(err)
	}
	return nc.LastError()
}

func TestEachUserOfTheBrokerMayDoItsPartAndNothingElse(t *testing.T) {
	g := startGuarded(t)
	if out, errs, code := command(t, g.as("provisioner", "provision")...); code != 0 {
		t.Fatalf("provision: %d\n%s%s", code, out, errs)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "| action | %s |\n|---|%s\n", strings.Join(brokerUsers(), " | "), strings.Repeat(":-:|", len(brokerUsers())))
	for _, row := range accountTable {
		fmt.Fprintf(&table, "| %s: %s `%s` |", row.action, row.verb, row.subject)
		for i, user := range brokerUsers() {
			err := g.try(t, user, row.verb, row.subject)
			allowed := row.may&(1<<i) != 0
			if allowed && err != nil || !allowed && (err == nil || !strings.Contains(strings.ToLower(err.Error()), "permissions violation")) {
				t.Errorf("%s may %s (%s %s): %v; the broker says %v", user, row.action, row.verb, row.subject, allowed, err)
			}
			fmt.Fprintf(&table, " %s |", map[bool]string{true: "yes", false: "–"}[allowed])
		}
		table.WriteString("\n")
	}
	generated(t, "../../docs/security.md", "accounts", table.String())
}

func TestTheShippedUsersSufficeForTheirCommands(t *testing.T) {
	g := startGuarded(t)
	must := func(user string, args ...string) string {
		t.Helper()
		out, errs, code := command(t, g.as(user, args...)...)
		if code != 0 {
			t.Fatalf("%s: %v: exit %d\n%s%s", user, args, code, out, errs)
		}
		return out
	}
	must("provisioner", "provision")
	if out := must("provisioner", "provision"); out != "streams ENCOUNTERS, CLAIMS and DEADLETTERS are there\n" {
		t.Errorf("provisioned twice: %s", out)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan string, 1)
	go func() {
		_, errs, code := commandWithin(ctx, nil, g.as("worker", "run", "--http", "127.0.0.1:0", "--log-level", "debug")...)
		ended <- fmt.Sprintf("exit %d\n%s", code, errs)
	}()
	folder := t.TempDir()
	want := map[string]int{}
	var files []string
	for _, s := range events.Samples() {
		want[s.Verdict]++
		files = append(files, filepath.Join(folder, s.Name))
		if err := os.WriteFile(files[len(files)-1], s.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must("publisher", append([]string{"publish"}, files...)...)
	for user, verdict := range map[string]string{"submitter": "ready", "workqueue": "rejected"} {
		out := must(user, "watch", "--consumer", user, "--format", "json", "--count", fmt.Sprint(want[verdict]))
		if n := strings.Count(out, `"type":"claim.`+verdict+`"`); n != want[verdict] || strings.Count(out, "\n") != n {
			t.Errorf("%s took %d of %d claims that are %s, and %d lines", user, n, want[verdict], verdict, strings.Count(out, "\n"))
		}
	}
	if out := must("operator", "deadletter", "list", "--format", "json"); strings.Count(out, "\n") != want["deadletter"] {
		t.Errorf("dead letters, want %d:\n%s", want["deadletter"], out)
	}
	if out := must("operator", "deadletter", "replay", "--all"); !strings.HasPrefix(out, fmt.Sprint(want["deadletter"], " replayed")) {
		t.Error(out)
	}
	var refused sync.WaitGroup
	for _, c := range [][]string{
		{"publisher", "watch", "--since", "all", "--count", "1"},
		{"submitter", "watch", "--since", "all", "--count", "1"},
		{"submitter", "watch", "--consumer", "workqueue", "--count", "1"},
		{"submitter", "publish", files[0]},
		{"operator", "watch", "--since", "all", "--count", "1"},
		{"publisher", "deadletter", "list"},
		{"worker", "deadletter", "replay", "--all"},
	} {
		refused.Go(func() {
			// The broker does not answer what it refuses: the command waits until its own time for an answer is up.
			out, errs, code := command(t, g.as(c[0], c[1:]...)...)
			if code == 0 || strings.Contains(out, "claim.") || !strings.Contains(strings.ToLower(errs), "permissions violation") {
				t.Errorf("%v: exit %d, want a refusal that says so:\n%s%s", c, code, out, errs)
			}
		})
	}
	refused.Wait()
	stop()
	if end := <-ended; !strings.HasPrefix(end, "exit 0") || strings.Contains(strings.ToLower(end), "permissions violation") {
		t.Errorf("the worker needs more than it may: %s", end)
	}
}

// command runs the command line as main does and returns what it printed and its exit status.
func command(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return commandWithin(ctx, nil, args...)
}

func commandWithin(ctx context.Context, in []byte, args ...string) (out, errs string, code int) {
	var stdout, stderr lockedBuffer
	code = executeWithin(ctx, args, bytes.NewReader(in), &stdout, &stderr)
	return stdout.String(), stderr.String(), code
}

// lockedBuffer is a buffer that goroutines may still write to when it is read, as a worker's last log line may.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// generated holds the part of a document between two marks to what the code says, or rewrites it with -update.
func generated(t *testing.T, path, mark, want string) {
	t.Helper()
	begin, end := "<!-- "+mark+" -->\n", "<!-- end of "+mark+" -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	got, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no part between %q and %q", path, begin, end)
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != want {
		t.Errorf("%s, part %q, is not what the code says: run go test ./cmd/claimscrub -run %s -update", path, mark, t.Name())
	}
}

func TestEveryUserOfTheShippedConfigurationHasAKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../deploy/nats/accounts.conf")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, field := range strings.Fields(string(text)) {
		if user, ok := strings.CutPrefix(field, "$CLAIMSCRUB_NKEY_"); ok {
			named = append(named, strings.ToLower(strings.Trim(user, ",")))
		}
	}
	if !slices.Equal(named, brokerUsers()) {
		t.Errorf("users %q, keys for %q", named, brokerUsers())
	}
}
