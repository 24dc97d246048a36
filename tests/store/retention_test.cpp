#include "store/file_names.h"
#include "store/store_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

std::vector<std::string> days_of(StoreFixture& fixture) {
    std::vector<std::string> days;
    const auto names = fixture.files.list("/data/spans");
    REQUIRE(names);
    for (const std::string& name : *names)
        if (!fixture.files.list("/data/spans/" + name)->empty()) days.push_back(name);
    return days;
}

/// A store and the oracle that gets the same; some of it can be taken back.
struct Pair {
    explicit Pair(EmbeddedStoreOptions options = small_options()) : fixture(0, std::move(options)) {
        fixture.must_open();
    }
    void send(const SegmentSpec& spec) {
        fixture.must_append({spec});
        sent.push_back(spec);
    }
    void redact(const std::vector<TraceId>& ids) {
        const auto report = fixture.store->redact(ids);
        REQUIRE_MESSAGE(report, (report ? "" : report.error().message()));
        last = *report;
        std::erase_if(sent, [&](const SegmentSpec& spec) {
            return std::find(ids.begin(), ids.end(), spec.trace) != ids.end();
        });
    }
    void check() {
        MemoryStore oracle(fixture.options.groups);
        for (const SegmentSpec& spec : sent)
            oracle.append(documents_of({spec}), [](const Result<void>&) {});
        std::vector<TraceId> ids;
        for (std::uint64_t i = 0; i < 40; ++i) ids.push_back(trace_number(i));
        check_same(
            *fixture.store, oracle, ids,
            {Instant::from_seconds(test_second - 60), Instant::from_seconds(test_second + 86'400)});
    }
    void restart() {
        fixture.kill();
        fixture.must_open();
    }

    StoreFixture fixture;
    std::vector<SegmentSpec> sent;
    RedactionReport last;
};

TEST_CASE("the first policy that matches gives a trace its class, and the class its time") {
    StoreFixture fixture;
    fixture.options.retention_age = Duration::days(2);
    fixture.must_open();
    REQUIRE(fixture.store->set_policies({{.retention_class = 2, .days = 20, .root_service = "shop"},
                                         {.retention_class = 1, .days = 5, .has_fault = true}}));
    fixture.must_append({{.trace = trace_number(1)}});
    fixture.must_append({{.trace = trace_number(2), .status = 500}});
    fixture.must_append({{.trace = trace_number(3), .name = "shop"}});
    fixture.must_append({{.trace = trace_number(4), .status = 500, .name = "shop"}});
    fixture.settle();
    const std::string day = day_name(test_second);
    CHECK(days_of(fixture) == std::vector<std::string>{day, day + "-c1", day + "-c2"});
    // A late fragment joins its trace's first row, whatever it would be by itself.
    fixture.must_append({{.trace = trace_number(3), .id = 2, .parent = 1, .status = 500}});
    fixture.settle();
    fixture.kill();
    fixture.must_open();
    REQUIRE(fixture.store->compact(ignore_progress));
    CHECK(days_of(fixture) == std::vector<std::string>{day, day + "-c1", day + "-c2"});

    const auto alive = [&] {
        std::string text;
        for (std::uint64_t i = 1; i <= 4; ++i)
            text += std::to_string(fixture.documents_in(trace_number(i)));
        return text;
    };
    CHECK(alive() == "1121");
    const GraphRollup sums = *fixture.store->graph(all);
    const auto pass = [&](std::int64_t days) {
        fixture.clock.advance(Duration::days(days));
        fixture.advance(Duration::minutes(2));
    };
    pass(3);
    CHECK(alive() == "0121");
    pass(3);
    CHECK(alive() == "0020");
    CHECK(*fixture.store->graph(all) == sums);
    pass(15);
    CHECK(alive() == "0000");
    CHECK(fixture.store->status().parts == 0);
}

TEST_CASE("policies that cannot work are refused with the reason, and the old ones stay") {
    StoreFixture fixture;
    fixture.must_open();
    REQUIRE(fixture.store->set_policies({{.retention_class = 1, .days = 7, .has_error = true}}));
    const std::vector<std::pair<std::vector<RetentionPolicy>, std::string>> cases = {
        {{{.retention_class = 0, .has_fault = true}}, "class 0: policies have 1 to 6"},
        {{{.retention_class = 7, .has_fault = true}}, "class 7: policies have 1 to 6"},
        {{{.retention_class = 1, .has_fault = true}, {.retention_class = 1, .has_error = true}},
         "class 1 has two policies"},
        {{{.retention_class = 1}}, "class 1 has no condition: it would match every trace"},
        {{{.retention_class = 1, .days = 40'000, .has_fault = true}},
         "class 1: 40000 days, at most 36500"},
    };
    for (const auto& [policies, message] : cases) {
        const auto done = fixture.store->set_policies(policies);
        REQUIRE_FALSE(done);
        CHECK(done.error().code() == ErrorCode::invalid);
        CHECK(done.error().message() == message);
    }
    fixture.kill();
    fixture.must_open();
    REQUIRE(fixture.store->retention()->policies.size() == 1);
    CHECK(fixture.store->retention()->policies.front().has_error);
}

TEST_CASE("the budget drops days of the least class first, and never the last 24 hours") {
    StoreFixture fixture;
    fixture.options.retention_age = {};
    fixture.must_open();
    REQUIRE(fixture.store->set_policies({{.retention_class = 1, .days = 0, .has_fault = true}}));
    for (std::int64_t day = 0; day < 3; ++day) {
        // Half an hour later each day.
        const std::int64_t ms = day * (86'400'000 + 1'800'000);
        for (const int status : {200, 500})
            fixture.must_append(
                {{.trace = trace_number(static_cast<std::uint64_t>(day * 2 + status / 500),
                                        test_second + day * 86'400),
                  .start_ms = ms,
                  .end_ms = ms + 10,
                  .status = status}});
        fixture.settle();
        fixture.clock.advance(Duration::days(1));
    }
    fixture.clock.advance(Duration::hours(-23));
    const std::uint64_t bytes = fixture.store->status().part_bytes;
    const auto left_with = [&](std::uint64_t budget) {
        fixture.store.reset();
        fixture.options.disk_budget_bytes = budget;
        fixture.must_open();
        fixture.advance(Duration::minutes(2));
        return days_of(fixture);
    };
    const std::string first = day_name(test_second);
    const std::string second = day_name(test_second + 86'400);
    const std::string third = day_name(test_second + 2 * 86'400);
    CHECK(left_with(bytes).size() == 6);
    CHECK(left_with(bytes - 1) ==
          std::vector<std::string>{first + "-c1", second, second + "-c1", third, third + "-c1"});
    CHECK(left_with(bytes / 10 * 6) ==
          std::vector<std::string>{second + "-c1", third, third + "-c1"});
    CHECK(left_with(1) == std::vector<std::string>{third, third + "-c1"});
}

TEST_CASE("a redacted trace has never been, wherever it was, and stays away after a crash") {
    EmbeddedStoreOptions options = small_options();
    options.merge_fan_in = 100;
    Pair pair(options);
    for (std::uint64_t i = 0; i < 12; ++i) {
        pair.send({.trace = trace_number(i), .status = i % 3 == 0 ? 500 : 200});
        if (i % 4 == 3) pair.fixture.settle();
        if (i >= 5) pair.send({.trace = trace_number(i - 5), .id = 2, .parent = 1});
    }
    pair.check();
    const std::vector<TraceId> ids{trace_number(1), trace_number(6), trace_number(11)};
    const auto plan = pair.fixture.store->plan_redaction(ids);
    REQUIRE(plan);
    CHECK(plan->traces.size() == 3);
    pair.check();
    pair.redact(ids);
    CHECK(pair.last.traces == plan->traces);
    REQUIRE(pair.last.parts.size() == plan->parts.size());
    CHECK(pair.last.parts.size() >= 2);
    CHECK(pair.last.open_documents >= 1);
    pair.check();
    pair.restart();
    pair.check();
    pair.fixture.settle();
    pair.check();
    // What comes later starts anew.
    pair.send({.trace = trace_number(1), .id = 3, .status = 500});
    pair.check();
    pair.fixture.settle();
    pair.restart();
    pair.check();
    REQUIRE(pair.fixture.store->compact(ignore_progress));
    pair.check();
    pair.redact({trace_number(99)});
    CHECK(pair.last.traces.empty());
    CHECK(pair.last.parts.empty());
}

TEST_CASE("no byte of a redacted trace is left in parts") {
    StoreFixture fixture;
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1), .name = "keep"}});
    fixture.must_append({{.trace = trace_number(2), .name = "sentinel-of-two"}});
    fixture.settle();
    const auto report = fixture.store->redact(std::vector{trace_number(2)});
    REQUIRE(report);
    REQUIRE(report->parts.size() == 1);
    CHECK(report->parts.front().rows == 1);
    CHECK(report->parts.front().documents == 1);
    CHECK_FALSE(*fixture.files.exists("/data/" + report->parts.front().path));
    CHECK(*fixture.files.exists("/data/" + report->parts.front().replacement));
    CHECK(fixture.documents_in(trace_number(1)) == 1);
    fixture.store->close();
    fixture.store.reset();
    fixture.must_open();
    CHECK(fixture.documents_in(trace_number(2)) == 0);
    const auto graph = fixture.store->graph(all);
    REQUIRE(graph);
    for (const auto& [key, cell] : graph->cells) CHECK(key.target.name != "sentinel-of-two");
}

TEST_CASE("a redaction in which any call fails is done or not, and works the next time") {
    for (std::uint64_t n = 1;; ++n) {
        CAPTURE(n);
        Pair pair;
        for (std::uint64_t i = 0; i < 6; ++i) pair.send({.trace = trace_number(i)});
        pair.fixture.settle();
        pair.send({.trace = trace_number(2), .id = 2, .parent = 1});
        const std::uint64_t before = pair.fixture.files.calls();
        pair.fixture.files.fail_call(n);
        const auto first = pair.fixture.store->redact(std::vector{trace_number(2)});
        if (pair.fixture.files.calls() - before < n) break;
        if (!first) {
            pair.fixture.advance(Duration::seconds(1));  // a record that is pending is written
            pair.redact({trace_number(2)});
        }
        std::erase_if(pair.sent,
                      [](const SegmentSpec& spec) { return spec.trace == trace_number(2); });
        pair.check();
        pair.restart();
        pair.check();
        REQUIRE(n < 200);
    }
}

TEST_CASE("a pinned trace outlives its part, and goes when nobody pins it any more") {
    StoreFixture fixture;
    fixture.options.retention_age = Duration::days(1);
    fixture.must_open();
    for (std::uint64_t i = 0; i < 6; ++i) fixture.must_append({{.trace = trace_number(i)}});
    fixture.settle();
    fixture.must_append({{.trace = trace_number(2), .id = 2, .parent = 1}});
    REQUIRE(fixture.store->pin(trace_number(2)));
    REQUIRE(fixture.store->pin(trace_number(3)));
    const auto unknown = fixture.store->pin(trace_number(77));
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code() == ErrorCode::not_found);
    CHECK_FALSE(fixture.store->unpin(trace_number(77)));
    fixture.settle();
    const auto whole = [&] {
        return without_bounds(*fixture.store->graph(all, GraphGrain::whole));
    };
    const GraphRollup sums = whole();
    const auto pass = [&] {
        fixture.clock.advance(Duration::days(2));
        fixture.advance(Duration::minutes(2));
    };
    pass();
    CHECK(fixture.documents_in(trace_number(1)) == 0);
    CHECK(fixture.documents_in(trace_number(2)) == 2);
    CHECK(fixture.documents_in(trace_number(3)) == 1);
    CHECK(whole() == sums);
    fixture.kill();
    fixture.must_open();
    pass();
    CHECK(fixture.store->pins()->size() == 2);
    CHECK(fixture.documents_in(trace_number(2)) == 2);
    REQUIRE(fixture.store->unpin(trace_number(2)));
    pass();
    CHECK(fixture.documents_in(trace_number(2)) == 0);
    CHECK(fixture.documents_in(trace_number(3)) == 1);
    CHECK(whole() == sums);
    REQUIRE(fixture.store->redact(std::vector{trace_number(3)}));
    CHECK(fixture.store->pins()->empty());
    CHECK(fixture.documents_in(trace_number(3)) == 0);
    CHECK(whole() != sums);
}

TEST_CASE("the report tells what is there by day and class, when it goes, and when it is full") {
    StoreFixture fixture;
    fixture.options.retention_age = {};
    fixture.must_open();
    for (std::int64_t day = 0; day < 4; ++day) {
        const std::int64_t ms = day * 86'400'000;
        fixture.must_append({{.trace = trace_number(1, test_second + day * 86'400),
                              .start_ms = ms,
                              .end_ms = ms + 10,
                              .padding = 2'000}});
        fixture.settle();
        fixture.clock.advance(Duration::days(1) - Duration::seconds(62));
    }
    const auto report = fixture.store->retention();
    REQUIRE(report);
    REQUIRE(report->slices.size() == 4);
    CHECK(report->slices.front().traces == 1);
    CHECK_FALSE(report->slices.front().expires);
    CHECK(report->forecast.bytes == fixture.store->status().part_bytes);
    CHECK(static_cast<double>(report->forecast.bytes_a_day) ==
          doctest::Approx(static_cast<double>(report->slices.back().bytes)).epsilon(0.05));
    fixture.store.reset();
    fixture.options.disk_budget_bytes = report->slices.back().bytes * 14 - 10;
    fixture.must_open();
    fixture.advance(Duration::minutes(2));
    const auto full = fixture.store->status().full_at;
    REQUIRE(full);
    const std::int64_t days = (full->second() - fixture.clock.now().second()) / 86'400;
    CHECK(days >= 8);
    CHECK(days <= 10);
    CHECK(fixture.metric("tomograph_store_full_time_seconds") ==
          doctest::Approx(full->as_seconds()));
    fixture.store.reset();
    fixture.options.retention_age = Duration::days(6);
    fixture.must_open();
    fixture.advance(Duration::minutes(2));
    CHECK_FALSE(fixture.store->status().full_at);
    CHECK(fixture.store->retention()->slices.front().expires);
}

}  // namespace
}  // namespace tomograph
