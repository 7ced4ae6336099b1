package main

import (
	"slices"
	"strings"
	"testing"
)

func TestEverySubjectAndStreamMayHaveAnotherName(t *testing.T) {
	t.Parallel()
	names := []string{
		"--encounters-subject", "emr.done", "--ready-subject", "billing.ready", "--rejected-subject", "billing.rejected", "--deadletters-subject", "emr.unreadable",
		"--encounters-stream", "EMR", "--claims-stream", "BILLING", "--deadletters-stream", "UNREADABLE", "--consumer", "scrubber",
	}
	p := startWorker(t, "127.0.0.1:0", names...)
	at := []string{"--nats-url", p.url}
	if out, errs, code := command(t, slices.Concat([]string{"provision"}, names, at)...); code != 0 || strings.Contains(out, "declared") {
		t.Fatalf("provision: %d\n%s%s", code, out, errs)
	}
	body, _ := bareSample(t)
	if out, errs, code := commandWithin(t.Context(), []byte(string(body)+"\n{}"), slices.Concat([]string{"publish", "--subject", "emr.done"}, at, []string{"-"})...); code != 0 {
		t.Fatalf("publish: %d\n%s%s", code, out, errs)
	}
	if out, errs, code := command(t, slices.Concat([]string{"watch", "--stream", "BILLING", "--consumer", "submitter", "--count", "1", "--format", "json"}, at)...); code != 0 || !strings.Contains(out, `"type":"claim.ready"`) {
		t.Errorf("watch: %d\n%s%s", code, out, errs)
	}
	p.await(t, "encounter set aside")
	if out, errs, code := command(t, slices.Concat([]string{"deadletter", "list", "--deadletters-stream", "UNREADABLE", "--format", "json"}, at)...); code != 0 || strings.Count(out, "\n") != 1 {
		t.Errorf("deadletter list: %d\n%s%s", code, out, errs)
	}
}

func TestWhatNoStreamCanBeMadeWithIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ given, want []string }{
		{
			[]string{"--ready-subject", "claim.*", "--deadletters-subject", "", "--replicas", "6", "--encounters-max-age", "-1h", "--claims-max-bytes", "-1", "--duplicate-window", "1s"},
			[]string{
				`--ready-subject "claim.*": expected a subject`, `--deadletters-subject "": expected a subject`, "--replicas 6: expected 1 to 5",
				"--encounters-max-age -1h0m0s: expected 1m or more", "--claims-max-bytes -1: expected bytes", "--duplicate-window 1s: expected 1m or more",
			},
		},
		{ // names that stand in each other's way
			[]string{"--ready-subject", "a.b", "--rejected-subject", "a.b", "--deadletters-subject", "a..b", "--claims-stream", "ENCOUNTERS", "--deadletters-stream", "a.b", "--consumer", "a b"},
			[]string{
				`--rejected-subject "a.b": expected a subject of its own`, `--deadletters-subject "a..b": expected a subject without`,
				`--claims-stream "ENCOUNTERS": expected a stream of its own`, `--deadletters-stream "a.b": expected a name without`, `--consumer "a b": expected a name without`,
			},
		},
	} {
		for _, command := range []string{"run", "provision"} {
			_, errs, code := commandWithin(t.Context(), nil, append([]string{command}, c.given...)...)
			for _, want := range c.want {
				if code != 2 || !strings.Contains(errs, want) {
					t.Errorf("%s: exit %d, want %q: %s", command, code, want, errs)
				}
			}
		}
	}
}

func TestWhatIsWithinBoundsCanBeMade(t *testing.T) {
	t.Parallel()
	startWorker(t, "127.0.0.1:0", "--encounters-subject", "claim.done", "--deadletters-subject", "claim.unreadable",
		"--encounters-max-age", "1m", "--deadletters-max-age", "1m", "--claims-max-age", "10m")
}
