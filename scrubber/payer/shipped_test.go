package payer_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"claimscrub/deploy"
	"claimscrub/scrubber"
	"claimscrub/scrubber/cases"
	"claimscrub/scrubber/civil"
	"claimscrub/scrubber/payer"
	"claimscrub/scrubber/rules"
	"claimscrub/scrubber/scrubtest"
)

var update = flag.Bool("update", false, "rewrite the wants of the shipped profiles' cases and the generated part of docs/profiles.md")

const shipped = "../../deploy/profiles"

func TestShippedProfilesAreInOrder(t *testing.T) {
	t.Parallel()
	for _, p := range payer.Check(deploy.Profiles(), rules.All(), civil.DateOf(2026, 1, 1)) {
		t.Error(p)
	}
}

func TestEveryProgramHasAShippedProfile(t *testing.T) {
	t.Parallel()
	e := scrubtest.Engine(t)
	for _, program := range []string{"medicare_b", "medicare_advantage", "medicaid", "tricare", "veterans", "commercial", "workers_comp", "auto", "self_pay", "other"} {
		p := e.PolicyFor([]scrubber.Coverage{{Program: program, PayerID: "no profile names it"}})
		if p.ID != program {
			t.Errorf("program %s gets profile %s", program, p.ID)
		}
	}
}

func TestShippedProfilesSayWhatTheirCasesWant(t *testing.T) {
	t.Parallel()
	e := scrubtest.Engine(t)
	for _, p := range e.Policies() {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(shipped, p.ID+".txtar")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			results, err := payer.Test(e, p.ID, text)
			if err != nil {
				t.Fatal(err)
			}
			if len(results) < 2 {
				t.Errorf("%s: %d cases, expected at least two", path, len(results))
			}
			got := map[string]string{}
			for _, r := range results {
				got[r.Case] = r.Got
				if !r.Passed() && !*update {
					t.Errorf("%s, case %s: %v\n got:\n%s\nwant:\n%s", path, r.Case, r.Err, r.Got, r.Want)
				}
			}
			if *update {
				if err := os.WriteFile(path, cases.Rewrite(text, got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestAWantOfARuleThatIsNoneFails holds a slip of the pen to be one: of a rule that does not exist every outcome is silent.
func TestAWantOfARuleThatIsNoneFails(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(shipped, "self_pay.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	e := scrubtest.Engine(t)
	for want, fails := range map[string]bool{"TIM0O1 clear": true, "TIM01 clear": true, "clear": true, "SCH001 clear": false} {
		results, err := payer.Test(e, "self_pay", []byte(strings.Replace(string(text), ".want --\nready\n", ".want --\nready\n"+want+"\n", 1)))
		if err != nil {
			t.Fatal(err)
		}
		failed := slices.IndexFunc(results, func(r payer.Result) bool { return !r.Passed() })
		if (failed >= 0) != fails || fails && (results[failed].Err == nil || !strings.Contains(results[failed].Err.Error(), "no rule \""+strings.Fields(want)[0]+"\"")) {
			t.Errorf("%q: results %+v", want, results)
		}
	}
}

func TestEveryTestFileBelongsToAProfile(t *testing.T) {
	t.Parallel()
	e := scrubtest.Engine(t)
	paths, err := filepath.Glob(filepath.Join(shipped, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		if e.Policy(strings.TrimSuffix(filepath.Base(path), ".txtar")) == nil {
			t.Errorf("%s: no profile of that name", path)
		}
	}
}

func TestAShippedProfileOfUnknownCoverageIsExplained(t *testing.T) {
	t.Parallel()
	x := payer.Explain(scrubtest.Engine(t), []scrubber.Coverage{{Program: "commercial", PayerID: "87726"}})
	if x.Profile != "united_healthcare" || !strings.Contains(x.Because, "payer id 87726") {
		t.Errorf("profile %s because %s", x.Profile, x.Because)
	}
	at := slices.IndexFunc(x.Settings, func(v payer.Value) bool { return v.Name == "unit_method" })
	if v := x.Settings[at]; !strings.HasPrefix(v.From, "united_healthcare.yaml:") || v.Certain || v.Source == "" {
		t.Errorf("unit method %+v", v)
	}
	for _, v := range x.Params {
		if v.From == "" || len(v.Rules) == 0 {
			t.Errorf("parameter %+v lacks its origin or its rules", v)
		}
	}
}

// TestTheExampleOfTheDocumentationHolds loads the profile of docs/profiles.md over the shipped ones and runs its cases.
func TestTheExampleOfTheDocumentationHolds(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/profiles.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(language string) []byte {
		_, rest, ok := strings.Cut(string(text), "```"+language+"\n")
		example, _, closed := strings.Cut(rest, "```\n")
		if !ok || !closed {
			t.Fatalf("no block of %s", language)
		}
		return []byte(example)
	}
	files := append(deploy.Profiles(), payer.File{Name: "my_plan.yaml", Text: block("yaml")})
	policies, err := payer.Load(files, rules.All())
	if err != nil {
		t.Fatal(err)
	}
	e, err := scrubber.New("test", rules.All(), scrubtest.Engine(t).Tables(), policies)
	if err != nil {
		t.Fatal(err)
	}
	results, err := payer.Test(e, "my_plan", block("txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if !r.Passed() {
			t.Errorf("case %s: %v\n got:\n%s\nwant:\n%s", r.Case, r.Err, r.Got, r.Want)
		}
	}
	x := payer.Describe(e, e.Policy("my_plan"))
	for _, part := range []string{"LOC002 needling-needs-consent: reject  (my_plan.yaml:", "EXC004 electrical-stimulation-code: info until 2026-12-31, then reject  (my_plan.yaml:", "until 2026-12-31, billing lead: the plan takes both", "unit_method = cpt_midpoint  (commercial.yaml:"} {
		if !strings.Contains(x.String(), part) {
			t.Errorf("the explanation lacks %q:\n%s", part, x)
		}
	}
}
