package main

import (
	"bytes"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

const kubernetes = "../../deploy/kubernetes/"

// object is the part of a Kubernetes object that these tests read.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct {
		Selector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		}
		Template       podTemplate
		ScaleTargetRef struct{ Name string } `yaml:"scaleTargetRef"`
		Triggers       []struct{ Metadata map[string]string }
		Ingress        []struct{ Ports []struct{ Port string } }
	}
	Automount *bool `yaml:"automountServiceAccountToken"`
}

type podTemplate struct {
	Metadata struct{ Labels map[string]string }
	Spec     struct {
		ServiceAccountName string `yaml:"serviceAccountName"`
		Automount          *bool  `yaml:"automountServiceAccountToken"`
		Grace              int    `yaml:"terminationGracePeriodSeconds"`
		SecurityContext    struct {
			RunAsNonRoot   bool                  `yaml:"runAsNonRoot"`
			RunAsUser      int                   `yaml:"runAsUser"`
			SeccompProfile struct{ Type string } `yaml:"seccompProfile"`
		} `yaml:"securityContext"`
		Containers []container
		Volumes    []struct {
			Name      string
			ConfigMap *struct{ Name string } `yaml:"configMap"`
			Secret    *struct {
				SecretName string `yaml:"secretName"`
			}
		}
	}
}

type container struct {
	Name            string
	Args            []string
	Env             []struct{ Name, Value string }
	Ports           []struct{ Name string }
	SecurityContext struct {
		ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
		AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
		Capabilities             struct{ Drop []string }
	} `yaml:"securityContext"`
	Resources      struct{ Requests, Limits map[string]string }
	VolumeMounts   []mount `yaml:"volumeMounts"`
	StartupProbe   probe   `yaml:"startupProbe"`
	LivenessProbe  probe   `yaml:"livenessProbe"`
	ReadinessProbe probe   `yaml:"readinessProbe"`
}

type mount struct {
	Name      string
	MountPath string `yaml:"mountPath"`
}

type probe struct {
	HTTPGet struct{ Path, Port, Scheme string } `yaml:"httpGet"`
}

type kustomization struct {
	Resources          []string
	ConfigMapGenerator []struct {
		Name  string
		Files []string
	} `yaml:"configMapGenerator"`
}

func readManifest(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(kubernetes + name)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := decoder.Decode(new(yaml.Node)); err != io.EOF {
		t.Errorf("%s: expected one object", name)
	}
}

func kubernetesObjects(t *testing.T) (kustomization, map[string]object) {
	t.Helper()
	var k kustomization
	readManifest(t, "kustomization.yaml", &k)
	files, err := filepath.Glob(kubernetes + "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	named := append([]string{"kustomization.yaml"}, k.Resources...)
	for _, generated := range k.ConfigMapGenerator {
		named = append(named, generated.Files...)
	}
	for _, f := range files {
		if !slices.Contains(named, filepath.Base(f)) {
			t.Errorf("%s is in the folder and not in kustomization.yaml", f)
		}
	}
	objects := map[string]object{}
	for _, name := range k.Resources {
		var o object
		readManifest(t, name, &o)
		if o.Kind == "" || o.Metadata.Name == "" {
			t.Errorf("%s: kind %q, name %q", name, o.Kind, o.Metadata.Name)
		}
		objects[o.Kind] = o
	}
	return k, objects
}

func TestKubernetesObjectsReferToEachOther(t *testing.T) {
	t.Parallel()
	k, objects := kubernetesObjects(t)
	comment, err := os.ReadFile(kubernetes + "kustomization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	worker := objects["Deployment"]
	for _, kind := range []string{"Deployment", "PodDisruptionBudget"} {
		for label, value := range objects[kind].Spec.Selector.MatchLabels {
			if worker.Spec.Template.Metadata.Labels[label] != value {
				t.Errorf("%s selects %s=%s, which the pods of the Deployment are not", kind, label, value)
			}
		}
	}
	if target := objects["ScaledObject"].Spec.ScaleTargetRef.Name; target != worker.Metadata.Name {
		t.Errorf("the ScaledObject scales %q", target)
	}
	if port := objects["NetworkPolicy"].Spec.Ingress[0].Ports[0].Port; port != worker.Spec.Template.Spec.Containers[0].Ports[0].Name {
		t.Errorf("the NetworkPolicy lets in port %q", port)
	}
	for _, kind := range []string{"Deployment", "Job"} {
		pod := objects[kind].Spec.Template.Spec
		if pod.ServiceAccountName != objects["ServiceAccount"].Metadata.Name {
			t.Errorf("%s: service account %q", kind, pod.ServiceAccountName)
		}
		volumes := map[string]bool{}
		for _, v := range pod.Volumes {
			volumes[v.Name] = true
			if v.ConfigMap != nil && !slices.ContainsFunc(k.ConfigMapGenerator, func(g struct {
				Name  string
				Files []string
			}) bool {
				return g.Name == v.ConfigMap.Name
			}) {
				t.Errorf("%s: no ConfigMap %s", kind, v.ConfigMap.Name)
			}
			if v.Secret != nil && !strings.Contains(string(comment), "create secret generic "+v.Secret.SecretName+" ") {
				t.Errorf("%s: nothing says how to make the secret %s", kind, v.Secret.SecretName)
			}
		}
		for _, mount := range pod.Containers[0].VolumeMounts {
			if !volumes[mount.Name] {
				t.Errorf("%s: no volume %s", kind, mount.Name)
			}
		}
	}
}

func TestKubernetesPodsAreConfined(t *testing.T) {
	t.Parallel()
	_, objects := kubernetesObjects(t)
	if a := objects["ServiceAccount"].Automount; a == nil || *a {
		t.Error("the service account's token is mounted")
	}
	for _, kind := range []string{"Deployment", "Job"} {
		pod := objects[kind].Spec.Template.Spec
		c := pod.Containers[0]
		switch s := c.SecurityContext; {
		case len(pod.Containers) != 1:
			t.Errorf("%s: %d containers", kind, len(pod.Containers))
		case pod.Automount == nil || *pod.Automount:
			t.Errorf("%s: a token is mounted", kind)
		case !pod.SecurityContext.RunAsNonRoot || pod.SecurityContext.RunAsUser == 0 || pod.SecurityContext.SeccompProfile.Type != "RuntimeDefault":
			t.Errorf("%s: %+v", kind, pod.SecurityContext)
		case !s.ReadOnlyRootFilesystem || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}):
			t.Errorf("%s: %+v", kind, s)
		case c.Resources.Limits["memory"] == "" || c.Resources.Limits["cpu"] == "" || c.Resources.Requests["memory"] == "" || c.Resources.Requests["cpu"] == "":
			t.Errorf("%s: resources %+v", kind, c.Resources)
		}
	}
	c := objects["Deployment"].Spec.Template.Spec.Containers[0]
	for path, p := range map[string]probe{"/healthz": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		if p.HTTPGet.Path != path || p.HTTPGet.Scheme != "HTTPS" || p.HTTPGet.Port != c.Ports[0].Name {
			t.Errorf("probe %+v, want %s over HTTPS", p.HTTPGet, path)
		}
	}
	if c.StartupProbe.HTTPGet.Path != "/healthz" {
		t.Errorf("startup probe %+v", c.StartupProbe.HTTPGet)
	}
}

// TestKubernetesFlagsAreThoseOfTheCommands runs the pods' arguments and configuration through the commands up to the point where they would start.
func TestKubernetesFlagsAreThoseOfTheCommands(t *testing.T) {
	t.Parallel()
	_, objects := kubernetesObjects(t)
	for _, kind := range []string{"Deployment", "Job"} {
		pod := objects[kind].Spec.Template.Spec
		args := slices.Clone(pod.Containers[0].Args)
		at := slices.Index(args, "--config") + 1
		if path.Dir(args[at]) != mountOf(pod.Containers[0], "config") {
			t.Errorf("%s: --config %s is not where the ConfigMap is", kind, args[at])
		}
		args[at] = kubernetes + path.Base(args[at])
		c, rest, err := rootCommand().Find(args)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.ParseFlags(rest); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if err := fillFlags(c, func(string) (string, bool) { return "", false }); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		for _, flag := range []string{"nats-nkey", "nats-ca", "nats-cert", "nats-key", "http-cert", "http-key", "http-token-file", "profiles", "refdata"} {
			f := c.Flags().Lookup(flag)
			if f == nil {
				continue // provision has fewer
			}
			file := f.Value.String()
			if !slices.ContainsFunc(pod.Containers[0].VolumeMounts, func(m mount) bool {
				return file == m.MountPath || path.Dir(file) == m.MountPath
			}) {
				t.Errorf("%s: --%s %s is in no volume", kind, flag, file)
			}
		}
		if kind == "Deployment" {
			drain, err := c.Flags().GetDuration("drain-timeout")
			if err != nil {
				t.Fatal(err)
			}
			grace := time.Duration(pod.Grace) * time.Second
			if least := drain + drain/2 + 5*time.Second; grace < least {
				t.Errorf("grace period %s: a stop may take %s", grace, least)
			}
			other := rootCommand()
			run, _, _ := other.Find([]string{"run"})
			if byDefault, _ := run.Flags().GetDuration("drain-timeout"); grace < byDefault+byDefault/2 {
				t.Errorf("grace period %s is shorter than a stop by default: %s", grace, byDefault+byDefault/2)
			}
		}
	}
}

func mountOf(c container, volume string) string {
	for _, m := range c.VolumeMounts {
		if m.Name == volume {
			return m.MountPath
		}
	}
	return ""
}

func TestKubernetesScalesByMetricsThatExist(t *testing.T) {
	t.Parallel()
	_, objects := kubernetesObjects(t)
	metrics, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`claimscrub_[a-z_]+`).FindAllString(objects["ScaledObject"].Spec.Triggers[0].Metadata["query"], -1)
	if len(names) == 0 {
		t.Error("the query names no metric")
	}
	for _, name := range names {
		if !bytes.Contains(metrics, []byte(name)) {
			t.Errorf("no metric %s", name)
		}
	}
}

// TestEmptyFoldersOfProfilesAndReferenceDataAreTheShippedOnes is what the pods have until an overlay fills them.
func TestEmptyFoldersOfProfilesAndReferenceDataAreTheShippedOnes(t *testing.T) {
	t.Parallel()
	if _, errs, code := command(t, "check", "--profiles", t.TempDir(), "--refdata", t.TempDir(), "testdata/good.json"); code != 0 {
		t.Errorf("exit %d: %s", code, errs)
	}
}
