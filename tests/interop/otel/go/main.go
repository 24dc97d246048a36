// The story (tests/e2e/otel/story.py) by the OpenTelemetry SDK for Go and its stock exporters: story STORY
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

type attributes [][3]json.RawMessage

type toldSpan struct {
	Key, Service, Name, Kind string
	Parent, Status           *string
	Remote                   bool
	Exception                string
	Attributes               attributes
	Events                   []struct {
		Name       string
		Attributes attributes
	}
	Links []struct {
		Span       string
		Attributes attributes
	}
}

type toldStory struct {
	Services map[string]attributes
	Groups   [][]toldSpan
}

type cardError struct{ message string }

func (e *cardError) Error() string { return e.message }

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func read[T any](text json.RawMessage) T {
	var value T
	must(0, json.Unmarshal(text, &value))
	return value
}

func (told attributes) values() []attribute.KeyValue {
	var all []attribute.KeyValue
	for _, each := range told {
		key, value := attribute.Key(read[string](each[0])), each[2]
		all = append(all, map[string]func() attribute.KeyValue{
			"string":  func() attribute.KeyValue { return key.String(read[string](value)) },
			"bool":    func() attribute.KeyValue { return key.Bool(read[bool](value)) },
			"int":     func() attribute.KeyValue { return key.Int64(read[int64](value)) },
			"double":  func() attribute.KeyValue { return key.Float64(read[float64](value)) },
			"strings": func() attribute.KeyValue { return key.StringSlice(read[[]string](value)) },
			"bools":   func() attribute.KeyValue { return key.BoolSlice(read[[]bool](value)) },
			"ints":    func() attribute.KeyValue { return key.Int64Slice(read[[]int64](value)) },
			"doubles": func() attribute.KeyValue { return key.Float64Slice(read[[]float64](value)) },
		}[read[string](each[1])]())
	}
	return all
}

func charge(span trace.Span, message string) {
	span.RecordError(&cardError{message}, trace.WithStackTrace(true))
}

var kinds = map[string]trace.SpanKind{"internal": trace.SpanKindInternal, "server": trace.SpanKindServer,
	"client": trace.SpanKindClient, "producer": trace.SpanKindProducer, "consumer": trace.SpanKindConsumer}

func parentOf(told toldSpan, made map[string]trace.Span) context.Context {
	none := context.Background()
	if told.Parent == nil {
		return none
	}
	if told.Remote {
		return trace.ContextWithRemoteSpanContext(none, made[*told.Parent].SpanContext())
	}
	return trace.ContextWithSpan(none, made[*told.Parent])
}

func start(tracer trace.Tracer, told toldSpan, made map[string]trace.Span) trace.Span {
	var links []trace.Link
	for _, link := range told.Links {
		links = append(links, trace.Link{SpanContext: made[link.Span].SpanContext(), Attributes: link.Attributes.values()})
	}
	_, span := tracer.Start(parentOf(told, made), told.Name, trace.WithSpanKind(kinds[told.Kind]),
		trace.WithAttributes(told.Attributes.values()...), trace.WithLinks(links...))
	for _, event := range told.Events {
		span.AddEvent(event.Name, trace.WithAttributes(event.Attributes.values()...))
	}
	if told.Exception != "" {
		charge(span, told.Exception)
	}
	if told.Status != nil {
		span.SetStatus(codes.Error, *told.Status)
	}
	return span
}

func exporter() sdktrace.SpanExporter {
	if os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" {
		return must(otlptracegrpc.New(context.Background()))
	}
	return must(otlptracehttp.New(context.Background()))
}

func main() {
	story := read[toldStory](must(os.ReadFile(os.Args[1])))
	tracers := map[string]trace.Tracer{}
	var providers []*sdktrace.TracerProvider
	for name, told := range story.Services {
		provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter()),
			sdktrace.WithResource(resource.NewSchemaless(told.values()...)))
		providers = append(providers, provider)
		tracers[name] = provider.Tracer("story", trace.WithInstrumentationVersion("0.1"))
	}
	made := map[string]trace.Span{}
	var said []map[string]string
	for _, group := range story.Groups {
		for _, told := range group {
			span := start(tracers[told.Service], told, made)
			made[told.Key] = span
			said = append(said, map[string]string{"key": told.Key, "trace": span.SpanContext().TraceID().String(),
				"span": span.SpanContext().SpanID().String()})
		}
		for i := len(group) - 1; i >= 0; i-- {
			made[group[i].Key].End()
		}
	}
	for _, provider := range providers {
		must(0, provider.Shutdown(context.Background()))
	}
	must(0, json.NewEncoder(os.Stdout).Encode(said))
}
