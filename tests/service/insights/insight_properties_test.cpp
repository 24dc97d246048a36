#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>

#include "service/insights/insight_fixture.h"
#include "service/insights/insight_id.h"
#include "service/insights/limits.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

using Did = Recording::Did;

constexpr std::int64_t first = 0;
constexpr std::int64_t last = 240;
constexpr InsightKind kinds[] = {InsightKind::fault, InsightKind::latency, InsightKind::throughput};

/// Some services that call one another somehow, with bad times at random.
Recording random_recording(std::mt19937& random) {
    const auto below = [&](int n) { return std::uniform_int_distribution(0, n - 1)(random); };
    Recording recording;
    const int services = 1 + below(5);
    for (int n = 0; n < services; ++n) {
        const std::string name = fmt::format("s{}", n);
        const std::int64_t traffic = below(3) == 0 ? 5 : 50 + below(400);
        const bool has_days = below(3) == 0;
        struct Bad {
            std::int64_t first, last, percent;
        };
        std::vector<Bad> bad(static_cast<std::size_t>(below(4)));
        for (Bad& each : bad) {
            each.first = below(last);
            each.last = each.first + 1 + below(60);
            each.percent = 10 + below(90);
        }
        recording.record(name, has_days ? -8 * 1440 : -90, last, [&](std::int64_t at) {
            Did did{.total = traffic + scatter(at + n, 9), .slow_ms = 100 + scatter(at - n, 20)};
            did.fault = scatter(at * 3 + n, 2);
            for (const Bad& each : bad)
                if (at >= each.first && at < each.last) {
                    did.fault = did.total * each.percent / 100;
                    did.slow_ms *= 1 + each.percent / 20;
                    if (each.percent > 70) did.total /= 5;
                }
            did.fault = std::min(did.fault, did.total);
            return below(40) == 0 ? Did{.total = 0} : did;
        });
        if (below(2) == 0) recording.entry(name);
        for (int callee = 0; callee < services; ++callee)
            if (callee != n && below(3) == 0)
                recording.calls(name, fmt::format("s{}", callee), below(60) - 90, last);
    }
    return recording;
}

/// What the minutes [from, to) may look at, and nothing else: as read_group_window() reads it.
GroupWindow cut(const GroupWindow& whole, std::int64_t from, std::int64_t to) {
    const auto is_in = [&](std::int64_t minute, bool with_days) {
        const std::int64_t at = minute - test_minute;
        if (at >= from - closing_minutes - past_minutes && at < to) return true;
        for (std::int64_t day = 1; with_days && day <= 7; ++day)
            if (at >= from - closing_minutes - 1 - day * 1440 && at < to + 1 - day * 1440)
                return true;
        return false;
    };
    GroupWindow window = whole;
    for (auto& [service, minutes] : window.services)
        std::erase_if(minutes, [&](const auto& each) { return !is_in(each.first, true); });
    std::erase_if(window.services, [](const auto& each) { return each.second.empty(); });
    for (auto& [call, minutes] : window.calls)
        std::erase_if(minutes, [&](std::int64_t minute) { return !is_in(minute, false); });
    std::erase_if(window.clients, [&](const auto& each) { return !is_in(each.first, false); });
    return window;
}

void check_rules(const Outcome& outcome, InsightKind kind) {
    CHECK(outcome.state.active.size() <= insights_active_max);
    std::set<ServiceKey> causes;
    for (const StoredInsight& each : outcome.state.active) {
        CHECK(each.is_active());
        CHECK(causes.insert(each.root_cause).second);
    }
    for (const auto& [id, insight] : outcome.insights) {
        CHECK(is_insight_id(id));
        CHECK(insight.kind == kind);
        CHECK(insight.summary.find(". ") != std::string::npos);
        REQUIRE_FALSE(insight.services.empty());
        CHECK(insight.services.size() <= insight_services_max);
        CHECK(std::any_of(insight.services.begin(), insight.services.end(),
                          [&](const auto& each) { return each.service == insight.root_cause; }));
        for (const ImpactCounts& counts : {insight.clients, insight.at_cause}) {
            CHECK(counts.ok >= 0);
            CHECK(counts.fault >= 0);
            CHECK(counts.ok + counts.fault <= counts.total);
        }
        if (insight.end_minute) {
            CHECK(*insight.end_minute > insight.start_minute);
            CHECK(*insight.end_minute <= insight.updated_minute + 1);
        }
        const auto& events = outcome.events.at(id);
        CHECK(insight.event_count == static_cast<std::int64_t>(events.size()));
        CHECK(events.size() <= static_cast<std::size_t>(insight_events_max) + 1);
        for (std::size_t i = 0; i < events.size(); ++i) {
            CHECK(events[i].sequence == static_cast<std::int64_t>(i + 1));
            if (i > 0) CHECK(events[i].minute >= events[i - 1].minute);
            CHECK_FALSE(events[i].top_services.empty());
            // The last says that it is over, and no other does.
            const bool is_end = events[i].summary.starts_with("The insight is closed.");
            CHECK(is_end == (i + 1 == events.size() && !insight.is_active()));
        }
    }
}

}  // namespace

TEST_CASE("minutes evaluated alone, in stretches or all at once come to the same") {
    for (unsigned seed = 0; seed < 8; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const Recording recording = random_recording(random);
        for (const InsightKind kind : kinds) {
            CAPTURE(name_of(kind));
            const Outcome whole = evaluate(recording.window, kind, first, last);
            check_rules(whole, kind);
            // A stop between any two windows: the state is all that goes over.
            Outcome in_windows;
            for (std::int64_t at = first; at < last;) {
                const std::int64_t to =
                    std::min<std::int64_t>(at + std::uniform_int_distribution(1, 60)(random), last);
                evaluate(cut(recording.window, at, to), kind, at, to, in_windows);
                at = to;
            }
            CHECK(in_windows == whole);
        }
    }
}

TEST_CASE("minutes alone come to the same") {
    for (unsigned seed = 100; seed < 102; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const Recording recording = random_recording(random);
        for (const InsightKind kind : kinds) {
            Outcome alone;
            for (std::int64_t at = first; at < last; ++at)
                evaluate(cut(recording.window, at, at + 1), kind, at, at + 1, alone);
            CHECK(alone == evaluate(recording.window, kind, first, last));
        }
    }
}

TEST_CASE("random lives find something, most of it once") {
    std::size_t found = 0;
    for (unsigned seed = 0; seed < 8; ++seed) {
        std::mt19937 random(seed);
        found += evaluate(random_recording(random).window, InsightKind::fault, first, last)
                     .insights.size();
    }
    CHECK(found > 5);
    CHECK(found < 60);
}
