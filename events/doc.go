// Package events is the wire: the contract of claimscrub as Go types, a strict decoder for
// encounter.completed, the CloudEvents 1.0 envelope in and out, and the JSON Schema and AsyncAPI
// documents that say the same to publishers and consumers. It imports nothing of the rest of claimscrub.
package events

// The CloudEvents types, which are also the default NATS subjects.
const (
	TypeEncounterCompleted  = "encounter.completed"
	TypeClaimReady          = "claim.ready"
	TypeClaimRejected       = "claim.rejected"
	TypeEncounterDeadLetter = "encounter.deadletter"
)
