package faults

import (
	"os"
	"os/exec"
	"testing"
)

// TestAlerts runs the cases of the alerts: each fires when it should and is silent when all is well.
func TestAlerts(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil && os.Getenv("CLAIMSCRUB_REQUIRE_TOOLS") != "" {
		t.Fatal("promtool is required here and not installed")
	} else if err != nil {
		t.Skip("promtool is not installed: the alerts are not tried")
	}
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		cmd := exec.CommandContext(t.Context(), promtool, args...)
		cmd.Dir = "../prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}
