#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"

namespace tomograph {

/// 128 bits, any value but zero. X-Ray puts the epoch second of the first request into the first
/// 32; W3C ids are random, so the second is a hint and never trusted alone.
struct TraceId {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    std::int64_t claimed_second() const { return static_cast<std::int64_t>(high >> 32); }
    bool is_zero() const { return high == 0 && low == 0; }
    auto operator<=>(const TraceId&) const = default;
};

/// 64 bits, any value but zero; zero stands for "none".
struct SpanId {
    std::uint64_t value = 0;

    bool is_none() const { return value == 0; }
    auto operator<=>(const SpanId&) const = default;
};

/// Reads `1-581cf771-a006649127e371903a2de979` or `581cf771a006649127e371903a2de979`, either case.
/// errors  invalid  when it is neither, or all zeros
Result<TraceId> parse_trace_id(std::string_view text);

/// Reads 16 hexadecimal digits, either case. errors: invalid (also for all zeros).
Result<SpanId> parse_span_id(std::string_view text);

/// `1-8hex-24hex`, lower case: the X-Ray spelling.
std::string to_xray_text(TraceId id);
/// 32 hex digits, lower case: the W3C spelling.
std::string to_hex(TraceId id);
/// 16 hex digits, lower case.
std::string to_hex(SpanId id);

}  // namespace tomograph

template <>
struct std::hash<tomograph::TraceId> {
    std::size_t operator()(const tomograph::TraceId& id) const {
        return tomograph::mix64(id.high ^ tomograph::mix64(id.low));
    }
};

template <>
struct std::hash<tomograph::SpanId> {
    std::size_t operator()(const tomograph::SpanId& id) const { return tomograph::mix64(id.value); }
};
