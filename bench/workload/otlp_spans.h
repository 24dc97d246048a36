#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tomograph::workload {

inline constexpr std::size_t otlp_spans_per_trace = 5;

/// What stands where the ids of trace, span and parent go, to be stamped over.
inline constexpr std::string_view otlp_trace_mark = "TTTTTTTTTTTTTTTT";
inline constexpr std::string_view otlp_span_mark = "SSSSSSSS";
inline constexpr std::string_view otlp_parent_mark = "PPPPPPPP";

/// An ExportTraceServiceRequest of one service: spans of some 400 bytes with ten attributes, the
/// first of each trace without a parent. Every one has these times.
std::string otlp_spans(std::size_t spans, std::uint64_t start_ns, std::uint64_t end_ns);

}  // namespace tomograph::workload
