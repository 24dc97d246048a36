#include "service/insights/verdict.h"

#include <algorithm>
#include <cmath>

#include "query/expected_band.h"
#include "service/insights/limits.h"

namespace tomograph {
namespace {

enum class Value { fault, requests, latency };

Value value_of(InsightKind kind) {
    if (kind == InsightKind::fault) return Value::fault;
    return kind == InsightKind::latency ? Value::latency : Value::requests;
}

std::optional<double> value_in(Value what, const ServiceMinute& did) {
    switch (what) {
        case Value::fault:
            return static_cast<double>(did.fault);
        case Value::requests:
            return static_cast<double>(did.total);
        case Value::latency:
            break;
    }
    if (did.total < latency_requests_min) return std::nullopt;
    return did.slow.as_seconds();
}

/// Latencies scatter by a tenth and a clock's tick even where nothing was seen of it; so does the
/// number of requests, which do not come independently.
LeastDeviation least_of(Value what) {
    switch (what) {
        case Value::fault:
            return {};
        case Value::requests:
            return {.absolute = 1, .share = 0.1};
        case Value::latency:
            break;
    }
    return {.absolute = 0.005, .share = 0.1, .is_of_counts = false};
}

PastValues past_of(Value what, const ServiceMinutes& minutes) {
    return {.period_seconds = 60,
            .value_at = [what, &minutes](std::int64_t second) -> std::optional<double> {
                const auto did = minutes.find(second / 60);
                if (did == minutes.end()) return std::nullopt;
                return value_in(what, did->second);
            },
            .absent_is_zero = what != Value::latency,
            .least_deviation = least_of(what)};
}

std::int64_t milli(double value) { return std::llround(value * 1000); }
double from_milli(std::int64_t value) { return static_cast<double>(value) / 1000; }

}  // namespace

std::optional<InsightBaseline> ServiceJudge::baseline_at(std::int64_t minute) const {
    const auto first = minutes_.lower_bound(minute - past_minutes);
    if (first == minutes_.end() || first->first > minute - learning_minutes) return std::nullopt;
    const Value what = value_of(kind_);
    const auto expected = expected_from_recent(past_of(what, minutes_), minute * 60);
    const auto requests = expected_from_recent(past_of(Value::requests, minutes_), minute * 60);
    if (!expected || !requests) return std::nullopt;
    return InsightBaseline{.expected_milli = milli(expected->value),
                           .reach_milli = milli(expected->reach),
                           .requests_milli = milli(requests->value)};
}

std::optional<ServiceJudge::Band> ServiceJudge::from_days(std::int64_t minute) const {
    const auto expected = expected_from_days(past_of(value_of(kind_), minutes_), minute * 60);
    const auto requests = expected_from_days(past_of(Value::requests, minutes_), minute * 60);
    if (!expected || !requests) return std::nullopt;
    return Band{.expected = expected->value, .reach = expected->reach, .requests = requests->value};
}

bool ServiceJudge::nobody_sent(std::int64_t minute) const {
    return std::none_of(window_.services.begin(), window_.services.end(),
                        [&](const auto& service) { return service.second.contains(minute); });
}

Verdict ServiceJudge::judge(std::int64_t minute,
                            const std::optional<InsightBaseline>& baseline) const {
    const auto found = minutes_.find(minute);
    const ServiceMinute did = found == minutes_.end() ? ServiceMinute{} : found->second;
    if (kind_ != InsightKind::throughput && did.total == 0) return {};
    if (kind_ == InsightKind::latency && did.total < latency_requests_min) return {};
    if (kind_ == InsightKind::throughput && did.total == 0 && nobody_sent(minute)) return {};

    // No band ends below this: most minutes of most services need no look at the past.
    if (kind_ == InsightKind::fault && did.fault <= 3)
        return {.is_known = true, .value = static_cast<double>(did.fault)};

    const std::optional<Band> days = from_days(minute);
    std::optional<Band> recent;
    // The days tell enough of faults.
    if (kind_ != InsightKind::fault || !days)
        if (const auto hour = baseline ? baseline : baseline_at(minute))
            recent = Band{.expected = from_milli(hour->expected_milli),
                          .reach = from_milli(hour->reach_milli),
                          .requests = from_milli(hour->requests_milli)};
    if (kind_ == InsightKind::fault) return judge_fault(did, days, recent);
    const double value =
        kind_ == InsightKind::latency ? did.slow.as_seconds() : static_cast<double>(did.total);
    return judge_both(value, days, recent);
}

Verdict ServiceJudge::judge_fault(const ServiceMinute& did, const std::optional<Band>& days,
                                  const std::optional<Band>& recent) const {
    const std::optional<Band>& band = days ? days : recent;
    if (!band) return {};
    const double more =
        std::max(1.0, static_cast<double>(did.total) / std::max(band->requests, 1.0));
    Verdict verdict{.is_known = true,
                    .value = static_cast<double>(did.fault),
                    .expected = band->expected * more};
    const double reach = band->reach * more;
    verdict.is_outside = verdict.value > std::round(verdict.expected + reach);
    if (verdict.is_outside) verdict.score = (verdict.value - verdict.expected) / reach * 3;
    return verdict;
}

Verdict ServiceJudge::judge_both(double value, const std::optional<Band>& days,
                                 const std::optional<Band>& recent) const {
    if (!recent) return {};
    const bool is_drop = kind_ == InsightKind::throughput;
    if (is_drop && recent->expected < throughput_requests_min) return {};
    Verdict verdict{.is_known = true, .value = value, .expected = recent->expected};
    const auto score_in = [&](const Band& band) {
        const double away = is_drop ? band.expected - value : value - band.expected;
        return away > band.reach ? away / band.reach * 3 : 0.0;
    };
    // The nearer band counts: what either knows as usual is usual.
    verdict.score = score_in(*recent);
    if (days && score_in(*days) < verdict.score) {
        verdict.score = score_in(*days);
        verdict.expected = days->expected;
    }
    verdict.is_outside = verdict.score > 0;
    return verdict;
}

}  // namespace tomograph
