package scrubber

// Kind is what was done, in the contract's words; KindOther when the service's code says what.
type Kind uint8

// The kinds of service.
const (
	KindOther Kind = iota
	OsteopathicManipulation
	ChiropracticManipulation
	ManualTherapy
	Massage
	TherapeuticExercise
	NeuromuscularReeducation
	GaitTraining
	AquaticTherapy
	TherapeuticActivities
	SelfCareTraining
	GroupTherapy
	PerformanceTest
	DryNeedling
	TriggerPointInjection
	Acupuncture
	Biofeedback
	ElectricalStimulation
	TENS
	Ultrasound
	MechanicalTraction
	HotColdPack
	Evaluation
	Reevaluation
	EvaluationManagement
	OrthoticManagement
	ProstheticTraining
	WheelchairManagement
	kinds
)

// kindCodes is the contract's table: the name of a kind and the codes it may be billed with.
var kindCodes = [kinds]struct {
	name  string
	codes []string
}{
	KindOther:                {"other", nil},
	OsteopathicManipulation:  {"osteopathic_manipulation", []string{"98925", "98926", "98927", "98928", "98929"}},
	ChiropracticManipulation: {"chiropractic_manipulation", []string{"98940", "98941", "98942", "98943"}},
	ManualTherapy:            {"manual_therapy", []string{"97140"}},
	Massage:                  {"massage", []string{"97124"}},
	TherapeuticExercise:      {"therapeutic_exercise", []string{"97110"}},
	NeuromuscularReeducation: {"neuromuscular_reeducation", []string{"97112"}},
	GaitTraining:             {"gait_training", []string{"97116"}},
	AquaticTherapy:           {"aquatic_therapy", []string{"97113"}},
	TherapeuticActivities:    {"therapeutic_activities", []string{"97530"}},
	SelfCareTraining:         {"self_care_training", []string{"97535"}},
	GroupTherapy:             {"group_therapy", []string{"97150"}},
	PerformanceTest:          {"performance_test", []string{"97750"}},
	DryNeedling:              {"dry_needling", []string{"20560", "20561"}},
	TriggerPointInjection:    {"trigger_point_injection", []string{"20552", "20553"}},
	Acupuncture:              {"acupuncture", []string{"97810", "97811", "97813", "97814"}},
	Biofeedback:              {"biofeedback", []string{"90901"}},
	ElectricalStimulation:    {"electrical_stimulation", []string{"97032", "97014", "G0283"}},
	TENS:                     {"tens", []string{"97032", "97014", "G0283"}},
	Ultrasound:               {"ultrasound", []string{"97035"}},
	MechanicalTraction:       {"mechanical_traction", []string{"97012"}},
	HotColdPack:              {"hot_cold_pack", []string{"97010"}},
	Evaluation:               {"evaluation", []string{"97161", "97162", "97163", "97165", "97166", "97167"}},
	Reevaluation:             {"reevaluation", []string{"97164", "97168"}},
	EvaluationManagement:     {"evaluation_management", []string{"99202", "99203", "99204", "99205", "99211", "99212", "99213", "99214", "99215"}},
	OrthoticManagement:       {"orthotic_management", []string{"97760"}},
	ProstheticTraining:       {"prosthetic_training", []string{"97761"}},
	WheelchairManagement:     {"wheelchair_management", []string{"97542"}},
}

// String is the contract's name of the kind.
func (k Kind) String() string { return kindCodes[k].name }

// Codes are the codes the kind may be billed with; none for KindOther.
func (k Kind) Codes() []string { return kindCodes[k].codes }

var kindsByName = func() map[string]Kind { //nolint:gochecknoglobals // never written
	all := map[string]Kind{}
	for k := range kinds {
		all[kindCodes[k].name] = k
	}
	return all
}()

// ParseKind reads a kind's name.
func ParseKind(name string) (Kind, bool) {
	k, ok := kindsByName[name]
	return k, ok
}

// Maps tells whether the kind may be billed with code.
func (k Kind) Maps(code string) bool {
	if len(code) != 5 {
		return false
	}
	for _, c := range kindCodes[k].codes {
		if c[4] == code[4] && c == code {
			return true
		}
	}
	return false
}
