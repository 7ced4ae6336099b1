package x12

import (
	"cmp"
	"strings"

	"claimscrub/events"
)

// filingIndicators are the codes of SBR09.
var filingIndicators = []string{"11", "12", "13", "14", "15", "16", "17", "AM", "BL", "CH", "CI", "DS", "FI", "HM", "LM", "MA", "MB", "MC", "OF", "TV", "VA", "WC", "ZZ"}

// filing is SBR09 of a program, empty for one that is unknown.
func filing(program string) string {
	switch program {
	case "medicare_b":
		return "MB"
	case "medicare_advantage":
		return "16"
	case "medicaid":
		return "MC"
	case "tricare":
		return "CH"
	case "veterans":
		return "VA"
	case "commercial":
		return "CI"
	case "workers_comp":
		return "WC"
	case "auto":
		return "AM"
	case "other":
		return "ZZ"
	}
	return ""
}

// insured is one coverage of the claim with what the practice file and the patient directory add.
type insured struct {
	events.Coverage
	insurance
	payer payer
}

// insurances are the claim's coverages that have a payer, the primary first.
func (b *builder) insurances() (all []insured) {
	seen := map[string]bool{}
	for _, v := range b.claim.Coverage {
		if v.Program == "self_pay" {
			continue // a last resort behind payers: nobody to name
		}
		i := insured{Coverage: v}
		known := false
		if i.payer, known = b.practice.payers[v.PayerID]; !known {
			b.lack("a payer of the claim is not in the practice file: expected its payer id under payers")
		}
		if i.insurance, known = b.patient.coverage[v.PayerID]; !known && b.known {
			b.lack("a coverage of the patient is not in the patient directory: expected its payer id under coverage")
		}
		if seen[v.PayerID] {
			b.lack("two coverages have one payer id: the patient directory does not tell them apart")
		}
		seen[v.PayerID] = true
		all = append(all, i)
	}
	return all
}

// memberID is the member id as the payer knows it: the dashes of a Medicare number are for people alone.
func (b *builder) memberID(i insured) string {
	id := i.MemberID
	if i.Program == "medicare_b" {
		id = strings.ReplaceAll(id, "-", "")
	}
	return b.text("member_id", id, 2, 80)
}

// groupName is SBR04, sent where there is no group number.
func (i insured) groupName() string {
	if i.group != "" {
		return ""
	}
	return i.insurance.groupName
}

// filing is SBR09: the practice file's for the payer, else the program's.
func (b *builder) filing(i insured) string {
	known := filing(i.Program)
	if known == "" {
		b.lack("coverage/program: expected one of the published programs")
	}
	return cmp.Or(i.payer.filing, known)
}

// subscriber writes 2000B behind its HL, 2010BA and 2010BB: the primary payer's.
func (b *builder) subscriber(i insured) {
	relationship, who := "", i.insurance.subscriber
	if i.relationship == self {
		relationship, who = self, b.patient.name
	}
	b.add("SBR", "P", relationship, i.group, i.groupName(), "", "", "", "", b.filing(i))
	b.name("IL", who, "MI", b.memberID(i))
	if i.relationship == self {
		b.address(b.patient.address)
		b.demographics()
		b.propertyClaim(i)
	}
	b.name("PR", name{organization: i.payer.name}, "PI", b.text("payer_id", i.PayerID, 2, 80))
	if i.payer.address != nil {
		b.address(*i.payer.address)
	}
}

// dependent writes 2000C behind its HL and 2010CA.
func (b *builder) dependent(i insured) {
	b.add("PAT", i.relationship)
	b.name("QC", b.patient.name, "", "")
	b.address(b.patient.address)
	b.demographics()
	b.propertyClaim(i)
}

// demographics writes the patient's birth date and sex.
func (b *builder) demographics() {
	sex := b.claim.Patient.Sex
	if sex != "F" && sex != "M" && sex != "U" {
		b.lack("patient/sex: expected F, M or U")
	}
	b.add("DMG", "D8", b.date("patient/birth_date", b.claim.Patient.BirthDate), sex)
}

// propertyClaim writes the payer's number of a property and casualty claim, under the patient.
func (b *builder) propertyClaim(i insured) {
	if i.claimNumber != "" {
		b.add("REF", "Y4", i.claimNumber)
	}
}

// responsibility are the codes of SBR01, primary first.
const responsibility = "PSTABCDEFG"

// otherPayer writes 2320 and 2330: a coverage behind the primary. It holds no amounts, for nobody has paid yet.
func (b *builder) otherPayer(rank int, i insured) {
	if rank >= len(responsibility) {
		b.lack("%d coverages: expected at most %d", rank+1, len(responsibility))
		return
	}
	if i.Program == "medicare_b" && i.medicareSecond == "" && b.known {
		b.lack("why Medicare is not primary is not in the patient directory: expected medicare_secondary_reason beside the coverage")
	}
	who, home := b.patient.name, &b.patient.address
	if i.relationship != self {
		who, home = i.insurance.subscriber, i.subscriberHome
	}
	second := ""
	if i.Program == "medicare_b" {
		second = i.medicareSecond
	}
	b.add("SBR", responsibility[rank:rank+1], i.relationship, i.group, i.groupName(), second, "", "", "", b.filing(i))
	b.add("OI", "", "", i.assigned, "", "", b.patient.release)
	b.name("IL", who, "MI", b.memberID(i))
	if home != nil {
		b.address(*home)
	}
	b.name("PR", name{organization: i.payer.name}, "PI", b.text("payer_id", i.PayerID, 2, 80))
	if v := b.optional("authorization", i.Authorization, 50); v != "" {
		b.add("REF", "G1", v)
	}
}

// name writes an NM1 of who is an organization or a person; their texts were checked when they were read.
func (b *builder) name(entity string, n name, qualifier, id string) {
	if n.organization != "" {
		b.add("NM1", entity, "2", n.organization, "", "", "", "", qualifier, id)
		return
	}
	b.add("NM1", entity, "1", n.last, n.first, n.middle, "", n.suffix, qualifier, id)
}

func (b *builder) address(a address) {
	b.add("N3", a.street, a.street2)
	b.add("N4", a.city, a.state, a.zip)
}
