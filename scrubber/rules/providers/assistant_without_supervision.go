package providers

import "claimscrub/scrubber"

// AssistantWithoutSupervision rejects services rendered by an assistant when nobody supervises, and warns when the supervisor is of
// another profession.
var AssistantWithoutSupervision = scrubber.Rule{
	ID: "PRV002", Name: "assistant-without-supervision",
	Title: "A therapy assistant's services have no supervising therapist",
	Why: "A PTA works under a physical therapist and an OTA under an occupational therapist, who are billed as the provider. An assistant is not enrolled with " +
		"Medicare and most payers: without the supervising therapist the claim has no one to pay.",
	Fix:    "name the therapist who supervised the assistant",
	Source: scrubber.Source{Authority: "CMS", Title: "42 CFR 410.60(a)(3), (c)(2) and 410.59(a)(3), (c)(2) supervision of assistants", URL: "https://www.ecfr.gov/current/title-42/section-410.60"},
	Since:  "0.1.0", Severity: scrubber.Reject, Certainty: scrubber.Published,
	Predicts: scrubber.CARC{Code: "16", RARC: "N297"}, SNIP: 4, Needs: scrubber.NoTables, Facts: scrubber.MissingFacts,
	Check: assistantWithoutSupervision,
}

func assistantWithoutSupervision(c *scrubber.Case, r *scrubber.Report) {
	judged := [2]bool{}
	for i := range c.Lines {
		l := &c.Lines[i]
		assistant := c.RenderedBy(l).Credential
		therapist := supervisorOf(assistant)
		if therapist == "" {
			continue
		}
		pointer := "/supervising_provider"
		if l.Rendering != nil {
			pointer = l.Pointer("supervising_provider")
		}
		by := supervising(c, l)
		switch {
		case by == nil && !judged[0]:
			judged[0] = true
			r.Add(scrubber.Finding{
				Message: "services rendered by an assistant without a supervising provider", Pointer: pointer,
				Lines: numbers(c, func(m *scrubber.Line) bool {
					return supervisorOf(c.RenderedBy(m).Credential) != "" && supervising(c, m) == nil
				}),
			})
		case by != nil && by.Credential != "" && by.Credential != therapist && !judged[1]:
			judged[1] = true
			r.Add(scrubber.Finding{
				Severity: scrubber.Warn,
				Message:  "services rendered by an assistant under a supervisor of another profession", Pointer: pointer,
				Lines: numbers(c, func(m *scrubber.Line) bool {
					t, s := supervisorOf(c.RenderedBy(m).Credential), supervising(c, m)
					return t != "" && s != nil && s.Credential != "" && s.Credential != t
				}),
			})
		}
	}
}

// supervisorOf is the credential of who supervises the assistant; empty for anyone who is no assistant.
func supervisorOf(assistant string) string {
	switch assistant {
	case "PTA":
		return "PT"
	case "OTA":
		return "OT"
	}
	return ""
}

// supervising is the line's supervising provider, else the encounter's.
func supervising(c *scrubber.Case, l *scrubber.Line) *scrubber.Provider {
	if l.Supervising != nil {
		return l.Supervising
	}
	return c.Supervising
}
