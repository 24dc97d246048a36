#include "service/groups/group_service.h"

#include <array>
#include <atomic>
#include <thread>
#include <utility>

#include "group_bench.h"
#include "query/time_series.h"
#include "service/limits.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

struct ServiceBench : GroupBench {
    GraphRollup graph_of(const std::string& name, const TimeRange& range = all_time,
                         GraphGrain grain = GraphGrain::minute) {
        const auto graph = read_group_graph(context(), range, grain, name, "");
        REQUIRE(graph);
        return without_bounds(graph->rollup);
    }

    std::vector<TimeSeriesPoint> series_of(TimeSeriesRequest request) {
        const auto answer = get_time_series(context(), request);
        REQUIRE_MESSAGE(answer, answer.error().message());
        CHECK(answer->next_token.empty());
        return answer->points;
    }

    double failed() {
        const std::string text = registry.to_prometheus_text();
        const std::string name = "\ntomograph_group_filters_failed_total ";
        return std::stod(text.substr(text.find(name) + name.size()));
    }
};

/// Sums of a group, whatever is asked of them, beside a search for its filter.
void check_ranges(ServiceBench& bench, const std::string& name, const std::string& filter,
                  std::mt19937_64& random) {
    const auto start = test_second - 120 + static_cast<std::int64_t>(random() % 240);
    const TimeRange range{
        Instant::from_seconds(start),
        Instant::from_seconds(start + 1 + static_cast<std::int64_t>(random() % 300))};
    for (const GraphGrain grain : {GraphGrain::minute, GraphGrain::whole})
        CHECK(bench.graph_of(name, range, grain) == bench.searched(filter, range, grain));

    // The same selection by sums and, joined with a filter, trace by trace.
    const bool is_back = random() % 2 == 0;
    const std::array<std::string, 2> selectors = {
        is_back ? R"(service("back"))" : R"(service("api"))",
        is_back ? R"(edge("api", "back"))" : "edge()"};
    for (const std::string& selector : selectors) {
        CAPTURE(selector);
        TimeSeriesRequest request{.start = range.start, .end = range.end, .group_name = name};
        request.selector = selector;
        request.period_seconds = random() % 2 == 0 ? 60 : 300;
        const auto by_sums = bench.series_of(request);
        request.selector = "(ok OR !ok) AND " + selector;
        CHECK(bench.series_of(request) == by_sums);
        request.group_name = "";
        if (!filter.empty()) request.selector = "(" + filter + ") AND " + selector;
        CHECK(bench.series_of(request) == by_sums);
    }
}

}  // namespace

TEST_CASE("the graph of a group is that of the traces which its filter finds") {
    std::vector<std::string> filters = {"",
                                        "fault",
                                        "!fault",
                                        "http.status = 503",
                                        R"(service("back") { fault })",
                                        R"(edge("api", "back"))",
                                        "duration > 0.15",
                                        "partial"};
    bool looks_into_documents = false;
    SUBCASE("by what their outlines have") {}
    SUBCASE("by what only documents have") {
        looks_into_documents = true;
        filters.emplace_back(R"(annotation[mark] = "even")");
        filters.emplace_back(R"(annotation.mark = "odd" OR http.status = 503)");
        filters.emplace_back(R"(rootcause.fault.service { name = "back" })");
    }
    ServiceBench bench;
    for (std::size_t i = 0; i < filters.size(); ++i)
        REQUIRE(bench.groups->create(somebody,
                                     {.name = "g" + std::to_string(i), .filter = filters[i]}));
    CHECK(bench.classes->classifier()->needs_documents() == looks_into_documents);
    std::mt19937_64 random(7);
    const auto check = [&] {
        for (std::size_t i = 0; i < filters.size(); ++i) {
            CAPTURE(filters[i]);
            const GraphRollup expected = bench.searched(filters[i]);
            CHECK(bench.graph_of("g" + std::to_string(i)) == expected);
            CHECK_FALSE(expected.cells.empty());
            check_ranges(bench, "g" + std::to_string(i), filters[i], random);
        }
    };
    for (std::uint64_t round = 0; round < 4; ++round) {
        for (std::uint64_t n = 0; n < 40; ++n) {
            SegmentSpec spec{.trace = trace_number(random() % 30), .id = 1 + random() % 3};
            spec.start_ms = static_cast<std::int64_t>(spec.id) * 10;
            spec.end_ms = spec.start_ms + 20 + static_cast<std::int64_t>(random() % 200);
            spec.in_progress = random() % 5 == 0;
            spec.status = random() % 3 == 0 ? 503 : 200;
            spec.mark = random() % 2 == 0 ? "even" : "odd";
            if (spec.id > 1) {
                spec.parent = 1;
                spec.name = "back";
            }
            if (random() % 4 == 0) spec.sent_ms = spec.start_ms - 700;
            // Some reach over a few minutes.
            if (random() % 3 == 0) spec.end_ms += static_cast<std::int64_t>(random() % 200'000);
            if (random() % 3 == 0) {
                spec.start_ms += 60'000;
                spec.end_ms += 60'000;
            }
            bench.fixture.must_append({spec});
        }
        check();
        if (round == 1) bench.fixture.settle();
        if (round == 2) {
            bench.groups.reset();
            bench.fixture.kill();
            bench.open();
        }
        check();
    }
    CHECK(bench.failed() == 0);
}

TEST_CASE("a filter that no longer compiles is skipped and counted, and the others go on") {
    ServiceBench bench;
    const auto add = [&](const std::string& name, const std::string& filter) {
        REQUIRE(bench.catalog->change(somebody, [&](CatalogChange& change) {
            return change.groups().add({.name = name,
                                        .arn = "arn:" + name,
                                        .insights = {},
                                        .filter = filter,
                                        .first = {}});
        }));
    };
    add("broken", "a keyword of another time = 7");
    add("sound", "fault");
    REQUIRE(bench.classes->load(*bench.catalog, {}));
    CHECK(bench.failed() == 1);
    bench.fixture.must_append({{.trace = trace_number(1), .status = 500}});
    CHECK(bench.graph_of("broken").cells.empty());
    CHECK(bench.graph_of("sound").cells.size() > 0);
    // It can be read, mended and deleted.
    CHECK(bench.groups->get({.name = "broken"})->filter == "a keyword of another time = 7");
    REQUIRE(bench.groups->update(somebody, {.name = "broken"}, {.filter = "fault"}));
    REQUIRE(bench.groups->remove(somebody, {.name = "broken"}));
}

TEST_CASE("traces are read from their outlines as long as there is no group") {
    ServiceBench bench;
    CHECK(bench.classes->classifier() == nullptr);
    REQUIRE(bench.groups->create(somebody, {.name = "g"}));
    CHECK(bench.classes->classifier() != nullptr);
    REQUIRE(bench.groups->remove(somebody, {.name = "g"}));
    CHECK(bench.classes->classifier() == nullptr);
}

TEST_CASE("people who make groups at once get no more than there may be") {
    ServiceBench bench;
    constexpr std::size_t threads = 4;
    std::atomic<std::size_t> made{0};
    std::atomic<std::size_t> refused{0};
    std::vector<std::thread> people;
    for (std::size_t who = 0; who < threads; ++who)
        people.emplace_back([&, who] {
            for (std::size_t n = 0; n < 10; ++n) {
                // Two of each name.
                const std::string name = "g" + std::to_string(who / 2 * 10 + n);
                const auto done = bench.groups->create(somebody, {.name = name, .filter = "fault"});
                ++(done ? made : refused);
                static_cast<void>(bench.groups->list());
            }
        });
    for (std::thread& person : people) person.join();
    CHECK(made == 20);
    CHECK(refused == 20);
    CHECK(bench.groups->list().size() == 21);
}

TEST_CASE("while the store starts groups are read, and not changed") {
    ServiceBench bench;
    class NotReady final : public ArrivalOrder {
        Result<void> between_appends(const std::function<void(Lsn)>&) override {
            return Error(ErrorCode::unavailable, "the store is not ready: replaying the log");
        }
    };
    NotReady arrivals;
    GroupService groups(*bench.catalog, arrivals, *bench.classes, {});
    CHECK(groups.list().size() == 1);
    const auto made = groups.create(somebody, {.name = "g"});
    REQUIRE_FALSE(made);
    CHECK(made.error().code() == ErrorCode::unavailable);
}

TEST_CASE("queries find filters and versions by name and by ARN") {
    ServiceBench bench;
    const Group group = bench.groups->create(somebody, {.name = "g", .filter = "fault"}).value();
    CHECK(bench.groups->filter_of_name("g") == "fault");
    CHECK(bench.groups->filter_of_arn(group.arn) == "fault");
    CHECK(bench.groups->filter_of_name("Default") == "");
    CHECK_FALSE(bench.groups->filter_of_name("G"));
    CHECK_FALSE(bench.groups->filter_of_arn(group.arn + "x"));
    CHECK(bench.groups->versions_of("", "")->size() == 1);
    CHECK(bench.groups->versions_of("Default", "")->at(0).id.is_all());
    REQUIRE(bench.groups->update(somebody, {.arn = group.arn}, {.filter = "error"}));
    const auto versions = bench.groups->versions_of("g", group.arn).value();
    REQUIRE(versions.size() == 2);
    CHECK(versions[0].id < versions[1].id);
}

TEST_CASE("an ARN is of its group alone") {
    const ArnScope scope{.region = "eu-west-1", .account_id = "111122223333"};
    const std::string one = make_group_arn(scope, "g").value();
    CHECK(one.starts_with("arn:aws:xray:eu-west-1:111122223333:group/g/"));
    CHECK(one != make_group_arn(scope, "g").value());
    CHECK(one.size() < group_arn_bytes_max);
}
