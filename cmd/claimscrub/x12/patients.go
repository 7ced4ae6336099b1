package x12

import (
	"errors"
	"time"

	"go.yaml.in/yaml/v3"
)

// Patients is a patient directory: what 837P needs of patients and no event says, by patient id. Its texts
// are upper case and fit X12.
type Patients struct{ byID map[string]patient }

type patient struct {
	fault     error // what is wrong with the entry
	name      name
	address   address
	release   string               // CLM09: Y or I
	accidents map[string]string    // AA, EM or OA by day YYYY-MM-DD
	coverage  map[string]insurance // by payer id
}

// insurance is a patient's coverage by one payer.
type insurance struct {
	relationship   string // SBR02 and PAT01: 18 is self
	assigned       string // CLM08: Y, N or W
	subscriber     name   // when not self
	group          string
	groupName      string
	claimNumber    string // REF*Y4
	medicareSecond string // SBR05
	subscriberHome *address
}

// self is the relationship of a patient who is the subscriber.
const self = "18"

// ReadPatients reads a patient directory, YAML; file names it in errors. The error joins everything that
// is wrong with the directory, each with line, column and what to write, and repeats nothing of the file. What is
// wrong with a patient's entry is that patient's alone: see Fault.
func ReadPatients(file string, text []byte) (*Patients, error) {
	r := &reader{file: file}
	p := &Patients{map[string]patient{}}
	if root := r.root(text); root != nil {
		r.mapping(root, "the patient directory", field{"patients", true, func(n *yaml.Node) {
			r.entries(n, "patients", func(key, value *yaml.Node) {
				of := reader{file: file}
				entry := of.patient(value)
				entry.fault = errors.Join(of.errs...)
				p.byID[key.Value] = entry
			})
		}})
	}
	if err := errors.Join(r.errs...); err != nil {
		return nil, err
	}
	return p, nil
}

// Fault joins everything that is wrong with the patient's entry, as ReadPatients says it; nil for an entry in order, or none.
func (p *Patients) Fault(id string) error { return p.byID[id].fault }

func (r *reader) patient(n *yaml.Node) (p patient) {
	p.accidents, p.coverage = map[string]string{}, map[string]insurance{}
	r.mapping(n, "a patient",
		field{"name", true, r.name(&p.name, false)},
		field{"address", true, r.address(&p.address, 5, 9)},
		field{"release_of_information", true, r.word(&p.release, "release_of_information", "signed", "Y", "informed_consent", "I")},
		field{"accidents", false, func(n *yaml.Node) {
			r.entries(n, "accidents", func(key, value *yaml.Node) {
				var cause string
				if _, err := time.Parse(time.DateOnly, key.Value); err != nil {
					r.fail(key, "a key of accidents: expected a day, YYYY-MM-DD")
				}
				r.word(&cause, "the cause of an accident", "auto", "AA", "employment", "EM", "other", "OA")(value)
				p.accidents[key.Value] = cause
			})
		}},
		field{"coverage", true, func(n *yaml.Node) {
			r.entries(n, "coverage", func(key, value *yaml.Node) { p.coverage[key.Value] = r.insurance(value) })
		}},
	)
	return p
}

func (r *reader) insurance(n *yaml.Node) (i insurance) {
	r.mapping(n, "a coverage",
		field{"relationship", true, r.word(&i.relationship, "relationship", "self", self, "spouse", "01", "child", "19", "employee", "20",
			"unknown", "21", "organ_donor", "39", "cadaver_donor", "40", "life_partner", "53", "other", "G8")},
		field{"benefits_assigned", true, r.word(&i.assigned, "benefits_assigned", "yes", "Y", "no", "N", "not_applicable", "W")},
		field{"subscriber", false, r.name(&i.subscriber, true)},
		field{"subscriber_address", false, func(n *yaml.Node) {
			i.subscriberHome = new(address)
			r.address(i.subscriberHome, 5, 9)(n)
		}},
		field{"group_number", false, r.text(&i.group, "group_number", 1, 50)},
		field{"group_name", false, r.text(&i.groupName, "group_name", 1, 60)},
		field{"claim_number", false, r.text(&i.claimNumber, "claim_number", 1, 50)},
		field{"medicare_secondary_reason", false, r.code(&i.medicareSecond, "medicare_secondary_reason", "12", "13", "14", "15", "16", "41", "42", "43", "47")},
	)
	switch known := i.subscriber != (name{}); {
	case i.relationship == self && (known || i.subscriberHome != nil):
		r.fail(n, "a coverage with a subscriber: expected none where the relationship is self")
	case i.relationship != self && i.relationship != "" && !known:
		r.fail(n, "a coverage lacks subscriber: expected subscriber: {last: ..., first: ...} where the relationship is not self")
	}
	return i
}
