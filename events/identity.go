package events

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// outcomeNamespace is the namespace of the name-based UUIDs (RFC 9562 section 5.5). It must never change:
// an input sent again years later has to get the same outcome id.
var outcomeNamespace = [16]byte{0x3c, 0x0b, 0x5d, 0x0e, 0x7a, 0x41, 0x4f, 0x6b, 0x9d, 0x52, 0x1e, 0x8a, 0x64, 0xc7, 0x20, 0xf3}

// OutcomeID is the id of the one outcome of an encounter's revision: the UUIDv5 over the encounter id
// with its length, the revision and the SHA-256 of the data's bytes as they were sent. What was decided
// is no part of it, so a redelivery to a worker with newer tables is still the same event.
func OutcomeID(encounterID string, revision int, data []byte) string {
	name := append(make([]byte, 0, 128), outcomeNamespace[:]...)
	name = binary.BigEndian.AppendUint64(name, uint64(len(encounterID)))
	name = append(name, encounterID...)
	name = binary.BigEndian.AppendUint64(name, uint64(revision))
	sum := sha256.Sum256(data)
	return uuidV5(append(name, sum[:]...))
}

// PartitionKey is the CloudEvents partitionkey of a patient's outcomes, so that a consumer can keep one
// patient's events in order without seeing the id: the first 16 bytes, in hexadecimal, of the SHA-256 of
// "claimscrub/partitionkey/1:" and the id. It is empty for an empty id. It is a pseudonym, not a
// secret: who can list all patient ids can find the one behind a key.
func PartitionKey(patientID string) string {
	if patientID == "" {
		return ""
	}
	name := append(make([]byte, 0, 128), "claimscrub/partitionkey/1:"...)
	sum := sha256.Sum256(append(name, patientID...))
	return hex.EncodeToString(sum[:16])
}

// uuidV5 is the UUID of a name, which follows the namespace in name.
func uuidV5(name []byte) string {
	sum := sha1.Sum(name)
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	text := make([]byte, 0, 36)
	text = hex.AppendEncode(text, sum[:4])
	for _, part := range [][]byte{sum[4:6], sum[6:8], sum[8:10], sum[10:16]} {
		text = append(text, '-')
		text = hex.AppendEncode(text, part)
	}
	return string(text)
}
