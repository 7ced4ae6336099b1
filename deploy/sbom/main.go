// Command sbom writes what a binary was built from as a CycloneDX bill of materials: every Go module that the linker took in, as the binary itself
// records it, so that it also tells of a binary of another platform. The same binary gives the same bytes.
//
//	go run ./deploy/sbom claimscrub 0.1.0 > claimscrub.cdx.json
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/google/uuid"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sbom BINARY VERSION")
		os.Exit(2)
	}
	text, err := ofFile(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
	os.Stdout.Write(text)
}

// ofFile returns the bill of the binary at path, released as version.
func ofFile(path, version string) ([]byte, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil, err
	}
	binary, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(binary)
	return encode(info, version, hex.EncodeToString(sum[:]))
}

// bom is a bill of materials as CycloneDX 1.6 has it: https://cyclonedx.org/docs/1.6/json/.
type bom struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl"`
	Scope      string     `json:"scope,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// encode returns the bill of a binary with that build information and SHA-256.
func encode(info *debug.BuildInfo, version, sum string) ([]byte, error) {
	main := component{Type: "application", Name: info.Main.Path, Version: version, Hashes: []hash{{"SHA-256", sum}}}
	main.PURL = purl(main.Name, main.Version)
	main.Ref = main.PURL
	for _, s := range info.Settings {
		if strings.HasPrefix(s.Key, "vcs.") || s.Key == "GOOS" || s.Key == "GOARCH" || s.Key == "CGO_ENABLED" || s.Key == "-trimpath" {
			main.Properties = append(main.Properties, property{"build:" + s.Key, s.Value})
		}
	}
	b := bom{
		Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: metadata{main},
		Serial: "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, []byte("claimscrub/sbom/"+sum)).String(),
	}
	add := func(c component) {
		c.Type, c.PURL, c.Scope = "library", purl(c.Name, c.Version), "required"
		c.Ref = c.PURL
		b.Components = append(b.Components, c)
	}
	add(component{Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go")})
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := component{Name: m.Path, Version: m.Version}
		if m.Sum != "" {
			c.Properties = []property{{"go:sum", m.Sum}} // of the module's files, as go.sum has it: not the hash of one file
		}
		add(c)
	}
	top := dependency{Ref: main.Ref}
	for _, c := range b.Components {
		top.DependsOn = append(top.DependsOn, c.Ref)
	}
	b.Dependencies = []dependency{top}
	text, err := json.MarshalIndent(b, "", "  ")
	return append(text, '\n'), err
}

func purl(name, version string) string { return "pkg:golang/" + name + "@" + version }
