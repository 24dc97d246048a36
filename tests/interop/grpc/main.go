// HTTP/2 and gRPC against net_echo, with Go's clients: net/http and x/net/http2 (what the AWS SDK and exporters of
// OTLP/HTTP use) and grpc-go (what the OpenTelemetry Collector uses).
//
//	grpc PLAIN_ADDRESS TLS_ADDRESS CERTIFICATE
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// raw passes bytes through, so that no message types are needed.
type raw struct{}

func (raw) Marshal(v any) ([]byte, error)      { return *v.(*[]byte), nil }
func (raw) Unmarshal(data []byte, v any) error { *v.(*[]byte) = append([]byte(nil), data...); return nil }
func (raw) Name() string                       { return "proto" }

var message = bytes.Repeat([]byte("\x0a\x03abc"), 40_000)

func check(claim bool, what string, values ...any) {
	if !claim {
		log.Fatal(append([]any{what + ": "}, values...)...)
	}
}

func must[T any](value T, err error) T {
	check(err == nil, "error", err)
	return value
}

func post(client *http.Client, url string, body []byte) {
	answer := must(client.Post(url, "application/octet-stream", bytes.NewReader(body)))
	defer answer.Body.Close()
	got := must(io.ReadAll(answer.Body))
	check(answer.ProtoMajor == 2, "protocol", answer.Proto)
	check(bytes.Equal(got, body), "echo of", len(body), "is", len(got))
}

func allAtOnce(count int, call func()) {
	var group sync.WaitGroup
	for i := 0; i < count; i++ {
		group.Add(1)
		go func() { defer group.Done(); call() }()
	}
	group.Wait()
}

func say(connection *grpc.ClientConn, method string, body []byte, options ...grpc.CallOption) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var answer []byte
	err := connection.Invoke(ctx, "/echo.Echo/"+method, &body, &answer, options...)
	return answer, err
}

func calls(connection *grpc.ClientConn) {
	codec := grpc.ForceCodec(raw{})
	for _, compressor := range []string{"identity", gzip.Name} {
		options := []grpc.CallOption{codec}
		if compressor == gzip.Name {
			options = append(options, grpc.UseCompressor(gzip.Name))
		}
		allAtOnce(400, func() {
			got := must(say(connection, "Say", message, options...))
			check(bytes.Equal(got, message), "gRPC echo", len(got))
		})
	}
	// One after the other: Go's client measures the line with a PING for each answer.
	for i := 0; i < 3000; i++ {
		must(say(connection, "Say", []byte("x"), codec))
	}
	_, err := say(connection, "Nothing", nil, codec)
	check(status.Code(err) == codes.Unimplemented, "unknown method", err)
	_, err = say(connection, "Fail", nil, codec)
	check(status.Code(err) == codes.Unavailable && status.Convert(err).Message() == "not now: 100 % é", "failure", err)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	var none []byte
	err = connection.Invoke(ctx, "/echo.Echo/Slow", &none, &none, codec)
	check(status.Code(err) == codes.DeadlineExceeded, "deadline", err)
	health := grpc_health_v1.NewHealthClient(connection)
	answer := must(health.Check(context.Background(), &grpc_health_v1.HealthCheckRequest{Service: "echo.Echo"}))
	check(answer.Status == grpc_health_v1.HealthCheckResponse_SERVING, "health", answer)
}

func main() {
	plain, secure := os.Args[1], os.Args[2]
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(os.Args[3])))
	trust := &tls.Config{RootCAs: roots, ServerName: "localhost"}

	overTLS := &http.Client{Transport: &http.Transport{TLSClientConfig: trust.Clone(), ForceAttemptHTTP2: true}}
	priorKnowledge := &http.Client{Transport: &http2.Transport{AllowHTTP: true,
		DialTLSContext: func(ctx context.Context, network, address string, _ *tls.Config) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}}}
	for _, size := range []int{0, 1, 100_000, 5_000_000} {
		body := bytes.Repeat([]byte("x"), size)
		post(overTLS, "https://"+secure+"/x", body)
		post(priorKnowledge, "http://"+plain+"/x", body)
	}
	allAtOnce(500, func() { post(priorKnowledge, "http://"+plain+"/x", message) })
	allAtOnce(200, func() { post(overTLS, "https://"+secure+"/x", message) })

	connection := must(grpc.NewClient(plain, grpc.WithTransportCredentials(insecure.NewCredentials())))
	calls(connection)
	connection.Close()
	connection = must(grpc.NewClient(secure, grpc.WithTransportCredentials(credentials.NewTLS(trust))))
	calls(connection)
	connection.Close()
	fmt.Println("all well")
}
