#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "service/insights/insight_evaluator.h"

namespace tomograph::testing {

/// 2026-11-26 10:00 UTC.
inline constexpr std::int64_t test_minute = 1'795'687'200 / 60;
inline const InsightGroup test_group{.name = "Default", .arn = "arn:aws:xray:x:0:group/Default/X"};

inline ServiceKey service_named(std::string name) {
    return {.name = std::move(name), .type = "AWS::ECS::Container", .account_id = {}};
}

/// Scatter that is the same on every machine: 0 to `width`, about evenly.
inline std::int64_t scatter(std::int64_t n, std::int64_t width) {
    const auto mixed = static_cast<std::uint64_t>(n) * 0x9E37'79B9'7F4A'7C15u;
    return static_cast<std::int64_t>((mixed >> 33) % static_cast<std::uint64_t>(width + 1));
}

/// A recorded series, written by hand.
class Recording {
 public:
    /// What a service did in a minute: so many requests, of which so many failed.
    struct Did {
        std::int64_t total = 100;
        std::int64_t fault = 0;
        std::int64_t slow_ms = 100;
    };

    void set(const std::string& name, std::int64_t minute, const Did& did) {
        if (did.total == 0) return;
        window.services[service_named(name)][minute] = {
            .ok = did.total - did.fault,
            .fault = did.fault,
            .total = did.total,
            .slow = Duration::milliseconds(did.slow_ms)};
    }
    /// Minutes [first, last), counted from test_minute.
    void record(const std::string& name, std::int64_t first, std::int64_t last,
                const std::function<Did(std::int64_t)>& did) {
        for (std::int64_t at = first; at < last; ++at) set(name, test_minute + at, did(at));
    }
    void calls(const std::string& source, const std::string& target, std::int64_t first,
               std::int64_t last) {
        for (std::int64_t at = first; at < last; ++at)
            window.calls[{service_named(source), service_named(target)}].push_back(test_minute +
                                                                                   at);
    }
    /// Clients call that service.
    void entry(const std::string& name) {
        for (const auto& [minute, did] : window.services[service_named(name)])
            window.clients[minute].add(did.counts());
    }

    GroupWindow window;
};

/// All that came of minutes [first, last).
struct Outcome {
    InsightState state;
    std::map<std::string, StoredInsight> insights;
    std::map<std::string, std::vector<InsightEvent>> events;
    bool operator==(const Outcome&) const = default;

    const StoredInsight& only() const {
        REQUIRE(insights.size() == 1);
        return insights.begin()->second;
    }
    const std::vector<InsightEvent>& only_events() const { return events.at(only().id); }
};

inline void evaluate(const GroupWindow& window, InsightKind kind, std::int64_t first,
                     std::int64_t last, Outcome& outcome) {
    InsightEvaluator evaluator(test_group, kind, window);
    for (std::int64_t at = first; at < last; ++at)
        for (InsightChange& change : evaluator.step(test_minute + at, outcome.state)) {
            outcome.insights[change.insight.id] = change.insight;
            for (InsightEvent& event : change.events)
                outcome.events[change.insight.id].push_back(std::move(event));
        }
}

inline Outcome evaluate(const GroupWindow& window, InsightKind kind, std::int64_t first,
                        std::int64_t last) {
    Outcome outcome;
    evaluate(window, kind, first, last, outcome);
    return outcome;
}

}  // namespace tomograph::testing
