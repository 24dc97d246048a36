#include "service/insights/insight_evaluator.h"

#include "service/insights/insight_fixture.h"
#include "service/insights/insight_id.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

using Did = Recording::Did;

Did calm(std::int64_t at) { return {.total = 100, .fault = scatter(at, 2)}; }

/// Calm, but between two minutes.
std::function<Did(std::int64_t)> failing(std::int64_t first, std::int64_t last,
                                         std::int64_t faults = 40) {
    return [=](std::int64_t at) {
        return at >= first && at < last ? Did{.total = 100, .fault = faults} : calm(at);
    };
}

std::int64_t start_of(const StoredInsight& insight) { return insight.start_minute - test_minute; }
std::int64_t end_of(const StoredInsight& insight) {
    REQUIRE(insight.end_minute);
    return *insight.end_minute - test_minute;
}

}  // namespace

TEST_CASE("what goes on as usual is no insight") {
    Recording steady;
    steady.record("api", -120, 120, calm);
    CHECK(evaluate(steady.window, InsightKind::fault, -120, 120).insights.empty());
    CHECK(evaluate(steady.window, InsightKind::latency, -120, 120).insights.empty());
    CHECK(evaluate(steady.window, InsightKind::throughput, -120, 120).insights.empty());
}

TEST_CASE("an outage is one insight, from its first minute to its last") {
    Recording outage;
    outage.record("api", -120, 60, failing(0, 20));
    outage.entry("api");
    const Outcome outcome = evaluate(outage.window, InsightKind::fault, -60, 60);
    const StoredInsight& insight = outcome.only();
    CHECK(outcome.state.active.empty());
    CHECK(is_insight_id(insight.id));
    CHECK(start_of(insight) == 0);
    CHECK(end_of(insight) == 20);
    CHECK(insight.root_cause == service_named("api"));
    CHECK(insight.group_arn == test_group.arn);
    CHECK(insight.clients == ImpactCounts{.ok = 20 * 60, .fault = 20 * 40, .total = 20 * 100});
    CHECK(insight.at_cause == insight.clients);
    CHECK(insight.worst_milli == 40'000);
    CHECK(insight.summary ==
          "More requests failed than expected. 800 of 2000 requests of clients failed from "
          "2026-11-26 10:00 UTC to 2026-11-26 10:20 UTC. The root cause is api "
          "(AWS::ECS::Container): 800 of its 2000 requests failed.");
    const auto& events = outcome.only_events();
    REQUIRE(events.size() >= 2);
    CHECK(events.front().sequence == 1);
    CHECK(events.front().minute == test_minute + 2);
    CHECK(events.front().top_services == std::vector{service_named("api")});
    CHECK(events.back().sequence == static_cast<std::int64_t>(events.size()));
    CHECK(events.back().summary.starts_with("The insight is closed."));
}

TEST_CASE("a spike of two minutes is none, and neither are faults of a service that few call") {
    Recording spike;
    spike.record("api", -120, 60, failing(0, 2, 100));
    CHECK(evaluate(spike.window, InsightKind::fault, -60, 60).insights.empty());
    Recording rare;
    rare.record("api", -120, 60, [](auto at) { return Did{.total = 2, .fault = at >= 0 ? 2 : 0}; });
    CHECK(evaluate(rare.window, InsightKind::fault, -60, 60).insights.empty());
}

TEST_CASE("of a service that is new nobody knows what is usual") {
    Recording fresh;
    fresh.record("api", 0, 25, failing(10, 25));
    CHECK(evaluate(fresh.window, InsightKind::fault, 0, 25).insights.empty());
    Recording known;
    known.record("api", 0, 50, failing(35, 50));
    CHECK(start_of(evaluate(known.window, InsightKind::fault, 0, 50).only()) == 35);
}

TEST_CASE("twice the requests may fail twice as often") {
    Recording sale;
    const auto share = [](std::int64_t percent) {
        return [=](auto at) {
            const std::int64_t total = at >= 0 ? 1000 : 200;
            return Did{.total = total, .fault = total * (at >= 0 ? percent : 5) / 100};
        };
    };
    sale.record("api", -120, 30, share(5));
    CHECK(evaluate(sale.window, InsightKind::fault, -60, 30).insights.empty());
    Recording worse;
    worse.record("api", -120, 30, share(30));
    CHECK(start_of(evaluate(worse.window, InsightKind::fault, -60, 30).only()) == 0);
}

TEST_CASE("what rises slowly is found by the days before, and is the usual without them") {
    const auto rising = [](std::int64_t at) {
        return Did{.total = 1000, .fault = 5 + std::max<std::int64_t>(at, 0) / 4};
    };
    Recording alone;
    alone.record("api", -120, 240, rising);
    CHECK(evaluate(alone.window, InsightKind::fault, -60, 240).insights.empty());
    Recording with_days;
    with_days.record("api", -8 * 1440, -1440 + 300,
                     [](auto) { return Did{.total = 1000, .fault = 5}; });
    with_days.record("api", -120, 240, rising);
    const StoredInsight insight = evaluate(with_days.window, InsightKind::fault, -60, 240).only();
    CHECK(insight.is_active());
    CHECK(start_of(insight) > 20);
    CHECK(start_of(insight) < 60);
}

TEST_CASE("a job that fails every night is usual, and one that fails at noon is not") {
    Recording nightly;
    const auto job = [](std::int64_t at) {
        const std::int64_t of_day = ((at % 1440) + 1440) % 1440;
        return Did{.total = 200, .fault = of_day >= 600 && of_day < 620 ? 100 : scatter(at, 2)};
    };
    nightly.record("batch", -8 * 1440, 700, job);
    CHECK(evaluate(nightly.window, InsightKind::fault, 500, 700).insights.empty());
    nightly.record("batch", 200, 220, [](auto) { return Did{.total = 200, .fault = 100}; });
    CHECK(start_of(evaluate(nightly.window, InsightKind::fault, 100, 400).only()) == 200);
}

TEST_CASE("two services that fail for a third are one insight of the third") {
    Recording shared;
    for (const char* name : {"web", "mobile", "cart", "db"})
        shared.record(name, -120, 60, failing(0, 20));
    shared.record("search", -120, 60, calm);
    shared.calls("web", "cart", -120, 60);
    shared.calls("mobile", "cart", -120, 60);
    shared.calls("cart", "db", -120, 60);
    shared.calls("web", "search", -120, 60);
    shared.entry("web");
    shared.entry("mobile");
    const Outcome outcome = evaluate(shared.window, InsightKind::fault, -60, 60);
    const StoredInsight& insight = outcome.only();
    CHECK(insight.root_cause == service_named("db"));
    CHECK(insight.services.size() == 4);
    CHECK(insight.clients.total == 2 * 20 * 100);
    CHECK(insight.at_cause.total == 20 * 100);
    CHECK(end_of(insight) == 20);
}

TEST_CASE("two outages that have nothing to do with one another are two insights") {
    Recording apart;
    for (const char* name : {"a", "b"}) apart.record(name, -120, 60, failing(0, 20));
    const Outcome outcome = evaluate(apart.window, InsightKind::fault, -60, 60);
    CHECK(outcome.insights.size() == 2);
    // A service that calls both belongs to both.
    apart.record("web", -120, 60, failing(0, 20));
    apart.calls("web", "a", -120, 60);
    apart.calls("web", "b", -120, 60);
    const Outcome with_caller = evaluate(apart.window, InsightKind::fault, -60, 60);
    CHECK(with_caller.insights.size() == 2);
    for (const auto& [id, insight] : with_caller.insights) CHECK(insight.services.size() == 2);
}

TEST_CASE("the root cause moves downstream when trouble shows there later") {
    Recording late;
    late.record("web", -120, 60, failing(0, 30));
    late.record("db", -120, 60, failing(8, 30));
    late.calls("web", "db", -120, 60);
    const Outcome outcome = evaluate(late.window, InsightKind::fault, -60, 60);
    CHECK(outcome.only().root_cause == service_named("db"));
    CHECK(start_of(outcome.only()) == 0);
    const auto& events = outcome.only_events();
    REQUIRE(events.size() >= 3);
    CHECK(events[1].summary.starts_with("The root cause is another service. It is db"));
}

TEST_CASE("insights of which one turns out to explain the other become one") {
    Recording joined;
    joined.record("web", -120, 80, failing(0, 40));
    joined.record("db", -120, 80, failing(0, 40));
    joined.calls("web", "db", 15, 80);
    const Outcome outcome = evaluate(joined.window, InsightKind::fault, -60, 80);
    REQUIRE(outcome.insights.size() == 2);
    for (const auto& [id, insight] : outcome.insights) {
        const bool is_web = insight.root_cause == service_named("web");
        CHECK(end_of(insight) == (is_web ? 16 : 40));
        if (is_web)
            CHECK(outcome.events.at(id).back().summary.find("Another insight") !=
                  std::string::npos);
        else
            CHECK(insight.services.size() == 2);
    }
}

TEST_CASE("services that call each other have one root cause") {
    Recording ring;
    ring.record("a", -120, 60, failing(0, 20, 30));
    ring.record("b", -120, 60, failing(0, 20, 60));
    ring.calls("a", "b", -120, 60);
    ring.calls("b", "a", -120, 60);
    const Outcome outcome = evaluate(ring.window, InsightKind::fault, -60, 60);
    CHECK(outcome.only().root_cause == service_named("b"));
}

TEST_CASE("what was usual before an outage stays the measure of it, for a day") {
    Recording lasting;
    lasting.record("api", -120, 1600, failing(0, 1600));
    const Outcome outcome = evaluate(lasting.window, InsightKind::fault, -60, 1600);
    const StoredInsight& insight = outcome.only();
    CHECK(end_of(insight) == 1440);
    CHECK(outcome.only_events().back().summary.find("After a day") != std::string::npos);
}

TEST_CASE("an outage that pauses is one insight; one that comes back later is another") {
    const auto twice = [](std::int64_t pause) {
        Recording recording;
        recording.record("api", -120, 90, [=](std::int64_t at) {
            const bool is_out = (at >= 0 && at < 10) || (at >= 10 + pause && at < 20 + pause);
            return is_out ? Did{.total = 100, .fault = 40} : calm(at);
        });
        return evaluate(recording.window, InsightKind::fault, -60, 90);
    };
    CHECK(end_of(twice(8).only()) == 28);
    CHECK(twice(15).insights.size() == 2);
}

TEST_CASE("an outage is no measure of the next one") {
    Recording again;
    again.record("api", -120, 120, [](std::int64_t at) {
        const bool is_out = (at >= 0 && at < 30) || (at >= 60 && at < 70);
        return is_out ? Did{.total = 10, .fault = 8} : Did{.total = 10};
    });
    const Outcome outcome = evaluate(again.window, InsightKind::fault, -60, 120);
    CHECK(outcome.insights.size() == 2);
    for (const auto& [id, insight] : outcome.insights)
        CHECK(end_of(insight) == (start_of(insight) == 0 ? 30 : 70));
}

TEST_CASE("a service that is silent is not well") {
    Recording silent;
    silent.record("api", -120, 10, failing(0, 10));
    silent.record("other", -120, 120, calm);
    const Outcome before = evaluate(silent.window, InsightKind::fault, -60, 68);
    CHECK(before.only().is_active());
    const Outcome after = evaluate(silent.window, InsightKind::fault, -60, 71);
    CHECK(end_of(after.only()) == 10);
    CHECK(after.only_events().back().summary.find("Nothing was asked") != std::string::npos);
}

TEST_CASE("a slow service is an insight of latency, with what was usual and the worst") {
    Recording slow;
    const auto its = [](std::int64_t at) {
        return Did{.total = 100, .slow_ms = at >= 0 && at < 20 ? 900 : 190 + scatter(at, 20)};
    };
    slow.record("api", -120, 60, its);
    slow.record("db", -120, 60, its);
    slow.calls("api", "db", -120, 60);
    const Outcome outcome = evaluate(slow.window, InsightKind::latency, -60, 60);
    const StoredInsight& insight = outcome.only();
    CHECK(insight.root_cause == service_named("db"));
    CHECK(start_of(insight) == 0);
    CHECK(end_of(insight) == 20);
    CHECK(insight.worst_milli == 900);
    CHECK(insight.usual_milli > 180);
    CHECK(insight.usual_milli < 220);
    CHECK(evaluate(slow.window, InsightKind::fault, -60, 60).insights.empty());
}

TEST_CASE("missing requests are an insight of throughput, of the service that sends fewer") {
    Recording fewer;
    const auto its = [](std::int64_t at) {
        return Did{.total = at >= 0 && at < 20 ? 20 : 190 + scatter(at, 20)};
    };
    fewer.record("web", -120, 60, its);
    fewer.record("cart", -120, 60, its);
    fewer.record("other", -120, 60, calm);
    fewer.calls("web", "cart", -120, 60);
    const Outcome outcome = evaluate(fewer.window, InsightKind::throughput, -60, 60);
    CHECK(outcome.only().root_cause == service_named("web"));
    CHECK(outcome.only().worst_milli == 20'000);
    CHECK(end_of(outcome.only()) == 20);
}

TEST_CASE("a service that stops is an insight of throughput; that nothing arrives at all is none") {
    Recording stopped;
    stopped.record("web", -120, 0, [](auto) { return Did{.total = 200}; });
    CHECK(evaluate(stopped.window, InsightKind::throughput, -60, 30).insights.empty());
    stopped.record("other", -120, 30, calm);
    const Outcome outcome = evaluate(stopped.window, InsightKind::throughput, -60, 30);
    CHECK(outcome.only().root_cause == service_named("web"));
    CHECK(outcome.only().is_active());
}

TEST_CASE("late data counts while it is fresh, and does not open what is over") {
    Recording punctual;
    punctual.record("api", -120, 60, failing(0, 20));
    punctual.entry("api");
    const Outcome expected = evaluate(punctual.window, InsightKind::fault, -60, 60);

    // Half of each minute comes five minutes late.
    Outcome outcome;
    for (std::int64_t at = -60; at < 60; ++at) {
        Recording so_far;
        so_far.record("api", -120, at + 1, [&](std::int64_t then) {
            Did did = failing(0, 20)(then);
            if (then > at - 5) did = {.total = did.total / 2, .fault = did.fault / 2};
            return did;
        });
        so_far.entry("api");
        evaluate(so_far.window, InsightKind::fault, at, at + 1, outcome);
    }
    CHECK(outcome.only().id == expected.only().id);
    CHECK(outcome.only().clients == expected.only().clients);
    CHECK(end_of(outcome.only()) == 20);

    // An hour after it was over: nobody is told again.
    Outcome calm_so_far;
    Recording without;
    without.record("api", -120, 60, calm);
    evaluate(without.window, InsightKind::fault, -60, 60, calm_so_far);
    Recording with;
    with.record("api", -120, 90, failing(0, 20));
    evaluate(with.window, InsightKind::fault, 60, 90, calm_so_far);
    CHECK(calm_so_far.insights.empty());
}
