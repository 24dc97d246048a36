#pragma once

#include <string>
#include <vector>

#include "query/query_context.h"
#include "trace/trace.h"

namespace tomograph {

enum ColumnSpanFlag : std::uint8_t {
    column_segment = 1,
    column_in_progress = 2,
    column_error = 4,
    column_fault = 8,
    column_throttle = 16,
    column_inferred = 32,  ///< nobody sent it
    column_orphan = 64,    ///< its parent is not here
    column_has_cause = 128,
};

/// A whole trace as a viewer draws it, column by column. Parents stand before their children.
struct TraceColumns {
    TraceId id;
    Instant start;
    Duration duration;
    bool is_partial = false;
    bool limit_exceeded = false;
    std::vector<std::string> strings;  ///< each once
    std::vector<SpanId> ids;           ///< of spans; what follows has one value a span
    std::vector<Duration> starts;      ///< from the trace's start
    std::vector<Duration> durations;
    std::vector<Duration> selves;         ///< time in which no child ran
    std::vector<std::int32_t> parents;    ///< a span; -1 for none
    std::vector<std::uint32_t> services;  ///< index of a string
    std::vector<std::uint32_t> names;     ///< likewise
    std::vector<std::uint8_t> flags;      ///< ColumnSpanFlag
};

/// errors  not_found; those of TraceStore::get
Result<TraceColumns> read_trace_columns(const QueryContext& context, TraceId id);

/// Little-endian, for typed arrays of a browser; n spans, s strings:
///
///   0   "TMTC", version u32 = 1, spans u32, strings u32
///   16  trace id, 32 hex digits
///   48  start f64 (epoch seconds), duration f64, index width u32 (2 or 4), flags u32 (1 partial,
///       2 limit exceeded)
///   72  start f64[n], duration f64[n] (seconds), id u64[n], self f32[n], parent i32[n],
///       service[n], name[n] (u16, or u32: the index width), flags u8[n]
///   …   zeros up to a multiple of 4, string ends u32[s] (bytes of UTF-8), then the strings
///
/// size  37 bytes a span
std::string to_bytes(const TraceColumns& columns);

/// What a span says, for the pane that opens when it is chosen.
struct SpanDetails {
    struct Attribute {
        std::string path;
        Scalar value;
    };
    TraceId trace;
    SpanId id;
    SpanId segment;  ///< none for an orphan
    std::string service;
    std::string name;
    Instant start;
    Duration duration;
    bool is_inferred = false;
    std::vector<Attribute> attributes;  ///< in the order of the document
    std::string document;               ///< the one that the span stands in, as it was sent
};

/// errors  not_found; those of TraceStore::get
Result<SpanDetails> read_span_details(const QueryContext& context, TraceId trace, SpanId span);

}  // namespace tomograph
