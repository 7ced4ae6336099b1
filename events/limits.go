package events

// The bounds of an input. Those of fields are in the JSON Schema too, and a test holds the two together.
const (
	MaxBody  = 1 << 20 // bytes of a body, when no other limit is given
	MaxDepth = 64      // nested objects and arrays, also inside unknown fields

	maxCoverage    = 10
	maxPlansOfCare = 20
	maxDiagnoses   = 50
	maxServices    = 100
	maxCharges     = 100
	maxSameDay     = 100
	maxModifiers   = 8
	maxPointers    = 50
	maxServiceIDs  = 100
	maxIntervals   = 50
	maxRegions     = 50
	maxMuscles     = 100
	maxTechniques  = 50
	maxPARTFacts   = 10

	maxRevision = 1<<53 - 1 // the largest integer that every JSON reader keeps exactly (RFC 7493)
	maxNumber   = 999_999   // line and session numbers
	maxUnits    = 999_999_999
	maxCents    = 999_999_999_999
	dayMinutes  = 1440
)

// text bounds the length of a string in characters (Unicode code points, as JSON Schema counts).
type text struct{ min, max int }

var (
	idText        = text{1, 64} // identifiers that publishers choose
	payerText     = text{1, 80}
	referenceText = text{1, 50} // X12 REF02 is at most 50 characters
	npiText       = text{0, 32} // a rule judges length and check digit
	taxText       = text{1, 32}
	codeText      = text{1, 16} // HCPCS, CPT and ICD-10-CM codes
	modifierText  = text{1, 8}
	muscleText    = text{1, 80}
	techniqueText = text{1, 200}
	attributeText = text{1, 1024} // attributes of the CloudEvents envelope
)

// The closed lists. They are read only.
var (
	sexes        = []string{"F", "M", "U"}
	programs     = []string{"medicare_b", "medicare_advantage", "medicaid", "tricare", "veterans", "commercial", "workers_comp", "auto", "self_pay", "other"}
	frequencies  = []string{"1", "7", "8"}
	credentials  = []string{"DO", "MD", "DC", "PT", "OT", "SLP", "PTA", "OTA", "NP", "PA", "LAC", "LMT", "other"}
	disciplines  = []string{"PT", "OT", "SLP"}
	clinicians   = []string{"therapist", "assistant"}
	partFacts    = []string{"pain", "asymmetry", "range_of_motion", "tissue_tone"}
	serviceKinds = []string{
		"osteopathic_manipulation", "chiropractic_manipulation", "manual_therapy", "massage",
		"therapeutic_exercise", "neuromuscular_reeducation", "gait_training", "aquatic_therapy",
		"therapeutic_activities", "self_care_training", "group_therapy", "performance_test",
		"dry_needling", "trigger_point_injection", "acupuncture", "biofeedback",
		"electrical_stimulation", "tens", "ultrasound", "mechanical_traction", "hot_cold_pack",
		"evaluation", "reevaluation", "evaluation_management", "orthotic_management",
		"prosthetic_training", "wheelchair_management", "other",
	}
	// A side is written at a limb only; both sides are one region.
	regions = []string{
		"head", "cervical", "thoracic", "lumbar", "sacral", "pelvic",
		"lower_extremity", "left_lower_extremity", "right_lower_extremity",
		"upper_extremity", "left_upper_extremity", "right_upper_extremity", "rib_cage", "abdomen",
	}
)
