#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "model/ids.h"

namespace tomograph::workload {

inline constexpr std::size_t w2_spans_per_trace = 10;
inline constexpr std::uint32_t w2_keys = 97;
inline constexpr std::uint32_t w2_values = 1'000;

struct W2Attribute {
    std::uint32_t key = 0;
    std::uint32_t value = 0;
};

struct W2Span {
    SpanId id;
    SpanId parent;
    std::int64_t start_us = 0;
    std::int64_t end_us = 0;
    std::uint32_t service = 0;
    std::uint32_t operation = 0;
    std::array<W2Attribute, 11> attributes;  ///< of different keys
};

struct W2Trace {
    TraceId id;
    std::array<W2Span, w2_spans_per_trace> spans;
};

struct W2Options {
    std::uint64_t seed = 1;
    std::int64_t start_second = 0;
    std::uint64_t traces = 1'000'000;  ///< spread evenly over ten days
};

/// Parity with Jaeger's published benchmark of its ClickHouse storage: 10 million spans in a
/// million traces, 10 services, ten days, 11 attributes out of 97 keys with 1,000 values each; here
/// the attributes are annotations of segments. A pure function of (options, number), like W1.
W2Trace w2_trace(const W2Options& options, std::uint64_t number);

/// Appends the segment document of a span.
void append_json(const W2Trace& trace, const W2Span& span, std::string& out);

}  // namespace tomograph::workload
