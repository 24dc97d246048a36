package story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The story (tests/e2e/otel/story.py) by the OpenTelemetry SDK for Java as it configures itself: Story STORY. */
public final class Story {
    static final class CardError extends RuntimeException {
        CardError(String message) {
            super(message);
        }
    }

    static void charge(String message) {
        throw new CardError(message);
    }

    static <T> List<T> list(JsonNode values, Function<JsonNode, T> read) {
        List<T> all = new ArrayList<>();
        values.forEach(value -> all.add(read.apply(value)));
        return all;
    }

    static Attributes values(JsonNode told) {
        AttributesBuilder all = Attributes.builder();
        for (JsonNode each : told) {
            String key = each.get(0).asText();
            JsonNode value = each.get(2);
            switch (each.get(1).asText()) {
                case "string" -> all.put(AttributeKey.stringKey(key), value.asText());
                case "bool" -> all.put(AttributeKey.booleanKey(key), value.asBoolean());
                case "int" -> all.put(AttributeKey.longKey(key), value.asLong());
                case "double" -> all.put(AttributeKey.doubleKey(key), value.asDouble());
                case "strings" -> all.put(AttributeKey.stringArrayKey(key), list(value, JsonNode::asText));
                case "bools" -> all.put(AttributeKey.booleanArrayKey(key), list(value, JsonNode::asBoolean));
                case "ints" -> all.put(AttributeKey.longArrayKey(key), list(value, JsonNode::asLong));
                case "doubles" -> all.put(AttributeKey.doubleArrayKey(key), list(value, JsonNode::asDouble));
                default -> throw new IllegalArgumentException(each.toString());
            }
        }
        return all.build();
    }

    static Context parentOf(JsonNode told, Map<String, Span> made) {
        if (told.get("parent").isNull()) {
            return Context.root();
        }
        Span parent = made.get(told.get("parent").asText());
        if (!told.get("remote").asBoolean()) {
            return Context.root().with(parent);
        }
        SpanContext here = parent.getSpanContext();
        return Context.root().with(Span.wrap(SpanContext.createFromRemoteParent(
            here.getTraceId(), here.getSpanId(), here.getTraceFlags(), here.getTraceState())));
    }

    static Span start(Tracer tracer, JsonNode told, Map<String, Span> made) {
        var builder = tracer.spanBuilder(told.get("name").asText())
            .setSpanKind(SpanKind.valueOf(told.get("kind").asText().toUpperCase(Locale.ROOT)))
            .setParent(parentOf(told, made))
            .setAllAttributes(values(told.get("attributes")));
        for (JsonNode link : told.get("links")) {
            builder.addLink(made.get(link.get("span").asText()).getSpanContext(), values(link.get("attributes")));
        }
        Span span = builder.startSpan();
        for (JsonNode event : told.get("events")) {
            span.addEvent(event.get("name").asText(), values(event.get("attributes")));
        }
        if (!told.get("exception").isNull()) {
            try {
                charge(told.get("exception").asText());
            } catch (CardError error) {
                span.recordException(error);
            }
        }
        if (!told.get("status").isNull()) {
            span.setStatus(StatusCode.ERROR, told.get("status").asText());
        }
        return span;
    }

    static void write(Logger logger, JsonNode lines, Span span) {
        for (JsonNode line : lines) {
            int severity = line.get("severity").asInt();
            logger.logRecordBuilder().setContext(Context.root().with(span)).setBody(line.get("body").asText())
                .setSeverity(Arrays.stream(Severity.values()).filter(s -> s.getSeverityNumber() == severity).findFirst()
                    .orElseThrow())
                .setAllAttributes(values(line.get("attributes"))).emit();
        }
    }

    static void count(Meter meter, JsonNode metric) {
        String name = metric.get("name").asText();
        String unit = metric.get("unit").asText();
        BiConsumer<JsonNode, Attributes> record = switch (metric.get("kind").asText()) {
            case "histogram" -> {
                var histogram = meter.histogramBuilder(name).setUnit(unit).build();
                yield (value, attributes) -> histogram.record(value.asDouble(), attributes);
            }
            case "counter" -> {
                var counter = meter.counterBuilder(name).setUnit(unit).build();
                yield (value, attributes) -> counter.add(value.asLong(), attributes);
            }
            default -> {
                var counter = meter.upDownCounterBuilder(name).setUnit(unit).build();
                yield (value, attributes) -> counter.add(value.asLong(), attributes);
            }
        };
        metric.get("values").forEach(each -> record.accept(each.get(0), values(each.get(1))));
    }

    static OpenTelemetrySdk sdk(JsonNode attributes) {
        Resource resource = Resource.create(values(attributes));
        return AutoConfiguredOpenTelemetrySdk.builder().addResourceCustomizer((old, config) -> old.merge(resource))
            .disableShutdownHook().build().getOpenTelemetrySdk();
    }

    public static void main(String[] arguments) throws Exception {
        JsonNode story = new ObjectMapper().readTree(new File(arguments[0]));
        Map<String, OpenTelemetrySdk> sdks = new HashMap<>();
        story.get("services").fields().forEachRemaining(each -> sdks.put(each.getKey(), sdk(each.getValue())));
        Map<String, Span> made = new HashMap<>();
        List<Map<String, String>> said = new ArrayList<>();
        for (JsonNode group : story.get("groups")) {
            for (JsonNode told : group) {
                Tracer tracer = sdks.get(told.get("service").asText()).getTracer("story", "0.1");
                Span span = start(tracer, told, made);
                String key = told.get("key").asText();
                made.put(key, span);
                write(sdks.get(told.get("service").asText()).getLogsBridge().get("story"), told.get("lines"), span);
                said.add(Map.of("key", key, "trace", span.getSpanContext().getTraceId(), "span",
                    span.getSpanContext().getSpanId()));
            }
            for (int i = group.size() - 1; i >= 0; --i) {
                made.get(group.get(i).get("key").asText()).end();
            }
        }
        story.get("metrics").forEach(
            metric -> count(sdks.get(metric.get("service").asText()).getMeter("story"), metric));
        for (OpenTelemetrySdk sdk : sdks.values()) {
            sdk.shutdown().join(30, TimeUnit.SECONDS);
        }
        System.out.println(new ObjectMapper().writeValueAsString(said));
    }
}
