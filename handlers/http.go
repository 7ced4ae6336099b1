package handlers

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// HTTPConfig configures the worker's endpoints. The caller chooses the address; the contract's default is on the loopback.
type HTTPConfig struct {
	Gatherer prometheus.Gatherer
	// CertFile and KeyFile (PEM) turn TLS on.
	CertFile, KeyFile string
	// Token, when not empty, is required as "Authorization: Bearer TOKEN" for everything that tells something of the worker: probes without it
	// still learn whether it is healthy and ready, but not why.
	Token string
	// Pprof adds /debug/pprof/.
	Pprof bool
}

// Endpoints returns the worker's HTTP handler: /metrics, /healthz, /readyz, and profiles when asked for.
func (w *Worker) Endpoints(cfg HTTPConfig) http.Handler {
	mux := http.NewServeMux()
	guarded := func(pattern string, h http.Handler) {
		mux.HandleFunc(pattern, func(rw http.ResponseWriter, r *http.Request) {
			if !authorised(r, cfg.Token) {
				rw.Header().Set("WWW-Authenticate", "Bearer")
				http.Error(rw, "bearer token required", http.StatusUnauthorized)
				return
			}
			h.ServeHTTP(rw, r)
		})
	}
	guarded("GET /metrics", promhttp.HandlerFor(cfg.Gatherer, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, r *http.Request) {
		var reasons []string
		if why := w.Unhealthy(); why != "" {
			reasons = []string{why}
		}
		probe(rw, r, cfg.Token, "healthy", reasons)
	})
	mux.HandleFunc("GET /readyz", func(rw http.ResponseWriter, r *http.Request) {
		probe(rw, r, cfg.Token, "ready", w.NotReady())
	})
	if cfg.Pprof {
		guarded("GET /debug/pprof/", http.HandlerFunc(pprof.Index))
		guarded("GET /debug/pprof/cmdline", http.HandlerFunc(pprof.Cmdline))
		guarded("GET /debug/pprof/profile", http.HandlerFunc(pprof.Profile))
		guarded("GET /debug/pprof/symbol", http.HandlerFunc(pprof.Symbol))
		guarded("GET /debug/pprof/trace", http.HandlerFunc(pprof.Trace))
	}
	return mux
}

// ServeHTTP serves h on l until ctx ends, then lets requests finish for at most 2 seconds.
func ServeHTTP(ctx context.Context, l net.Listener, cfg HTTPConfig, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	served := make(chan error, 1)
	go func() {
		if cfg.CertFile != "" || cfg.KeyFile != "" {
			served <- server.ServeTLS(l, cfg.CertFile, cfg.KeyFile)
		} else {
			served <- server.Serve(l)
		}
	}()
	select {
	case err := <-served:
		return fmt.Errorf("serve http on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(bound); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop http on %s: %w", l.Addr(), err)
	}
	return server.Close()
}

func authorised(r *http.Request, token string) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token == "" || ok && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
}

// probe answers 200 without reasons and 503 with them, as {"ready": false, "reasons": [...]}.
func probe(rw http.ResponseWriter, r *http.Request, token, name string, reasons []string) {
	answer := map[string]any{name: len(reasons) == 0}
	if len(reasons) > 0 && authorised(r, token) {
		answer["reasons"] = reasons
	}
	rw.Header().Set("Content-Type", "application/json")
	if len(reasons) > 0 {
		rw.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(rw).Encode(answer) // the prober is gone
}
