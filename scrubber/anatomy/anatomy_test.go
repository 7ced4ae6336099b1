package anatomy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var contractNames = strings.Fields("head cervical thoracic lumbar sacral pelvic lower_extremity upper_extremity rib_cage abdomen")

func TestParseRegionReadsTheContractNames(t *testing.T) {
	t.Parallel()
	for i, name := range contractNames {
		r, ok := ParseRegion(name)
		if !ok || r != Region(i+1) || r.String() != name {
			t.Errorf("ParseRegion(%q) = %d, %v and back %q; want %d", name, r, ok, r.String(), i+1)
		}
	}
}

func TestBothSidesOfALimbAreOneRegion(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Region{
		"left_upper_extremity": UpperExtremity, "right_upper_extremity": UpperExtremity,
		"left_lower_extremity": LowerExtremity, "right_lower_extremity": LowerExtremity,
	} {
		if r, ok := ParseRegion(name); !ok || r != want {
			t.Errorf("ParseRegion(%q) = %v, %v; want %v", name, r, ok, want)
		}
	}
}

func TestParseRegionRefusesOtherNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Head", " head", "neck", "left_head", "left_rib_cage", "left_left_upper_extremity",
		"left_", "upper-extremity", "upper_extremities", "rib cage", "abdomen_viscera"} {
		if r, ok := ParseRegion(name); ok || r != 0 {
			t.Errorf("ParseRegion(%q) = %v, %v; want none", name, r, ok)
		}
	}
}

func TestNoRegionHasNoName(t *testing.T) {
	t.Parallel()
	for _, r := range []Region{0, Abdomen + 1, 255} {
		if r.String() != "" {
			t.Errorf("Region(%d) is named %q", r, r)
		}
	}
}

func TestSetAgreesWithAListOfDistinctRegions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.SliceOf(rapid.Uint8Range(0, 20)).Draw(t, "regions")
		var s Set
		var distinct, spinal, extraspinal []Region
		var names []string
		for _, r := range given {
			s.Add(Region(r))
		}
		for r := Head; r <= Abdomen; r++ {
			if !slices.Contains(given, uint8(r)) {
				continue
			}
			distinct = append(distinct, r)
			names = append(names, contractNames[r-1])
			if slices.Contains([]string{"cervical", "thoracic", "lumbar", "sacral", "pelvic"}, contractNames[r-1]) {
				spinal = append(spinal, r)
			} else {
				extraspinal = append(extraspinal, r)
			}
		}
		for _, c := range []struct {
			what string
			got  Set
			want []Region
		}{{"set", s, distinct}, {"spinal", s.Spinal(), spinal}, {"extraspinal", s.Extraspinal(), extraspinal}} {
			if diff := cmp.Diff(c.want, slices.Collect(c.got.All())); diff != "" || c.got.Count() != len(c.want) || c.got != setOf(c.want...) {
				t.Fatalf("%s of %v (count %d):\n%s", c.what, given, c.got.Count(), diff)
			}
		}
		if want := strings.Join(names, ", "); s.String() != want {
			t.Fatalf("String = %q, want %q", s, want)
		}
		for r := range Region(30) {
			if s.Has(r) != slices.Contains(distinct, r) {
				t.Fatalf("%v.Has(%d) = %v", given, r, s.Has(r))
			}
		}
	})
}

func TestAllStopsWhenAsked(t *testing.T) {
	t.Parallel()
	for r := range setOf(Abdomen, Lumbar, Sacral).All() {
		if r != Lumbar {
			t.Fatalf("went on to %v after the first region", r)
		}
		break
	}
}

func TestOMTBands(t *testing.T) {
	t.Parallel()
	want := []string{"", "98925", "98925", "98926", "98926", "98927", "98927", "98928", "98928", "98929", "98929", "", ""}
	for n, code := range want {
		if got := OMTCode(n); got != code {
			t.Errorf("OMTCode(%d) = %q, want %q", n, got, code)
		}
		if lo, hi, ok := OMTBand(code); ok != (code != "") || ok && (n < lo || n > hi || hi != lo+1) {
			t.Errorf("OMTBand(%q) = %d, %d, %v with %d regions", code, lo, hi, ok, n)
		}
	}
	if got := OMTCode(-1); got != "" {
		t.Errorf("OMTCode(-1) = %q", got)
	}
	for _, code := range []string{"98924", "98930", "98940", "9892", "989255"} {
		if _, _, ok := OMTBand(code); ok {
			t.Errorf("OMTBand(%q) is ok", code)
		}
	}
}

func TestCMTBands(t *testing.T) {
	t.Parallel()
	want := []string{"", "98940", "98940", "98941", "98941", "98942", "", ""}
	for n, code := range want {
		if got := CMTCode(n); got != code {
			t.Errorf("CMTCode(%d) = %q, want %q", n, got, code)
		}
		if lo, hi, ok := CMTBand(code); ok != (code != "") || ok && (n < lo || n > hi || CMTCode(lo) != code || CMTCode(hi) != code || CMTCode(lo-1) == code || CMTCode(hi+1) == code) {
			t.Errorf("CMTBand(%q) = %d, %d, %v with %d regions", code, lo, hi, ok, n)
		}
	}
	for _, code := range []string{"98943", "98939", "98925"} {
		if _, _, ok := CMTBand(code); ok {
			t.Errorf("CMTBand(%q) is ok", code)
		}
	}
}

func TestDiagnosisRegionFollowsTheLastDigit(t *testing.T) {
	t.Parallel()
	for i, name := range contractNames {
		for _, code := range []string{"M99.0" + string(rune('0'+i)), "M990" + string(rune('0'+i))} {
			if r, ok := DiagnosisRegion(code); !ok || r.String() != name {
				t.Errorf("DiagnosisRegion(%q) = %v, %v; want %s", code, r, ok, name)
			}
		}
	}
	for _, code := range []string{"", "M99", "M990", "M99.0", "M99.0A", "M99.030", "M9903X", "M99.13", "M9913", "M54.50", "m99.03", "M9.903"} {
		if r, ok := DiagnosisRegion(code); ok || r != 0 {
			t.Errorf("DiagnosisRegion(%q) = %v, %v; want none", code, r, ok)
		}
	}
}

func TestMusclesCompareWithoutCaseAndOuterSpaces(t *testing.T) {
	t.Parallel()
	if !SameMuscle("  Left Upper Trapezius\t", "left upper trapezius") {
		t.Error("case and outer spaces make two muscles")
	}
	for _, other := range []string{"right upper trapezius", "left  upper trapezius", "leftuppertrapezius", "upper trapezius"} {
		if SameMuscle(other, "left upper trapezius") {
			t.Errorf("%q is taken for the left upper trapezius", other)
		}
	}
}

func techniqueKey(name string) string { return string(appendTechniqueKey(nil, name)) }

func setOf(regions ...Region) (s Set) {
	for _, r := range regions {
		s.Add(r)
	}
	return s
}

func TestTechniqueKeyDropsCaseSpacesAndHyphens(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"trigger point dry needling", "Trigger-Point Dry-Needling", "TRIGGERPOINTDRYNEEDLING",
		" trigger\u00a0point\tdry\u2011needling ", "triggerpointdryneedling"} {
		if got := techniqueKey(name); got != "triggerpointdryneedling" {
			t.Errorf("techniqueKey(%q) = %q", name, got)
		}
	}
}

func TestTechniqueWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		is   Technique
		yes  []string
		no   []string
	}{
		{"needle insertion", NeedleInsertion,
			[]string{"dry needling", "Dry-Needling", "DRYNEEDLING", "intramuscular stimulation", "Intra-Muscular Stimulation",
				"trigger point dry needling", "trigger-point acupuncture"},
			[]string{"", "needling", "dry needling declined", "acupuncture", "trigger point injection", "trigger point release",
				"trigger point therapy", "electrical stimulation", "wet needling", "joint mobilization"}},
		{"other", OtherTechnique,
			[]string{"massage", "connective tissue massage", "soft tissue mobilization", "myofascial release", "friction massage"},
			[]string{"dry needling", "biofeedback"}},
		{"biofeedback", Biofeedback,
			[]string{"EMG biofeedback", "emg-biofeedback", "bio-feedback", "sEMG biofeedback", "surface EMG biofeedback",
				"electromyographic biofeedback", "electromyography biofeedback"},
			[]string{"", "emg", "needle electromyography", "visual feedback", "feedback"}},
	} {
		for _, s := range c.yes {
			if ParseTechnique(s) != c.is || ParseTechnique(techniqueKey(s)) != c.is {
				t.Errorf("%q is not %s", s, c.what)
			}
		}
		for _, s := range c.no {
			if ParseTechnique(s) == c.is {
				t.Errorf("%q is %s", s, c.what)
			}
		}
	}
}

func TestATechniqueIsWhatItsKeyIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`(dry|trigger|point|emg|bio|massage|needling|feedback|acupuncture|[ -]){1,6}`)).Draw(t, "technique")
		if ParseTechnique(s) != ParseTechnique(techniqueKey(s)) {
			t.Fatalf("%q and its key are judged differently", s)
		}
		if key := techniqueKey(s); techniqueKey(key) != key {
			t.Fatalf("the key %q of %q is not its own key", key, s)
		}
	})
}

func TestNormalNamesCostNoAllocation(t *testing.T) {
	for what, f := range map[string]func(){
		"region":    func() { _, _ = ParseRegion("left_upper_extremity") },
		"muscle":    func() { _ = SameMuscle(" Left upper trapezius", "left upper trapezius") },
		"technique": func() { _ = ParseTechnique("Trigger Point Dry-Needling") },
		"diagnosis": func() { _, _ = DiagnosisRegion("M99.03") },
		"set":       func() { _ = setOf(Head, Lumbar).Spinal().Count() },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
}

func BenchmarkParseTechnique(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ParseTechnique("soft tissue mobilization")
	}
}
