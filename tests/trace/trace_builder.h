#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "trace/trace.h"

namespace tomograph::testing {

/// The trace of every test, and the moment at which its first request came.
inline constexpr TraceId trace_id{0x5814'0000'1234'5678, 0x9abc'def0'1234'5678};
inline constexpr Instant epoch = Instant::from_seconds(1'478'232'000);  // a whole minute

/// Milliseconds after the epoch.
constexpr Instant at(std::int64_t ms) { return epoch + Duration::milliseconds(ms); }

/// One row with its times; the rest is set by name.
struct SpanSpec {
    std::uint64_t id = 0;
    std::uint64_t parent = 0;
    std::string_view name;
    std::int64_t start_ms = 0;
    std::int64_t end_ms = -1;  ///< negative: in progress
    std::int32_t parent_row = -1;
    std::function<void(Span&)> more = {};
};

/// A document by hand: its own row first. Texts must outlive the document.
inline TraceDocument document(std::uint64_t lsn, bool is_segment, std::vector<SpanSpec> specs) {
    TraceDocument result{.lsn = {lsn}, .segment = {}};
    result.segment.trace_id = trace_id;
    for (std::size_t row = 0; row < specs.size(); ++row) {
        const SpanSpec& spec = specs[row];
        Span span;
        span.id = {spec.id};
        span.parent_id = {spec.parent};
        span.parent_row = row == 0 ? -1 : spec.parent_row;
        span.is_segment = row == 0 && is_segment;
        span.in_progress = spec.end_ms < 0;
        span.start = at(spec.start_ms);
        span.end = span.in_progress ? span.start : at(spec.end_ms);
        span.name = spec.name;
        if (spec.more) spec.more(span);
        result.segment.spans.push_back(std::move(span));
    }
    return result;
}

inline TraceDocument segment(std::uint64_t lsn, std::vector<SpanSpec> specs) {
    return document(lsn, true, std::move(specs));
}

inline TraceDocument subsegment(std::uint64_t lsn, std::vector<SpanSpec> specs) {
    return document(lsn, false, std::move(specs));
}

inline void remote(Span& span) { span.name_space = SpanNamespace::remote; }
inline void aws(Span& span) { span.name_space = SpanNamespace::aws; }
inline void traced(Span& span) {
    span.name_space = SpanNamespace::remote;
    span.expects_downstream = true;
}

/// Documents in a vector, which move-only values need said.
template <class... Documents>
std::vector<TraceDocument> documents(Documents... each) {
    std::vector<TraceDocument> result;
    (result.push_back(std::move(each)), ...);
    return result;
}

/// Documents move and do not copy: a copy with the same rows, for traces put together twice.
inline TraceDocument copy_of(const TraceDocument& document) {
    TraceDocument result{.lsn = document.lsn, .segment = {}};
    result.segment.trace_id = document.segment.trace_id;
    result.segment.spans = document.segment.spans;
    return result;
}

/// The trace long after everything, so that no grace is left.
inline Trace assembled(std::vector<TraceDocument> parts) {
    return assemble_trace(trace_id, std::move(parts), after_grace);
}

/// The entity with that id; nullptr when there is none.
inline const Entity* find_entity(const Trace& trace, std::uint64_t id) {
    for (const Entity& entity : trace.entities)
        if (!entity.is_inferred && entity.id.value == id) return &entity;
    return nullptr;
}

/// The id of an entity's parent; 0 when it has none.
inline std::uint64_t parent_of(const Trace& trace, std::uint64_t id) {
    const Entity* entity = find_entity(trace, id);
    if (entity == nullptr || entity->parent < 0) return 0;
    return trace.entities[static_cast<std::size_t>(entity->parent)].id.value;
}

}  // namespace tomograph::testing
