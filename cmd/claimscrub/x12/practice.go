package x12

import (
	"cmp"
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Practice is what the practice knows and no event says: who sends the claims to whom, and the names and
// addresses of its providers and payers. Its texts are upper case and fit X12.
type Practice struct {
	usage             string // ISA15: T or P
	submitter         party
	contact           contact
	receiver          party
	providerSignature string // CLM06: Y or N
	billing           map[string]billing
	people            map[string]person
	payers            map[string]payer
	facilities        map[string]facility // by place of service
}

// party is one end of the interchange.
type party struct{ name, id, qualifier, interchangeID, groupID string }

type contact struct{ name, phone, extension string }

// name is that of an organization or of a person.
type name struct{ organization, last, first, middle, suffix string }

type address struct{ street, street2, city, state, zip string }

// billing is a billing provider.
type billing struct {
	name         name
	address      address
	payTo        *address
	taxID, taxIs string // nine digits; EI or SY
	taxonomy     string
}

// person is a rendering, referring or supervising provider.
type person struct {
	name     name
	taxonomy string
}

// payer is a payer by its id.
type payer struct {
	name             string
	filing           string // SBR09, when it is not the program's
	acceptAssignment string // CLM07: A or C
	address          *address
}

// facility is where services of a place of service are rendered, when not at the billing provider's address.
type facility struct {
	name, npi string
	address   address
}

// ReadPractice reads a practice file, YAML; file names it in errors. The error joins everything that is
// wrong with it, each with line, column and what to write.
func ReadPractice(file string, text []byte) (*Practice, error) {
	r := &reader{file: file}
	p := &Practice{billing: map[string]billing{}, people: map[string]person{}, payers: map[string]payer{}, facilities: map[string]facility{}}
	root := r.root(text)
	if root == nil {
		return nil, errors.Join(r.errs...)
	}
	r.mapping(root, "the practice file",
		field{"usage", true, r.word(&p.usage, "usage", "test", "T", "production", "P")},
		field{"submitter", true, func(n *yaml.Node) {
			r.party(n, &p.submitter, "submitter", field{"contact", true, func(n *yaml.Node) {
				r.mapping(n, "contact",
					field{"name", true, r.text(&p.contact.name, "the contact's name", 1, 60)},
					field{"phone", true, r.digits(&p.contact.phone, "the contact's phone", "(555) 555-0100", 10)},
					field{"extension", false, r.text(&p.contact.extension, "the contact's extension", 1, 10)})
			}})
		}},
		field{"receiver", true, func(n *yaml.Node) { r.party(n, &p.receiver, "receiver") }},
		field{"provider_signature_on_file", true, r.word(&p.providerSignature, "provider_signature_on_file", "yes", "Y", "no", "N")},
		field{"billing_providers", true, byNPI(r, "billing_providers", p.billing, r.billing)},
		field{"providers", false, byNPI(r, "providers", p.people, r.person)},
		field{"payers", true, r.payers(p.payers)},
		field{"service_facilities", false, r.facilities(p.facilities)},
	)
	if err := errors.Join(r.errs...); err != nil {
		return nil, err
	}
	return p, nil
}

// party reads one end of the interchange. Its id stands in the envelopes too where they have none of their own.
func (r *reader) party(n *yaml.Node, p *party, what string, more ...field) {
	r.mapping(n, what, append(more,
		field{"name", true, r.text(&p.name, "the "+what+"'s name", 1, 60)},
		field{"id", true, r.text(&p.id, "the "+what+"'s id", 2, 80)},
		field{"qualifier", true, r.code(&p.qualifier, "the "+what+"'s qualifier", "01", "14", "20", "27", "28", "29", "30", "33", "ZZ")},
		field{"interchange_id", false, r.text(&p.interchangeID, "the "+what+"'s interchange_id", 1, 15)},
		field{"group_id", false, r.text(&p.groupID, "the "+what+"'s group_id", 2, 15)},
	)...)
	p.interchangeID, p.groupID = cmp.Or(p.interchangeID, p.id), cmp.Or(p.groupID, p.id)
	if len(p.interchangeID) > 15 || len(p.groupID) > 15 {
		r.fail(n, "the %s's id is longer than the 15 characters of an envelope: expected interchange_id and group_id beside it", what)
	}
}

// byNPI reads a mapping of NPI to what read reads.
func byNPI[T any](r *reader, what string, to map[string]T, read func(*yaml.Node) T) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.entries(n, what, func(key, value *yaml.Node) {
			if !number(key.Value, 10) {
				r.fail(key, "a key of %s: expected an NPI, 10 digits", what)
				return
			}
			to[key.Value] = read(value)
		})
	}
}

func (r *reader) billing(n *yaml.Node) (b billing) {
	r.mapping(n, "a billing provider",
		field{"name", true, r.name(&b.name, true)},
		field{"address", true, func(n *yaml.Node) { r.placeOfWork(&b.address)(n) }},
		field{"pay_to", false, func(n *yaml.Node) {
			b.payTo = new(address)
			r.address(b.payTo, 5, 9)(n)
		}},
		field{"tax_id", true, r.digits(&b.taxID, "tax_id", "12-3456789", 9)},
		field{"tax_id_type", true, r.word(&b.taxIs, "tax_id_type", "ein", "EI", "ssn", "SY")},
		field{"taxonomy", false, r.taxonomy(&b.taxonomy)},
	)
	return b
}

func (r *reader) person(n *yaml.Node) (p person) {
	r.mapping(n, "a provider",
		field{"name", true, r.name(&p.name, false)},
		field{"taxonomy", false, r.taxonomy(&p.taxonomy)},
	)
	return p
}

func (r *reader) taxonomy(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.text(to, "taxonomy", 10, 10)(n)
		if !alphanumeric(*to) {
			r.fail(n, "taxonomy: expected letters and digits alone")
		}
	}
}

func (r *reader) payers(to map[string]payer) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.entries(n, "payers", func(key, value *yaml.Node) {
			var p payer
			r.mapping(value, "a payer",
				field{"name", true, r.text(&p.name, "the payer's name", 1, 60)},
				field{"accepts_assignment", true, r.word(&p.acceptAssignment, "accepts_assignment", "yes", "A", "no", "C")},
				field{"filing_indicator", false, r.code(&p.filing, "filing_indicator", filingIndicators...)},
				field{"address", false, func(n *yaml.Node) {
					p.address = new(address)
					r.address(p.address, 5, 9)(n)
				}},
			)
			to[key.Value] = p
		})
	}
}

func (r *reader) facilities(to map[string]facility) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.entries(n, "service_facilities", func(key, value *yaml.Node) {
			var f facility
			if !number(key.Value, 2) {
				r.fail(key, "a key of service_facilities: expected a place of service, 2 digits")
			}
			r.mapping(value, "a service facility",
				field{"name", true, r.text(&f.name, "the facility's name", 1, 60)},
				field{"npi", false, r.digits(&f.npi, "npi", "1234567893", 10)},
				field{"address", true, r.placeOfWork(&f.address)},
			)
			to[key.Value] = f
		})
	}
}

// name reads the name of a person, or of an organization where that may be.
func (r *reader) name(to *name, organization bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		fields := []field{
			{"last", false, r.text(&to.last, "the last name", 1, 60)},
			{"first", false, r.text(&to.first, "the first name", 1, 35)},
			{"middle", false, r.text(&to.middle, "the middle name", 1, 25)},
			{"suffix", false, r.text(&to.suffix, "the suffix", 1, 10)},
		}
		expected := "last and first"
		if organization {
			fields = append(fields, field{"organization", false, r.text(&to.organization, "the organization's name", 1, 60)})
			expected = "organization alone, or last and first"
		}
		before := len(r.errs)
		r.mapping(n, "a name", fields...)
		personal := to.last != "" && to.first != ""
		if len(r.errs) == before && (to.organization == "" && !personal || to.organization != "" && *to != (name{organization: to.organization})) {
			r.fail(n, "a name: expected %s", expected)
		}
	}
}

// address reads an address in the United States.
func (r *reader) address(to *address, zips ...int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.mapping(n, "an address",
			field{"street", true, r.text(&to.street, "street", 1, 55)},
			field{"street2", false, r.text(&to.street2, "street2", 1, 55)},
			field{"city", true, r.text(&to.city, "city", 2, 30)},
			field{"state", true, func(n *yaml.Node) {
				r.text(&to.state, "state", 2, 2)(n)
				if strings.Trim(to.state, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
					r.fail(n, "state: expected two letters")
				}
			}},
			field{"zip", true, r.digits(&to.zip, "zip", `"45202-1234"`, zips...)},
		)
	}
}

// placeOfWork reads an address where people work: with ZIP+4, and no post office box.
func (r *reader) placeOfWork(to *address) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.address(to, 9)(n)
		street := strings.NewReplacer(".", "", " ", "").Replace(to.street)
		if strings.HasPrefix(street, "POBOX") || strings.HasPrefix(street, "POSTOFFICEBOX") {
			r.fail(n, "street is a post office box: expected the street address; a billing provider's box belongs under pay_to")
		}
	}
}
