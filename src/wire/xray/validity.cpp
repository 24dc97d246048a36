#include "wire/xray/validity.h"

#include <fmt/format.h>

#include "wire/json/number.h"
#include "wire/limits.h"
#include "wire/xray/service_name.h"

namespace tomograph {
namespace {

using Verdict = std::optional<BrokenRule>;

constexpr int ns_scale = 9;  ///< seconds to nanoseconds
constexpr std::int64_t day_ns = Duration::days(1).ns;

std::string_view id_text(const GivenText& given) {
    return given.is_string ? given.text : std::string_view{};
}

Verdict check_id(const EntityFacts& facts, Span& span) {
    if (!facts.id.is_present) return BrokenRule{RejectionCode::missing_id, "id is missing"};
    const auto id = parse_span_id(id_text(facts.id));
    if (!id) {
        return BrokenRule{RejectionCode::invalid_id,
                          "id must be 16 hexadecimal digits in quotes, not all of them 0"};
    }
    span.id = *id;
    return {};
}

Verdict check_trace_id(const EntityFacts& facts, TraceId& trace_id) {
    if (!facts.trace_id.is_present)
        return BrokenRule{RejectionCode::missing_trace_id, "trace_id is missing"};
    const auto id = parse_trace_id(id_text(facts.trace_id));
    if (!id) {
        return BrokenRule{RejectionCode::invalid_trace_id,
                          "trace_id must be 1-<8 hexadecimal digits>-<24 hexadecimal digits> or 32 "
                          "hexadecimal digits, not all of them 0"};
    }
    trace_id = *id;
    return {};
}

Verdict check_name(const EntityFacts& facts, Arena& arena, Span& span) {
    if (!facts.name.is_present) return BrokenRule{RejectionCode::missing_name, "name is missing"};
    if (!facts.name.is_string)
        return BrokenRule{RejectionCode::invalid_name, "name must be a string"};
    std::string scratch;
    span.name = arena.copy(clean_name(facts.name.text, scratch));
    if (span.name.empty()) {
        return BrokenRule{
            RejectionCode::invalid_name,
            "name has none of the characters allowed: letters, numbers and _.:/%&#=+\\-@"};
    }
    return {};
}

std::optional<Instant> read_time(const GivenText& given) {
    if (!given.is_scalar) return {};
    const auto ns = parse_scaled_decimal(given.text, ns_scale);
    if (!ns) return {};
    return Instant{*ns};
}

Verdict check_start(const EntityFacts& facts, Span& span) {
    if (!facts.start_time.is_present) {
        return BrokenRule{RejectionCode::missing_start_time, "start_time is missing"};
    }
    const auto start = read_time(facts.start_time);
    if (!start) {
        return BrokenRule{
            RejectionCode::invalid_start_time,
            "start_time must be a number of seconds since 1970, before the year 2262"};
    }
    span.start = *start;
    return {};
}

Verdict check_window(const std::optional<AcceptanceWindow>& window, Instant start) {
    if (!window) return {};
    // Compared without subtracting from the far ends of time, where 64 bits would overflow.
    if (start < window->now - window->past_max) {
        return BrokenRule{RejectionCode::invalid_start_time,
                          fmt::format("start_time is more than {:.4g} days in the past",
                                      static_cast<double>(window->past_max.ns) / day_ns)};
    }
    if (start > window->now + window->future_max) {
        return BrokenRule{
            RejectionCode::invalid_start_time,
            fmt::format("start_time is more than {:.4g} hours in the future",
                        static_cast<double>(window->future_max.ns) / Duration::hours(1).ns)};
    }
    return {};
}

Verdict check_end(const EntityFacts& facts, Span& span) {
    span.end = span.start;
    span.in_progress = facts.in_progress;
    if (facts.in_progress) return {};
    if (!facts.end_time.is_present) {
        return BrokenRule{RejectionCode::missing_end_time,
                          "end_time is missing, and in_progress is not true"};
    }
    const auto end = read_time(facts.end_time);
    if (!end) {
        return BrokenRule{RejectionCode::invalid_end_time,
                          "end_time must be a number of seconds since 1970, before the year 2262"};
    }
    if (*end < span.start) {
        span.end_was_clamped = true;
        return {};
    }
    std::int64_t length = 0;
    if (__builtin_sub_overflow(end->ns, span.start.ns, &length) || length > time_spread_max.ns) {
        return BrokenRule{RejectionCode::invalid_end_time,
                          fmt::format("end_time is more than {} days after start_time",
                                      time_spread_max.ns / day_ns)};
    }
    span.end = *end;
    return {};
}

Verdict check_parent(const EntityFacts& facts, Span& span) {
    if (!facts.parent_id.is_present) {
        if (span.is_segment) return {};
        return BrokenRule{RejectionCode::missing_parent_id,
                          "parent_id is required of a subsegment sent on its own"};
    }
    const auto id = parse_span_id(id_text(facts.parent_id));
    if (!id) {
        return BrokenRule{RejectionCode::invalid_parent_id,
                          "parent_id must be 16 hexadecimal digits in quotes, not all of them 0"};
    }
    span.parent_id = *id;
    return {};
}

}  // namespace

std::optional<BrokenRule> check_own(const EntityFacts& facts,
                                    const std::optional<AcceptanceWindow>& window, Arena& arena,
                                    TraceId& trace_id, Span& span) {
    span.is_segment = !facts.is_subsegment;
    if (auto broken = check_id(facts, span)) return broken;
    if (auto broken = check_trace_id(facts, trace_id)) return broken;
    if (auto broken = check_name(facts, arena, span)) return broken;
    if (auto broken = check_start(facts, span)) return broken;
    if (auto broken = check_window(window, span.start)) return broken;
    if (auto broken = check_end(facts, span)) return broken;
    return check_parent(facts, span);
}

std::optional<BrokenRule> check_embedded(const EntityFacts& facts, Arena& arena, Span& span) {
    if (auto broken = check_id(facts, span)) return broken;
    if (auto broken = check_name(facts, arena, span)) return broken;
    if (auto broken = check_start(facts, span)) return broken;
    return check_end(facts, span);
}

}  // namespace tomograph
