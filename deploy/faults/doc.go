// Package faults holds the tests that pull plugs on real processes: a three-node JetStream cluster and workers, each in a container of its own,
// under a steady load. They run where CLAIMSCRUB_REQUIRE_CONTAINERS is set, on Linux, as root, with a Docker engine of this machine:
//
//	CLAIMSCRUB_REQUIRE_CONTAINERS=1 TESTCONTAINERS_RYUK_DISABLED=true go test -count=1 -v ./deploy/faults
//
// With -update they write the table of docs/faults.md. The quick form of the same faults, in one process, is in handlers.
package faults
