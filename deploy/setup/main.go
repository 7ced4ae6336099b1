// Command setup makes, once, what the services of docker-compose.yml need before they start: keys, certificates, the brokers' configuration, and
// folders that belong to the user they run as. It runs in a container of its own that sees all of their volumes and has no network.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Users that the services run as: claimscrub and the brokers, and Prometheus.
const (
	worker     = 65532
	prometheus = 65534
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: setup CLAIMSCRUB BROKER-CONFIGURATION VOLUMES")
		os.Exit(2)
	}
	if err := setup(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "setup:", err)
		os.Exit(1)
	}
}

// setup fills the folders of volumes from the broker configuration in conf, by the program claimscrub. What is there already is kept: a key that
// changed would make the stores unreadable.
func setup(claimscrub, conf, volumes string) error {
	in := func(names ...string) string { return filepath.Join(append([]string{volumes}, names...)...) }
	variables, err := keys(claimscrub, in("keys"))
	if err != nil {
		return err
	}
	authority, err := openAuthority(in("keys"))
	if err != nil {
		return err
	}
	var files []file
	add := func(path, text string, owner int) { files = append(files, file{path, text, owner}) }
	certificate := func(folder, stem string, names ...string) error {
		if _, err := os.Stat(in(folder, stem+".pem")); err == nil {
			return nil
		}
		cert, key, err := authority.issue(stem, names...)
		add(in(folder, stem+".key"), key, worker)
		add(in(folder, stem+".pem"), cert, worker)
		return err
	}
	for _, user := range []string{"worker", "provisioner", "publisher", "submitter", "workqueue", "operator"} {
		seed, err := os.ReadFile(in("keys", user+".nk"))
		if err != nil {
			return err
		}
		add(in(user, "ca.pem"), authority.pem, worker)
		add(in(user, "user.nk"), string(seed), worker)
		if err := certificate(user, "client"); err != nil {
			return err
		}
	}
	token, err := keep(in("keys", "http.token"))
	if err != nil {
		return err
	}
	if err := certificate("worker", "http", "worker", "localhost"); err != nil {
		return err
	}
	add(in("worker", "http.token"), token, worker)
	add(in("prometheus", "http.token"), token, prometheus)
	add(in("prometheus", "ca.pem"), authority.pem, prometheus)
	for i := range 3 {
		name := fmt.Sprintf("nats-%d", i+1)
		folder := in(name)
		if err := certificate(name, "broker", name, "localhost"); err != nil {
			return err
		}
		add(filepath.Join(folder, "ca.pem"), authority.pem, worker)
		brokerFiles, err := configuration(conf, variables, name)
		if err != nil {
			return err
		}
		for base, text := range brokerFiles {
			add(filepath.Join(folder, base), text, worker)
		}
		if err := os.MkdirAll(filepath.Join(folder, "store"), 0o700); err != nil {
			return err
		}
		if err := os.Chown(filepath.Join(folder, "store"), worker, worker); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := f.write(); err != nil {
			return err
		}
	}
	return nil
}

// keys has claimscrub make the users' seeds and returns the variables of the brokers' configuration.
func keys(claimscrub, dir string) (map[string]string, error) {
	c := exec.Command(claimscrub, "keys", dir)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("%s keys: %w", claimscrub, err)
	}
	variables := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			return nil, fmt.Errorf("%s keys: a line without =", claimscrub)
		}
		variables[name] = value
	}
	return variables, nil
}

// configuration is the files of conf with the variables of one broker filled in: a container from scratch has no shell to read them from a file.
func configuration(conf string, shared map[string]string, name string) (map[string]string, error) {
	values := map[string]string{
		"CLAIMSCRUB_BROKER_NAME": name, "CLAIMSCRUB_BROKER_STORE_DIR": "/broker/store",
		"CLAIMSCRUB_BROKER_TLS_CERT": "/broker/broker.pem", "CLAIMSCRUB_BROKER_TLS_KEY": "/broker/broker.key", "CLAIMSCRUB_BROKER_TLS_CA": "/broker/ca.pem",
	}
	for i := range 3 {
		values[fmt.Sprintf("CLAIMSCRUB_BROKER_ROUTE_%d", i+1)] = fmt.Sprintf("nats://nats-%d:6222", i+1)
	}
	for k, v := range shared {
		values[k] = v
	}
	out := map[string]string{}
	for _, base := range []string{"nats-cluster.conf", "nats-server.conf", "accounts.conf"} {
		text, err := os.ReadFile(filepath.Join(conf, base))
		if err != nil {
			return nil, err
		}
		var lines []string
		for line := range strings.Lines(string(text)) {
			code, _, _ := strings.Cut(line, "#")
			for k, v := range values {
				code = replaceWord(code, "$"+k, `"`+v+`"`)
			}
			if strings.Contains(code, "$CLAIMSCRUB_") {
				return nil, fmt.Errorf("%s: a variable without a value: %s", base, strings.TrimSpace(code))
			}
			lines = append(lines, strings.TrimRight(code, " \n"))
		}
		out[base] = strings.Join(lines, "\n") + "\n"
	}
	return out, nil
}

// replaceWord replaces the variable where its name ends there.
func replaceWord(text, name, value string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, name)
		out.WriteString(before)
		switch {
		case !found:
			return out.String()
		case after != "" && (after[0] == '_' || after[0] >= 'A' && after[0] <= 'Z' || after[0] >= '0' && after[0] <= '9'):
			out.WriteString(name)
		default:
			out.WriteString(value)
		}
		text = after
	}
}
