// Package claimscrub is the root of the claims scrubber; it holds only the tests of the whole. The
// command is cmd/claimscrub, and README.md says where everything else is.
package claimscrub
