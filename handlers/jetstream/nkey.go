package jetstream

import (
	"bytes"
	"fmt"

	"github.com/nats-io/nkeys"
)

// NewNKey returns the seed by which a user proves who it is, and the public key by which the broker knows it.
func NewNKey() (seed []byte, public string, err error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return nil, "", fmt.Errorf("make nkey: %w", err)
	}
	defer pair.Wipe()
	seed, err = pair.Seed()
	if err != nil {
		return nil, "", fmt.Errorf("make nkey: %w", err)
	}
	return bytes.Clone(seed), publicOf(pair), nil // wiping the pair wipes its seed
}

// PublicNKey returns the public key of a seed.
func PublicNKey(seed []byte) (string, error) {
	pair, err := nkeys.FromSeed(seed)
	if err != nil {
		return "", fmt.Errorf("read nkey seed: %w", err)
	}
	defer pair.Wipe()
	return publicOf(pair), nil
}

func publicOf(pair nkeys.KeyPair) string {
	public, err := pair.PublicKey()
	if err != nil {
		panic(fmt.Sprintf("public key of an nkey: %v", err)) // wiped pairs alone have none
	}
	return public
}
