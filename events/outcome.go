package events

// Outcome is the data of a claim.ready or claim.rejected event.
type Outcome struct {
	EncounterID     string             `json:"encounter_id"`
	Revision        int                `json:"revision"`
	ServiceDate     string             `json:"service_date"` // empty when the input's could not be read
	AsOf            string             `json:"as_of"`        // the day rules call today
	Claim           *Claim             `json:"claim"`        // null when the input broke the schema
	Findings        []Finding          `json:"findings"`
	FindingsOmitted int                `json:"findings_omitted,omitzero"`
	NotEvaluated    []NotEvaluated     `json:"not_evaluated"`
	Editions        map[string]Edition `json:"editions"`
	Profile         Profile            `json:"profile"`
	Engine          string             `json:"engine"`
}

// Claim is the normalised professional claim, what an 837P needs; in claim.rejected it is as billed.
type Claim struct {
	ControlNumber       string          `json:"control_number"` // patient control number, CLM01, at most 20 characters
	TotalCents          int64           `json:"total_cents"`
	PlaceOfService      string          `json:"place_of_service"`
	FrequencyCode       string          `json:"frequency_code"`
	OriginalClaimNumber string          `json:"original_claim_number,omitzero"`
	Patient             Patient         `json:"patient"`
	Coverage            []Coverage      `json:"coverage"`
	BillingProvider     BillingProvider `json:"billing_provider"`
	RenderingProvider   Provider        `json:"rendering_provider"`
	ReferringProvider   *Provider       `json:"referring_provider,omitzero"`
	SupervisingProvider *Provider       `json:"supervising_provider,omitzero"`
	Dates               Dates           `json:"dates,omitzero"`
	AccidentState       string          `json:"accident_state,omitzero"`
	Diagnoses           []string        `json:"diagnoses"` // without dots
	Lines               []ClaimLine     `json:"lines"`
}

// ClaimLine is one service line of the claim.
type ClaimLine struct {
	Line                int       `json:"line"`
	ControlNumber       string    `json:"control_number"` // REF*6R, at most 30 characters
	Code                string    `json:"code"`
	Modifiers           []string  `json:"modifiers,omitzero"`
	Units               int       `json:"units"`
	ChargeCents         int64     `json:"charge_cents"`
	DiagnosisPointers   []int     `json:"diagnosis_pointers"`
	RenderingProvider   *Provider `json:"rendering_provider,omitzero"`
	SupervisingProvider *Provider `json:"supervising_provider,omitzero"`
}

// Finding is what one rule says of one place of the encounter.
type Finding struct {
	Rule      string     `json:"rule"`
	Name      string     `json:"name"`
	Severity  string     `json:"severity"`  // reject, warn, info
	Certainty string     `json:"certainty"` // published, inferred
	Message   string     `json:"message"`
	Pointer   string     `json:"pointer"` // JSON pointer into the input's data
	Lines     []int      `json:"lines"`   // every line concerned
	Billed    string     `json:"billed,omitzero"`
	Expected  string     `json:"expected,omitzero"`
	Fix       *Fix       `json:"fix,omitzero"`
	Source    Source     `json:"source"`
	Predicted *Predicted `json:"predicted,omitzero"`
	SNIP      int        `json:"snip"`
}

// Fix is the smallest change that makes a finding go away. Safe means no clinical fact is attested by it.
type Fix struct {
	Summary string    `json:"summary"`
	Safe    bool      `json:"safe"`
	Patch   []PatchOp `json:"patch"`
}

// PatchOp is one JSON Patch (RFC 6902) operation on the input's data.
type PatchOp struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitzero"` // nil only for remove
}

// Source is who says so.
type Source struct {
	Authority string `json:"authority"`
	Title     string `json:"title"`
	Section   string `json:"section,omitzero"`
	URL       string `json:"url,omitzero"`
}

// Predicted is the adjustment a payer is expected to send if the claim goes out as billed.
type Predicted struct {
	Group string `json:"group"` // CO, OA, PR
	CARC  string `json:"carc"`
	RARC  string `json:"rarc,omitzero"`
}

// NotEvaluated is a rule that could not be judged; it is never counted as passed.
type NotEvaluated struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`          // closed list, see docs/events.md
	Detail string `json:"detail,omitzero"` // what was missing and how to supply it
}

// Edition is one reference table as it was read for the date of service.
type Edition struct {
	Name     string `json:"name"`
	Checksum string `json:"checksum"`
	Inferred bool   `json:"inferred,omitzero"` // carried forward past the end of the edition
}

// Profile is the payer profile that was applied.
type Profile struct {
	ID       string `json:"id"`
	Revision string `json:"revision"`
}
