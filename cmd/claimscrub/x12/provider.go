package x12

import (
	"cmp"
	"slices"
	"strings"

	"claimscrub/events"
)

// billing writes 2000A behind its HL, 2010AA and 2010AB. The event's tax id and taxonomy are sent; a tax
// id that is not the practice file's is not.
func (b *builder) billing() {
	p := b.claim.BillingProvider
	who, known := b.practice.billing[p.NPI]
	if !known {
		b.lack("the billing provider is not in the practice file: expected its NPI under billing_providers")
		return
	}
	if sent := strings.NewReplacer("-", "", " ", "").Replace(p.TaxID); sent != "" && sent != who.taxID {
		b.lack("billing_provider/tax_id is not the one of the practice file")
	}
	b.taxonomy("BI", "billing", p.Taxonomy, who.taxonomy)
	b.name("85", who.name, "XX", p.NPI)
	b.address(who.address)
	b.add("REF", who.taxIs, who.taxID)
	if who.payTo != nil {
		b.add("NM1", "87", map[bool]string{true: "2", false: "1"}[who.name.organization != ""])
		b.address(*who.payTo)
	}
}

// taxonomy writes the specialty, where it is known: the event's, else the practice file's.
func (b *builder) taxonomy(code, role, sent, known string) {
	if sent = cmp.Or(sent, known); sent != "" {
		b.add("PRV", code, "PXC", b.letters(role+"_provider/taxonomy", sent, 10, 10))
	}
}

// providers writes 2310: who referred, rendered and supervised, and where, when it was not at the billing provider's address.
func (b *builder) providers() {
	c := b.claim
	if c.ReferringProvider != nil {
		b.provider("DN", "referring", *c.ReferringProvider)
	}
	if c.RenderingProvider.NPI != c.BillingProvider.NPI {
		b.provider("82", "rendering", c.RenderingProvider)
	}
	b.facility()
	if c.SupervisingProvider != nil {
		b.provider("DQ", "supervising", *c.SupervisingProvider)
	}
}

// provider writes the name of a provider, and of a rendering one the specialty.
func (b *builder) provider(entity, role string, p events.Provider) {
	who, known := b.practice.people[p.NPI]
	if billing, also := b.practice.billing[p.NPI]; !known && also && billing.name.last != "" {
		who, known = person{billing.name, billing.taxonomy}, true
	}
	if !known {
		b.lack("the %s provider is not in the practice file: expected the NPI under providers", role)
		return
	}
	b.name(entity, who.name, "XX", p.NPI)
	if entity == "82" {
		b.taxonomy("PE", role, p.Taxonomy, who.taxonomy)
	}
}

// facility writes 2310C. The office is the billing provider's address unless the practice file says otherwise;
// a patient's home is never named (X12 RFI 423), nor is there a place for telehealth.
func (b *builder) facility() {
	f, known := b.practice.facilities[b.claim.PlaceOfService]
	if !known {
		if !slices.Contains([]string{"02", "10", "11", "12"}, b.claim.PlaceOfService) {
			b.lack("the place of service is not in the practice file: expected it under service_facilities")
		}
		return
	}
	if f.npi == "" {
		b.name("77", name{organization: f.name}, "", "")
	} else {
		b.name("77", name{organization: f.name}, "XX", f.npi)
	}
	b.address(f.address)
}
