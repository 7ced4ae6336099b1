package handlers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func TestEndpoints(t *testing.T) {
	t.Parallel()
	b := newBench(t, ready)
	open := HTTPConfig{Gatherer: prometheus.NewRegistry()}
	guarded := HTTPConfig{Gatherer: prometheus.NewRegistry(), Token: "s3cret", Pprof: true}
	for name, c := range map[string]struct {
		cfg    HTTPConfig
		path   string
		token  string
		status int
		body   string
	}{
		"metrics":                     {open, "/metrics", "", 200, ""},
		"healthy":                     {open, "/healthz", "", 200, `{"healthy":true}`},
		"not ready and why":           {open, "/readyz", "", 503, `{"ready":false,"reasons":["starting"]}`},
		"no profiles unless asked":    {open, "/debug/pprof/", "", 404, ""},
		"nothing else":                {open, "/", "", 404, ""},
		"metrics need the token":      {guarded, "/metrics", "", 401, "bearer token required"},
		"metrics and a wrong token":   {guarded, "/metrics", "guess", 401, "bearer token required"},
		"metrics with the token":      {guarded, "/metrics", "s3cret", 200, ""},
		"profiles need the token":     {guarded, "/debug/pprof/", "", 401, "bearer token required"},
		"profiles with the token":     {guarded, "/debug/pprof/", "s3cret", 200, ""},
		"probe without the token":     {guarded, "/readyz", "", 503, `{"ready":false}`},
		"probe with the token":        {guarded, "/readyz", "s3cret", 503, `{"ready":false,"reasons":["starting"]}`},
		"liveness needs no token":     {guarded, "/healthz", "", 200, `{"healthy":true}`},
		"probes are not written to":   {open, "/readyz", "POST", 405, ""},
		"metrics are not written to":  {open, "/metrics", "POST", 405, ""},
		"a token where none is asked": {open, "/metrics", "whatever", 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method := http.MethodGet
			if c.token == "POST" {
				method, c.token = http.MethodPost, ""
			}
			request := httptest.NewRequest(method, c.path, nil)
			if c.token != "" {
				request.Header.Set("Authorization", "Bearer "+c.token)
			}
			response := httptest.NewRecorder()
			b.Endpoints(c.cfg).ServeHTTP(response, request)
			if response.Code != c.status || c.body != "" && strings.TrimSpace(response.Body.String()) != c.body {
				t.Errorf("%d %s, want %d %s", response.Code, response.Body, c.status, c.body)
			}
		})
	}
}

func TestServeHTTPOverTLSUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	// The certificate of the standard library's own test server.
	borrowed := httptest.NewTLSServer(nil)
	defer borrowed.Close()
	certFile, keyFile := writePair(t, borrowed.TLS.Certificates[0])
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error)
	b := newBench(t, ready)
	cfg := HTTPConfig{Gatherer: prometheus.NewRegistry(), CertFile: certFile, KeyFile: keyFile}
	go func() { served <- ServeHTTP(ctx, listener, cfg, b.Endpoints(cfg)) }()

	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool509(t, borrowed), ServerName: "example.com"}}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + listener.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func writePair(t *testing.T, pair tls.Certificate) (certFile, keyFile string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func pool509(t *testing.T, s *httptest.Server) *x509.CertPool {
	t.Helper()
	trusted := x509.NewCertPool()
	trusted.AddCert(s.Certificate())
	return trusted
}
