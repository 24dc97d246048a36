#include <doctest/doctest.h>

#include <limits>

#include "base/clock.h"
#include "catalog/sqlite_catalog.h"

using namespace tomograph;

namespace {

constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max();
const ChangeOrigin nobody{.who = "", .address = "", .operation = "Test"};

StoredInsight insight_at(std::string id, std::int64_t start, std::optional<std::int64_t> end) {
    return {.id = std::move(id),
            .kind = InsightKind::latency,
            .group_name = "shop",
            .group_arn = "arn:shop",
            .root_cause = {.name = "db", .type = "AWS::RDS", .account_id = "7"},
            .start_minute = start,
            .end_minute = end,
            .updated_minute = start + 9,
            .summary = "One. Two's; \"three\".",
            .clients = {.ok = 1, .fault = 2, .total = 4},
            .at_cause = {.ok = 5, .fault = 6, .total = 12},
            .services = {{.service = {.name = "db", .type = "AWS::RDS", .account_id = "7"},
                          .baseline =
                              InsightBaseline{
                                  .expected_milli = 1, .reach_milli = 3000, .requests_milli = 9},
                          .score_milli = 8000},
                         {.service = {.name = "web", .type = {}, .account_id = {}},
                          .baseline = {},
                          .score_milli = 4000}},
            .worst_milli = 900,
            .usual_milli = 200,
            .last_outside_minute = start + 8,
            .settled_minute = start + 2,
            .clients_settled = {.ok = 0, .fault = 1, .total = 2},
            .at_cause_settled = {.ok = 3, .fault = 4, .total = 8},
            .event_minute = start + 1,
            .event_severity_milli = 77,
            .event_count = 2};
}

InsightEvent event_of(std::int64_t sequence) {
    return {.sequence = sequence,
            .minute = 100 + sequence,
            .summary = "It began. So it did.",
            .clients = {.ok = 1, .fault = 2, .total = 3},
            .at_cause = {.ok = 4, .fault = 5, .total = 9},
            .top_services = {{.name = "db", .type = "", .account_id = ""},
                             {.name = "web", .type = "client", .account_id = "1"}}};
}

struct Bench {
    ManualClock clock{Instant::from_seconds(1'795'000'000)};
    std::unique_ptr<Catalog> catalog = open_sqlite_catalog(":memory:", clock).value();

    void put(const StoredInsight& insight) {
        REQUIRE(catalog->change(
            nobody, [&](CatalogChange& change) { return change.insights().put(insight); }));
    }
    template <class Answer>
    Answer read(const std::function<Result<Answer>(const InsightTable&)>& ask) {
        Answer answer{};
        REQUIRE(catalog->read([&](const CatalogView& view) -> Result<void> {
            answer = TRY(ask(view.insights()));
            return {};
        }));
        return answer;
    }
    std::vector<std::string> ids(const InsightQuery& query) {
        std::vector<std::string> ids;
        for (const StoredInsight& each : read<std::vector<StoredInsight>>(
                 [&](const InsightTable& table) { return table.list(query); }))
            ids.push_back(each.id);
        return ids;
    }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("an insight comes back as it was put, and the last one put is the one that is there") {
    Bench bench;
    const auto find = [&](std::string_view id) {
        return bench.read<std::optional<StoredInsight>>(
            [&](const InsightTable& table) { return table.find(id); });
    };
    CHECK_FALSE(find("a"));
    StoredInsight insight = insight_at("a", 100, std::nullopt);
    bench.put(insight);
    CHECK(find("a") == insight);
    CHECK(bench.read<std::vector<StoredInsight>>(
              [](const InsightTable& table) { return table.active(); }) == std::vector{insight});
    insight.end_minute = 120;
    insight.services.pop_back();
    insight.kind = InsightKind::throughput;
    bench.put(insight);
    CHECK(find("a") == insight);
    CHECK(bench
              .read<std::vector<StoredInsight>>(
                  [](const InsightTable& table) { return table.active(); })
              .empty());
}

TEST_CASE("insights are listed by when they were active, their group, kind and state") {
    Bench bench;
    bench.put(insight_at("a", 100, 110));
    bench.put(insight_at("b", 105, std::nullopt));
    bench.put(insight_at("c", 105, 106));
    StoredInsight other = insight_at("d", 200, std::nullopt);
    other.group_arn = "arn:other";
    other.kind = InsightKind::fault;
    bench.put(other);
    const InsightQuery all{.first_minute = 0, .last_minute = far};
    CHECK(bench.ids(all) == Ids{"d", "b", "c", "a"});
    CHECK(bench.ids({.first_minute = 106, .last_minute = 200}) == Ids{"b", "a"});
    CHECK(bench.ids({.first_minute = 110, .last_minute = 200}) == Ids{"b"});
    CHECK(bench.ids({.first_minute = 0, .last_minute = 105}) == Ids{"a"});
    InsightQuery query = all;
    query.group_arn = "arn:shop";
    CHECK(bench.ids(query) == Ids{"b", "c", "a"});
    query.is_active = false;
    CHECK(bench.ids(query) == Ids{"c", "a"});
    query.is_active = true;
    CHECK(bench.ids(query) == Ids{"b"});
    query.kind = InsightKind::fault;
    CHECK(bench.ids(query).empty());

    query = all;
    query.limit = 1;
    Ids paged;
    while (true) {
        const auto page = bench.read<std::vector<StoredInsight>>(
            [&](const InsightTable& table) { return table.list(query); });
        if (page.empty()) break;
        paged.push_back(page[0].id);
        query.before = InsightCursor{.start_minute = page[0].start_minute, .id = page[0].id};
    }
    CHECK(paged == Ids{"d", "b", "c", "a"});
}

TEST_CASE("events are kept with their insight, and go with it") {
    Bench bench;
    bench.put(insight_at("a", 100, 110));
    bench.put(insight_at("b", 100, std::nullopt));
    const auto events = [&](std::string_view id, std::int64_t before = far,
                            std::size_t limit = 100) {
        return bench.read<std::vector<InsightEvent>>(
            [&](const InsightTable& table) { return table.events(id, before, limit); });
    };
    REQUIRE(bench.catalog->change(nobody, [](CatalogChange& change) -> Result<void> {
        for (const std::int64_t sequence : {1, 2, 3, 2})
            TRY(change.insights().put_event("a", event_of(sequence)));
        TRY(change.insights().put_event("b", event_of(1)));
        TRY(change.insights().set_progress({.group_arn = "arn:shop", .next_minute = 200}));
        TRY(change.insights().set_progress({.group_arn = "arn:gone", .next_minute = 90}));
        return change.insights().set_progress({.group_arn = "arn:shop", .next_minute = 201});
    }));
    CHECK(events("a") == std::vector{event_of(3), event_of(2), event_of(1)});
    CHECK(events("a", 3, 1) == std::vector{event_of(2)});
    bench.put(insight_at("a", 100, 110));
    CHECK(events("a").size() == 3);

    const auto remove = [&](std::int64_t minute) {
        REQUIRE(bench.catalog->change(nobody, [&](CatalogChange& change) {
            return change.insights().remove_before(minute);
        }));
    };
    remove(110);
    CHECK(events("a").size() == 3);
    CHECK(bench.read<std::vector<InsightProgress>>([](const InsightTable& table) {
        return table.progress();
    }) == std::vector<InsightProgress>{{.group_arn = "arn:shop", .next_minute = 201}});
    remove(111);
    CHECK(events("a").empty());
    CHECK(events("b").size() == 1);
    CHECK(bench.ids({.first_minute = 0, .last_minute = far}) == Ids{"b"});
    // What was found has no audit.
    CHECK(bench.catalog->audit(0, 10)->empty());
}
