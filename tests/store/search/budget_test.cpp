#include "store/store_fixture.h"
#include "support/predicate_text.h"

namespace tomograph {
namespace {

using namespace testing;

constexpr TimeRange all_time{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

SharedPredicate predicate(std::string_view text) {
    return std::make_shared<Predicate>(parse_predicate(text));
}

/// Traces 0..n-1, a second apart; every third one is faulty. The older half lies in parts.
void fill(StoreFixture& fixture, std::uint64_t n) {
    fixture.must_open();
    for (std::uint64_t i = 0; i < n; ++i) {
        const auto second = static_cast<std::int64_t>(i);
        fixture.must_append({{.trace = trace_number(i, test_second + second),
                              .start_ms = second * 1000,
                              .end_ms = second * 1000 + 100,
                              .status = i % 3 == 0 ? 500 : 200}});
        if (i == n / 2) fixture.settle();
    }
}

TEST_CASE("a search that is cancelled gives what it found, and goes on from there") {
    EmbeddedStoreOptions options = small_options();
    options.match_source = nullptr;  // every trace is read, and asks
    StoreFixture fixture(0, options);
    fill(fixture, 30);
    TraceQuery query{
        .range = all_time, .before = {}, .predicate = predicate("some root { fault }")};
    const auto whole = fixture.store->find(query);
    REQUIRE(whole);
    REQUIRE(whole->traces.size() == 10);
    std::vector<StoredTrace> found;
    int pages = 0;
    for (; pages < 100; ++pages) {
        int asked = 0;
        query.budget.is_cancelled = [&] { return ++asked > 8; };
        auto page = fixture.store->find(query);
        REQUIRE(page);
        std::move(page->traces.begin(), page->traces.end(), std::back_inserter(found));
        if (!page->next) break;
        CHECK(page->stop == SearchStop::cancelled);
        CHECK(page->processed == 8);
        CHECK(page->oldest == Instant::from_seconds(page->next->second));
        query.before = page->next;
    }
    CHECK(pages == 3);
    CHECK(texts_of(found) == texts_of(whole->traces));
}

TEST_CASE("a search that is cancelled at once can begin again") {
    StoreFixture fixture;
    fill(fixture, 5);
    TraceQuery query{.range = all_time, .before = {}};
    query.budget.is_cancelled = [] { return true; };
    const auto none = fixture.store->find(query);
    REQUIRE(none);
    CHECK(none->traces.empty());
    CHECK(none->stop == SearchStop::cancelled);
    REQUIRE(none->next);
    query.budget.is_cancelled = nullptr;
    query.before = none->next;
    CHECK(fixture.store->find(query)->traces.size() == 5);
}

TEST_CASE("a search whose time is over looks at one trace at least") {
    StoreFixture fixture;
    fill(fixture, 12);
    TraceQuery query{.range = all_time, .before = {}};
    query.budget.time = Duration::milliseconds(10);
    int calls = 0;
    query.budget.is_cancelled = [&] {
        // The clock goes on while the search works.
        fixture.clock.advance(Duration::milliseconds(++calls == 1 ? 50 : 4));
        return false;
    };
    const auto page = fixture.store->find(query);
    REQUIRE(page);
    CHECK(page->processed == 1);
    CHECK(page->stop == SearchStop::time);
    REQUIRE(page->next);
    CHECK(page->next->second == test_second + 11);
}

TEST_CASE("tables over their memory budget end the search, and say how far it came") {
    StoreFixture fixture;
    fill(fixture, 20);
    TraceSelection traces{.range = all_time};
    traces.budget.memory_bytes = 3000;
    const auto groups =
        fixture.store->group({.traces = traces, .by = {.field = Field::response_time, .path = {}}});
    REQUIRE(groups);
    CHECK(groups->coverage.stop == SearchStop::none);  // one group
    traces.budget.memory_bytes = 1000;
    const auto stopped =
        fixture.store->group({.traces = traces, .by = {.field = Field::response_time, .path = {}}});
    REQUIRE(stopped);
    CHECK(stopped->coverage.stop == SearchStop::memory);
    CHECK(stopped->coverage.processed == 1);
    CHECK(stopped->coverage.oldest == Instant::from_seconds(test_second + 19));
    const auto names = fixture.store->attribute_names({.range = all_time}, 2);
    REQUIRE(names);
    CHECK(names->names.size() == 2);
    CHECK(names->coverage.stop == SearchStop::memory);
    const auto graph = fixture.store->filtered_graph(traces);
    REQUIRE(graph);
    CHECK(graph->coverage.stop == SearchStop::memory);
}

TEST_CASE("a search that passes over rows by their columns can be cancelled, and goes on") {
    EmbeddedStoreOptions options = small_options();
    options.merge_fan_in = 100;  // many parts, so many runs
    StoreFixture fixture(0, options);
    fixture.must_open();
    for (int i = 0; i < 12; ++i) {
        const std::int64_t second = i;
        fixture.must_append(
            {{.trace = trace_number(static_cast<std::uint64_t>(i), test_second + second),
              .start_ms = second * 1000,
              .end_ms = second * 1000 + 100}});
        fixture.settle();
    }
    TraceQuery query{
        .range = all_time, .before = {}, .predicate = predicate("some span { name = \"nobody\" }")};
    std::uint64_t processed = 0;
    int pages = 1;
    for (; pages < 100; ++pages) {
        int asked = 0;
        query.budget.is_cancelled = [&] { return ++asked > 2; };
        const auto page = fixture.store->find(query);
        REQUIRE(page);
        CHECK(page->traces.empty());
        processed += page->processed;
        if (!page->next) break;
        CHECK(page->stop == SearchStop::cancelled);
        if (query.before) CHECK(*page->next < *query.before);
        query.before = page->next;
    }
    CHECK(pages > 2);
    CHECK(pages < 100);
    query = {.range = all_time, .before = {}, .predicate = query.predicate};
    CHECK(fixture.store->find(query)->processed == processed);
}

TEST_CASE("progress never falls, and ends at all of the range") {
    StoreFixture fixture;
    fill(fixture, 700);
    TraceQuery query{
        .range = all_time, .before = {}, .predicate = predicate("some root { fault }")};
    std::vector<SearchProgress> told;
    query.budget.on_progress = [&](const SearchProgress& progress) { told.push_back(progress); };
    const auto page = fixture.store->find(query);
    REQUIRE(page);
    REQUIRE(told.size() == 3);
    CHECK(told[0].processed == 256);
    CHECK(told[0].covered > 0.2);
    CHECK(told[0].covered < 0.5);
    CHECK(told[1].covered > told[0].covered);
    CHECK(told[2].covered == 1.0);
    CHECK(told[2].processed == 700);
    CHECK(told[2].matched == page->traces.size());
}

TEST_CASE("predicates that break the rules are refused") {
    StoreFixture fixture;
    fill(fixture, 1);
    const SharedPredicate wrong =
        std::make_shared<Predicate>(condition({.field = Field::fault, .path = {}}, BooleanTest{}));
    const auto found = fixture.store->find({.range = all_time, .before = {}, .predicate = wrong});
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == ErrorCode::invalid);
    CHECK(found.error().message() == "fault is not known of a trace");
    const TraceSelection traces{.range = all_time};
    const auto groups =
        fixture.store->group({.traces = traces, .by = {.field = Field::coverage, .path = {}}});
    REQUIRE_FALSE(groups);
    CHECK(groups.error().message() == "coverage is not known of a span");
}

}  // namespace
}  // namespace tomograph
