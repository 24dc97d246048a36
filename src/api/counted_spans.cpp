#include "api/counted_spans.h"

#include <algorithm>

#include "wire/otlp/span_blocks.h"
#include "wire/otlp/span_names.h"

namespace tomograph {
namespace {

CountedOutcome outcome_of(const Span& row) {
    if (row.fault) return CountedOutcome::fault;
    if (row.throttle) return CountedOutcome::throttle;
    return row.error ? CountedOutcome::error : CountedOutcome::ok;
}

CountedKind kind_of(const Span& row) {
    if (row.is_segment) return CountedKind::server;
    return row.name_space == SpanNamespace::local ? CountedKind::internal : CountedKind::client;
}

CountedOutcome outcome_of(const WireSpan& span) {
    switch (span_outcome(span)) {
        case SpanOutcome::ok:
            return CountedOutcome::ok;
        case SpanOutcome::error:
            return CountedOutcome::error;
        case SpanOutcome::throttle:
            return CountedOutcome::throttle;
        case SpanOutcome::fault:
            return CountedOutcome::fault;
    }
    return CountedOutcome::ok;
}

CountedKind kind_of(const WireSpan& span) {
    switch (span.known_kind()) {
        case WireKind::server:
            return CountedKind::server;
        case WireKind::client:
            return CountedKind::client;
        case WireKind::producer:
            return CountedKind::producer;
        case WireKind::consumer:
            return CountedKind::consumer;
        case WireKind::internal:
        case WireKind::unspecified:
            break;
    }
    return CountedKind::internal;
}

}  // namespace

void count_spans(const Segment& segment, SpanMetrics& metrics) {
    const std::string_view service = segment.own().is_segment ? segment.own().name : "";
    for (const Span& row : segment.spans) {
        if (row.in_progress) continue;
        const CountedKind kind = kind_of(row);
        const bool has_method = row.is_segment && !row.http.method.empty();
        metrics.note({.service = service,
                      .name = has_method ? row.http.method : row.name,
                      .kind = kind,
                      .outcome = outcome_of(row),
                      .duration = row.duration(),
                      .trace_id = segment.trace_id,
                      .span_id = row.id,
                      .end = row.end,
                      .called = kind == CountedKind::client ? row.name : std::string_view()});
    }
}

CountedSpan counted_span(const WireSpan& span, const WireResource& resource, std::string& scratch) {
    const CountedKind kind = kind_of(span);
    const std::uint64_t end = std::max(span.end_ns, span.start_ns);
    const auto trace = read_trace_id(span.trace_id);
    const auto id = read_span_id(span.span_id);
    const bool is_call = kind == CountedKind::client || kind == CountedKind::producer;
    return {.service = service_name(span, resource),
            .name = span.name,
            .kind = kind,
            .outcome = outcome_of(span),
            .duration = {static_cast<std::int64_t>(end - span.start_ns)},
            .trace_id = trace ? *trace : TraceId{},
            .span_id = id ? *id : SpanId{},
            .end = {static_cast<std::int64_t>(end)},
            .called = is_call ? call_name(span, scratch) : std::string_view()};
}

}  // namespace tomograph
