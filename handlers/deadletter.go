package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reasons of a dead letter. The list is closed: header values, metric labels and filters take nothing else.
const (
	ReasonNotJSON         = "not_json"
	ReasonNotAnEncounter  = "not_an_encounter"
	ReasonTooLarge        = "too_large"
	ReasonDeliveryLimit   = "delivery_limit"
	ReasonPanic           = "panic"
	HeaderContentType     = "content-type"
	HeaderReason          = "claimscrub-reason"
	HeaderError           = "claimscrub-error"
	HeaderReplayOf        = "claimscrub-replay-of" // on a replayed input: the dead letter it was
	HeaderStreamSequence  = "claimscrub-stream-seq"
	maxErrorHeaderBytes   = 512
	deadLetterContentType = "application/octet-stream"
)

// DeadLetterReasons returns the closed list of reasons, sorted.
func DeadLetterReasons() []string {
	reasons := []string{ReasonNotJSON, ReasonNotAnEncounter, ReasonTooLarge, ReasonDeliveryLimit, ReasonPanic}
	slices.Sort(reasons)
	return reasons
}

// DeadLetter returns the decision that sets m aside byte for byte. The reason is one of DeadLetterReasons. The text says what is wrong and where;
// it must not quote the body. Control characters and everything over 512 bytes are taken out of it, since it becomes a header.
// One message has one dead letter: its ID holds stream, sequence and the time it was stored, so that a second reason found on redelivery is dropped
// by the broker, and the message of that number in a stream made anew is not.
// The headers that make the body a CloudEvent stay, so that a replay is read as the message was.
func DeadLetter(m Message, reason, text string) Decision {
	header := map[string]string{
		HeaderContentType:    deadLetterContentType,
		HeaderReason:         reason,
		HeaderError:          headerText(text),
		HeaderStreamSequence: strconv.FormatUint(m.Sequence, 10),
	}
	kept := map[string]bool{}
	for given, values := range m.Header {
		name := strings.ToLower(given)
		if len(values) == 0 || !slices.Contains(keptHeaders(), name) {
			continue
		}
		// Of names that differ in case alone the least value counts, as for the decoder: a map has no order, and a letter is the same whoever makes it.
		if value, was := headerText(values[0]), kept[name]; !was || header[name] == "" || value != "" && value < header[name] {
			header[name], kept[name] = value, true
		}
	}
	return Decision{Result: DeadLettered, Subject: SubjectDeadLetter, ID: deadLetterID(m), Header: header, Body: m.Body, Reason: reason}
}

// keptHeaders are those of an input that its dead letter keeps: what the decoder reads, and nothing that may say who the patient is.
func keptHeaders() []string {
	return []string{HeaderContentType, "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "ce-datacontenttype", "ce-correlationid", "ce-traceparent", HeaderReplayOf}
}

// deadLetterID falls back to a hash of the body where there is no broker and so no sequence.
func deadLetterID(m Message) string {
	if m.Sequence == 0 {
		sum := sha256.Sum256(m.Body)
		return "deadletter:" + hex.EncodeToString(sum[:16])
	}
	return fmt.Sprintf("deadletter:%s:%d:%d", m.Stream, m.Sequence, m.Received.UnixNano())
}

// headerText makes text safe as a header value: printable, one line, valid UTF-8, at most 512 bytes.
func headerText(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	if len(text) > maxErrorHeaderBytes {
		cut := maxErrorHeaderBytes
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	return strings.TrimSpace(text)
}
