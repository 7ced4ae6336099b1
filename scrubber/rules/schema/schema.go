// Package schema says where an input that names its encounter breaks the schema: one rule for each kind of
// violation, one finding for each place.
package schema

import "claimscrub/scrubber"

// Rules are the rules of the family.
func Rules() []scrubber.Rule {
	return []scrubber.Rule{DuplicateKey, WrongType, UnknownEnum, MissingField, OutOfRange, TooMany, Envelope}
}

// contract is the schema that publishers write by.
func contract(section string) scrubber.Source {
	return scrubber.Source{Authority: "claimscrub", Title: "Contract of encounter.completed, version 1", Section: section}
}

// report returns the check of one kind of violation of the data.
func report(kind string) func(*scrubber.Case, *scrubber.Report) {
	return func(c *scrubber.Case, r *scrubber.Report) {
		for i := range c.Violations {
			if v := &c.Violations[i]; v.Kind == kind && v.Attribute == "" {
				r.Add(scrubber.Finding{Message: message(v), Pointer: v.Pointer})
			}
		}
	}
}

// message repeats the decoder's words, which hold no text of the input.
func message(v *scrubber.Violation) string {
	if v.Got == "" {
		return "expected " + v.Expected
	}
	return "expected " + v.Expected + ", got " + v.Got
}
