package units

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// vector is one worked example of the shared folder: services with their minutes, and the units that
// the source prints for them.
type vector struct {
	ID       string
	Rule     string
	Services []struct {
		Code             string
		Minutes          int
		AssistantMinutes int `json:"assistant_minutes"`
	}
	Expected     []line
	TotalUnits   int `json:"total_units"`
	Alternatives [][]line
	Untimed      []string
	// ModifiersStated is false where the source's modifiers are cut off.
	ModifiersStated *bool `json:"modifiers_stated"`
}

type line struct {
	Code      string
	Units     int
	Modifiers []string
}

// pool is the timed codes of v in order of appearance, with the minutes of each summed.
func (v vector) pool() (codes []string, minutes, assistant []int) {
	for _, s := range v.Services {
		if slices.Contains(v.Untimed, s.Code) {
			continue
		}
		i := slices.Index(codes, s.Code)
		if i < 0 {
			i = len(codes)
			codes, minutes, assistant = append(codes, s.Code), append(minutes, 0), append(assistant, 0)
		}
		minutes[i] += s.Minutes
		assistant[i] += s.AssistantMinutes
	}
	return codes, minutes, assistant
}

// unitsOf is the units of lines, parallel to codes.
func unitsOf(codes []string, lines []line) []int {
	units := make([]int, len(codes))
	for _, l := range lines {
		if i := slices.Index(codes, l.Code); i >= 0 {
			units[i] += l.Units
		}
	}
	return units
}

func readVectors(t *testing.T, name string) []vector {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "vectors", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the shared vectors are not here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var v vector
		if err := d.Decode(&v); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("decode %s after %d vectors: %v", name, len(vectors), err)
		}
		vectors = append(vectors, v)
	}
	if len(vectors) == 0 {
		t.Fatalf("%s has no vector", name)
	}
	return vectors
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range readVectors(t, "timed.jsonl") {
		codes, minutes, assistant := v.pool()
		billed := unitsOf(codes, v.Expected)
		total := 0
		for _, l := range v.Expected {
			if slices.Contains(v.Untimed, l.Code) {
				total += l.Units
			}
		}
		switch v.Rule {
		case "cms8", "cqco":
			a := Allocate(minutes)
			total += a.Units
			if !a.Is(billed) {
				t.Errorf("%s: %v is not among the right allocations of %v", v.ID, billed, minutes)
			}
			want := [][]int{billed}
			if len(v.Alternatives) > 0 {
				want = nil
				for _, lines := range v.Alternatives {
					want = append(want, unitsOf(codes, lines))
				}
			}
			if got := collect(a); !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%s: allocations %v, want %v", v.ID, got, want)
			}
		case "ama":
			for i, m := range minutes {
				total += Midpoint(m, 15)
				if got := Midpoint(m, 15); got != billed[i] {
					t.Errorf("%s %s: %d units, want %d", v.ID, codes[i], got, billed[i])
				}
			}
		default:
			t.Errorf("%s: no such rule %q", v.ID, v.Rule)
		}
		if total != v.TotalUnits {
			t.Errorf("%s: %d units in all, want %d", v.ID, total, v.TotalUnits)
		}
		if v.Rule != "cqco" || v.ModifiersStated != nil && !*v.ModifiersStated {
			continue
		}
		for i, code := range codes {
			want := Split{Decided: true}
			for _, l := range v.Expected {
				switch {
				case l.Code != code:
				case slices.Contains(l.Modifiers, "CQ") || slices.Contains(l.Modifiers, "CO"):
					want.Assistant += l.Units
				default:
					want.Plain += l.Units
				}
			}
			if got := SplitAssistant(minutes[i]-assistant[i], assistant[i], billed[i]); got != want {
				t.Errorf("%s %s: %+v, want %+v", v.ID, code, got, want)
			}
		}
	}
}

// TestDisputedVectors holds what each published but wrong or contested answer must not talk us into.
func TestDisputedVectors(t *testing.T) {
	t.Parallel()
	verdicts := map[string]func(t *testing.T, codes []string, minutes, billed []int){
		"disp-acct": func(t *testing.T, codes []string, minutes, billed []int) {
			if a := Allocate(minutes); a.Covers(billed) || a.Units != 2 || !slices.Equal(a.Propose(codes), []int{1, 1}) {
				t.Errorf("30 minutes earn %d units, split %v", a.Units, a.Propose(codes))
			}
			if s := SplitAssistant(0, 10, 1); s != (Split{Assistant: 1, Decided: true}) {
				t.Errorf("97116 by the assistant alone: %+v", s)
			}
		},
		"disp-25-10": func(t *testing.T, _ []string, minutes, billed []int) {
			if a := Allocate(minutes); !a.Is(billed) || !a.Is([]int{1, 1}) || a.Count() != 2 {
				t.Errorf("a tie of 10 minutes has %d right allocations", a.Count())
			}
		},
		"disp-aapc-32": func(t *testing.T, _ []string, minutes, billed []int) {
			for i, m := range minutes {
				if Midpoint(m, 15) != billed[i] {
					t.Errorf("%d minutes of one code earn %d units", m, Midpoint(m, 15))
				}
			}
			if a := Allocate(minutes); a.Units != 2 || a.Covers(billed) {
				t.Errorf("32 minutes earn %d units", a.Units)
			}
		},
		"disp-mena-ama-floor8": func(t *testing.T, _ []string, minutes, billed []int) {
			if got := Midpoint(minutes[0], 15); got != 1 || got == billed[0] {
				t.Errorf("%d minutes earn %d units", minutes[0], got)
			}
		},
		"disp-visualfoodie": func(t *testing.T, _ []string, minutes, billed []int) {
			if a := Allocate(minutes); a.Units != 3 || a.Is(billed) || !a.Covers(billed) {
				t.Errorf("40 minutes earn %d units", a.Units)
			}
			if Midpoint(minutes[0], 15)+Midpoint(minutes[1], 15) != 2 {
				t.Error("20 and 20 minutes are two midpoint units")
			}
		},
	}
	for _, v := range readVectors(t, "timed_disputed.jsonl") {
		verdict := verdicts[v.ID]
		if verdict == nil {
			t.Errorf("%s: nothing is said about this disputed answer", v.ID)
			continue
		}
		codes, minutes, _ := v.pool()
		verdict(t, codes, minutes, unitsOf(codes, v.Expected))
	}
}
