package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"claimscrub/handlers/jetstream"
)

// brokerUsers are the users of deploy/nats/accounts.conf.
func brokerUsers() []string {
	return []string{"publisher", "worker", "submitter", "workqueue", "operator", "provisioner"}
}

func keysCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "keys DIR",
		Short: "Make the secrets of deploy/nats: a seed for each user, and the key of the store",
		Long: "keys writes DIR/USER.nk for each user of deploy/nats/accounts.conf, to be handed to that user alone, and DIR/store.key, which\n" +
			"encrypts the broker's streams. What is there already is kept. It prints the variables that the broker's configuration reads,\n" +
			"the store key among them: the output is a secret too.",
		Example: "  umask 077; mkdir -p secrets; claimscrub keys secrets > secrets/broker.env",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o700); err != nil {
				return fmt.Errorf("make keys: %w", err)
			}
			for _, user := range brokerUsers() {
				seed, err := keepSecret(filepath.Join(args[0], user+".nk"), func() (string, error) {
					seed, _, err := jetstream.NewNKey()
					return string(seed), err
				})
				if err != nil {
					return err
				}
				public, err := jetstream.PublicNKey([]byte(seed))
				if err != nil {
					return fmt.Errorf("%s: %w", filepath.Join(args[0], user+".nk"), err)
				}
				fmt.Fprintf(c.OutOrStdout(), "CLAIMSCRUB_NKEY_%s=%s\n", strings.ToUpper(user), public)
			}
			key, err := keepSecret(filepath.Join(args[0], "store.key"), newStoreKey)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "CLAIMSCRUB_BROKER_STORE_KEY=%s\n", key)
			return nil
		},
	}
}

// newStoreKey returns a key of more than 128 bits. It begins with a letter: a broker's configuration would read digits as a number.
func newStoreKey() (string, error) { return "K" + rand.Text() + rand.Text(), nil }

// keepSecret returns the secret in the file, made anew when there is no file. Two that make it at once end with the same one.
func keepSecret(path string, make func() (string, error)) (string, error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return secret(path)
	}
	text, err := make()
	if err != nil {
		return "", err
	}
	// Written aside and linked into place: nobody reads half a secret, and the first to link wins.
	aside, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // 0600
	if err != nil {
		return "", fmt.Errorf("keep secret %s: %w", path, err)
	}
	defer os.Remove(aside.Name())
	_, err = aside.WriteString(text + "\n")
	if err := errors.Join(err, aside.Sync(), aside.Close()); err != nil {
		return "", fmt.Errorf("keep secret %s: %w", path, err)
	}
	if err := os.Link(aside.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("keep secret %s: %w", path, err)
	}
	return secret(path)
}
