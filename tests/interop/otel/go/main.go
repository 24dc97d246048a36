// The story (tests/e2e/otel/story.py) by the OpenTelemetry SDK for Go and its stock exporters: story STORY
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
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
	Lines                    []struct {
		Severity   int
		Body       string
		Attributes attributes
	}
	Events []struct {
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
	Metrics  []struct {
		Service, Kind, Name, Unit string
		Values                    [][2]json.RawMessage
	}
	Signals []string
}

// The providers of one service, and what they give.
type service struct {
	tracer trace.Tracer
	logger log.Logger
	meter  metric.Meter
	ends   []func(context.Context) error
}

type cardError struct{ message string }

func (e *cardError) Error() string { return e.message }

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
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

var isGrpc = os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc"

func newService(told attributes, signals []string) *service {
	now := context.Background()
	its := resource.NewSchemaless(told.values()...)
	var spans sdktrace.SpanExporter
	var lines sdklog.Exporter
	var points sdkmetric.Exporter
	if isGrpc {
		spans, lines, points = must(otlptracegrpc.New(now)), must(otlploggrpc.New(now)), must(otlpmetricgrpc.New(now))
	} else {
		spans, lines, points = must(otlptracehttp.New(now)), must(otlploghttp.New(now)), must(otlpmetrichttp.New(now))
	}
	tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans), sdktrace.WithResource(its))
	made := &service{tracer: tracers.Tracer("story", trace.WithInstrumentationVersion("0.1"))}
	made.ends = append(made.ends, tracers.Shutdown)
	if slices.Contains(signals, "logs") {
		loggers := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(lines)), sdklog.WithResource(its))
		made.logger = loggers.Logger("story", log.WithInstrumentationVersion("0.1"))
		made.ends = append(made.ends, loggers.Shutdown)
	}
	if slices.Contains(signals, "metrics") {
		meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(points)),
			sdkmetric.WithResource(its))
		made.meter = meters.Meter("story", metric.WithInstrumentationVersion("0.1"))
		made.ends = append(made.ends, meters.Shutdown)
	}
	return made
}

func (s *service) write(told toldSpan, span trace.Span) {
	for _, line := range told.Lines {
		var record log.Record
		record.SetTimestamp(time.Now())
		record.SetSeverity(log.Severity(line.Severity))
		record.SetBody(attribute.StringValue(line.Body))
		record.AddAttributes(line.Attributes.values()...)
		s.logger.Emit(trace.ContextWithSpan(context.Background(), span), record)
	}
}

func (s *service) count(kind, name, unit string, value json.RawMessage, with attribute.Set) {
	now, attributes := context.Background(), metric.WithAttributeSet(with)
	switch kind {
	case "histogram":
		must(s.meter.Float64Histogram(name, metric.WithUnit(unit))).Record(now, read[float64](value), attributes)
	case "counter":
		must(s.meter.Int64Counter(name, metric.WithUnit(unit))).Add(now, read[int64](value), attributes)
	default:
		must(s.meter.Int64UpDownCounter(name, metric.WithUnit(unit))).Add(now, read[int64](value), attributes)
	}
}

func main() {
	story := read[toldStory](must(os.ReadFile(os.Args[1])))
	services := map[string]*service{}
	for name, told := range story.Services {
		services[name] = newService(told, story.Signals)
	}
	made := map[string]trace.Span{}
	var said []map[string]string
	for _, group := range story.Groups {
		for _, told := range group {
			span := start(services[told.Service].tracer, told, made)
			services[told.Service].write(told, span)
			made[told.Key] = span
			said = append(said, map[string]string{"key": told.Key, "trace": span.SpanContext().TraceID().String(),
				"span": span.SpanContext().SpanID().String()})
		}
		for i := len(group) - 1; i >= 0; i-- {
			made[group[i].Key].End()
		}
	}
	for _, told := range story.Metrics {
		for _, each := range told.Values {
			with := attribute.NewSet(read[attributes](each[1]).values()...)
			services[told.Service].count(told.Kind, told.Name, told.Unit, each[0], with)
		}
	}
	for _, service := range services {
		for _, end := range service.ends {
			must(0, end(context.Background()))
		}
	}
	must(0, json.NewEncoder(os.Stdout).Encode(said))
}
