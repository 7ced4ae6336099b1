package units

import "testing"

func TestSplitAssistant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                        string
		therapist, assistant, units int
		want                        Split
	}{
		{"therapist alone", 40, 0, 3, Split{3, 0, true}},
		{"assistant alone", 0, 10, 1, Split{0, 1, true}},
		{"nobody, nothing", 0, 0, 0, Split{0, 0, true}},
		{"full blocks on both sides", 15, 30, 3, Split{1, 2, true}},
		{"last unit: therapist 8, whatever the assistant", 8, 14, 1, Split{1, 0, true}},
		{"last unit: therapist 7, assistant 8", 7, 8, 1, Split{0, 1, true}},
		{"last unit: both below 8, assistant over a tenth", 7, 1, 1, Split{0, 1, true}},
		{"a full assistant block, then the therapist's 8", 8, 15, 2, Split{1, 1, true}},
		{"a full assistant block, then the therapist's 7 with the assistant's 1", 7, 16, 2, Split{0, 2, true}},
		{"therapist's remainder of 7 alone after a full assistant block, pooled", 7, 15, 2, Split{1, 1, true}},
		{"fully shared: 9 and 14", 9, 14, 2, Split{1, 1, true}},
		{"fully shared: 14 and 14", 14, 14, 2, Split{1, 1, true}},
		{"9 and 14 beyond full blocks", 24, 29, 4, Split{2, 2, true}},
		{"two pooled units: 8 and 14", 8, 14, 2, Split{0, 0, false}},
		{"two pooled units: 9 and 9", 9, 9, 2, Split{0, 0, false}},
		{"two pooled units beyond full blocks: 6 and 14", 21, 29, 4, Split{1, 1, false}},
		{"fewer units than full blocks", 30, 15, 2, Split{2, 1, false}},
		{"a unit no minute stands for", 15, 15, 3, Split{1, 1, false}},
		{"three units left", 14, 14, 3, Split{0, 0, false}},
		{"below 0 is 0", -5, 10, 1, Split{0, 1, true}},
	} {
		if got := SplitAssistant(c.therapist, c.assistant, c.units); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestLastUnitFollowsTheThreeCases states the CY2022 policy as payers print it, in three cases.
func TestLastUnitFollowsTheThreeCases(t *testing.T) {
	t.Parallel()
	for therapist := 1; therapist < 15; therapist++ {
		for assistant := 1; assistant < 15; assistant++ {
			var plain bool
			switch {
			case therapist >= 8:
				plain = true
			case assistant >= 8:
				plain = false
			default:
				plain = float64(assistant)/float64(assistant+therapist) <= 0.10
			}
			for blocks := range 3 {
				got := SplitAssistant(therapist+15*blocks, assistant+30, blocks+3)
				want := Split{Plain: blocks, Assistant: 3, Decided: true}
				if plain {
					want = Split{Plain: blocks + 1, Assistant: 2, Decided: true}
				}
				if got != want {
					t.Errorf("therapist %d+%d, assistant 30+%d: %+v, want %+v", 15*blocks, therapist, assistant, got, want)
				}
			}
		}
	}
}

func TestUnitsOfOneCodeAloneAreAlwaysDecided(t *testing.T) {
	t.Parallel()
	for therapist := range 100 {
		for assistant := range 100 {
			units := Aggregate(therapist + assistant)
			s := SplitAssistant(therapist, assistant, units)
			if !s.Decided || s.Plain+s.Assistant != units || s.Plain < therapist/15 || s.Assistant < assistant/15 {
				t.Fatalf("therapist %d, assistant %d, %d units: %+v", therapist, assistant, units, s)
			}
		}
	}
}

func TestSplitAddsUpWheneverItIsDecided(t *testing.T) {
	t.Parallel()
	for therapist := range 50 {
		for assistant := range 50 {
			for units := range 9 {
				s := SplitAssistant(therapist, assistant, units)
				left := units - therapist/15 - assistant/15
				switch {
				case s.Decided && s.Plain+s.Assistant != units,
					!s.Decided && s != Split{Plain: therapist / 15, Assistant: assistant / 15},
					therapist > 0 && assistant > 0 && s.Decided && (left < 0 || left > 2),
					s.Assistant > 0 && assistant == 0, s.Plain > 0 && therapist == 0 && assistant > 0:
					t.Fatalf("therapist %d, assistant %d, %d units: %+v", therapist, assistant, units, s)
				}
			}
		}
	}
}

func TestAssistantUntimedIsOverATenth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		therapist, assistant int
		want                 bool
	}{
		{0, 0, false}, {0, 1, true}, {30, 0, false},
		{9, 1, false}, {8, 1, true}, {18, 2, false}, {17, 2, true}, {27, 3, false}, {26, 3, true}, {45, 5, false}, {40, 5, true},
	} {
		if got := AssistantUntimed(c.therapist, c.assistant); got != c.want {
			t.Errorf("therapist %d, assistant %d: %v, want %v", c.therapist, c.assistant, got, c.want)
		}
	}
}
