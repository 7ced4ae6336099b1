package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"claimscrub/events"
)

// compose runs docker-compose on the shipped file.
type compose struct {
	t       *testing.T
	program []string
}

func newCompose(t *testing.T) compose {
	program := []string{"docker", "compose"}
	if exec.Command("docker", "compose", "version").Run() != nil {
		program = []string{"docker-compose"}
	}
	return compose{t, append(program, "--file", "../../docker-compose.yml", "--project-name", "claimscrub-faults")}
}

// run runs one command, with text on its standard input.
func (c compose) run(text []byte, args ...string) string {
	c.t.Helper()
	all := append(append([]string{}, c.program...), args...)
	cmd := exec.CommandContext(c.t.Context(), all[0], all[1:]...)
	cmd.Stdin = bytes.NewReader(text)
	out, err := cmd.CombinedOutput()
	if err != nil {
		logs, _ := exec.Command(c.program[0], append(append([]string{}, c.program[1:]...), "logs", "--tail", "20")...).CombinedOutput()
		c.t.Fatalf("%s: %v\n%s\n%s", strings.Join(all, " "), err, out, logs)
	}
	return string(out)
}

// TestTheComposeFileWorks starts what docker-compose.yml describes, with images of the same names from this machine and without Grafana, whose
// image nobody can build here; its dashboard's queries are run against the Prometheus that has scraped the workers.
func TestTheComposeFileWorks(t *testing.T) {
	required(t)
	t.Log(command(t, "../images"))
	c := newCompose(t)
	t.Cleanup(func() {
		args := append(append([]string{}, c.program...), "down", "--volumes", "--timeout", "20")
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Errorf("down: %v\n%s", err, out)
		}
	})
	services := []string{"setup", "nats-1", "nats-2", "nats-3", "provision", "worker", "prometheus"}
	c.run(nil, append([]string{"up", "--no-build", "--detach", "--scale", "worker=2"}, services...)...)
	id := strings.TrimSpace(c.run(nil, "ps", "-q", "prometheus"))
	prometheus := "http://" + command(t, "docker", "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", id) + ":9090"
	eventually(t, patience, "both workers scraped and ready for encounters", func() error {
		return answers(prometheus, `count(up{job="claimscrub"} == 1) == 2 and count(claimscrub_consumer_pending_encounters) == 2`)
	})

	ready, rejected := 0, 0
	for round := range 2 { // a rate needs a change between two scrapes
		var batch bytes.Buffer
		for _, s := range stories(t) {
			if s.id == "" {
				continue
			}
			batch.Write(bytes.ReplaceAll(s.text, []byte(s.id), fmt.Appendf(nil, "COMPOSE-%d-%s", round, s.id)))
			batch.WriteByte('\n')
		}
		batch.WriteString("{\"cut off") // one that cannot be read
		t.Log(c.run(batch.Bytes(), "run", "--rm", "-T", "publish", "-"))
		eventually(t, patience, "outcomes counted", func() error {
			return answers(prometheus, fmt.Sprintf(`sum(claimscrub_encounters_total) >= %d`, (round+1)*(len(events.Samples())-1)))
		})
	}
	for _, s := range events.Samples() {
		switch s.Verdict {
		case "ready":
			ready += 2
		case "rejected":
			rejected += 2
		}
	}
	for service, n := range map[string]int{"watch": ready / 2, "rejected": rejected / 2} {
		out := c.run(nil, "run", "--rm", "-T", service, "--format", "json", "--count", fmt.Sprint(n))
		if got := strings.Count(out, `"specversion"`); got != n {
			t.Errorf("%s printed %d outcomes, want %d", service, got, n)
		}
	}
	if out := c.run(nil, "run", "--rm", "-T", "deadletter", "list"); !strings.Contains(out, "not_json") {
		t.Errorf("deadletter list: %s", out)
	}
	for title, queries := range dashboard(t) {
		for _, q := range queries {
			eventually(t, 30*time.Second, "panel "+title, func() error { return answers(prometheus, q) })
		}
	}
	rulesHealthy(t, prometheus)
}

// answers is nil when the query has a result.
func answers(prometheus, query string) error {
	body, err := get(http.DefaultClient, prometheus+"/api/v1/query?query="+url.QueryEscape(query), "")
	if err != nil {
		return err
	}
	var answer struct {
		Data struct {
			Result []json.RawMessage `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return err
	}
	if len(answer.Data.Result) == 0 {
		return fmt.Errorf("no data for %s", query)
	}
	return nil
}

// dashboard is the queries of each panel.
func dashboard(t *testing.T) map[string][]string {
	text, err := os.ReadFile("../grafana/dashboards/claimscrub.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	queries := map[string][]string{}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			queries[p.Title] = append(queries[p.Title], target.Expr)
		}
	}
	if len(queries) == 0 {
		t.Fatal("the dashboard has no panel")
	}
	return queries
}

// rulesHealthy fails unless every alert was evaluated without an error.
func rulesHealthy(t *testing.T, prometheus string) {
	t.Helper()
	body, err := get(http.DefaultClient, prometheus+"/api/v1/rules", "")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(body, `"health":"ok"`); n == 0 || n != strings.Count(body, `"health":`) {
		t.Errorf("alerts: %s", body)
	}
}
