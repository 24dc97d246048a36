#include "query/search_stream.h"

#include "query/query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

struct Search {
    QueryFixture fixture;
    RealClock clock;
    std::vector<TraceId> told;
    std::vector<SearchCoverage> progress;
    std::size_t end_after = ~std::size_t{0};
    TraceSelection traces{.range = {at(0), at(1000)}};

    Search() {
        for (std::uint64_t n = 0; n < 250; ++n) {
            const auto start = static_cast<std::int64_t>(n);
            fixture.put("{\"trace_id\":\"" + trace_text(n, start) + "\"," +
                        entity_json({.id = n + 1,
                                     .start = static_cast<double>(n),
                                     .end = static_cast<double>(n) + 1}) +
                        "}");
        }
    }
    Result<SearchEnd> run(std::size_t limit) {
        const SearchReader reader{.on_trace =
                                      [&](const TraceSummary& summary) {
                                          told.push_back(summary.id);
                                          return told.size() < end_after;
                                      },
                                  .on_progress =
                                      [&](const SearchCoverage& coverage) {
                                          progress.push_back(coverage);
                                          return true;
                                      }};
        return search_traces(fixture.context(), clock, traces, limit, reader);
    }
};

}  // namespace

TEST_CASE("a streamed search tells each trace once, newest first, and how far it is") {
    Search search;
    const auto end = search.run(1000);
    REQUIRE(end);
    CHECK(search.told.size() == 250);
    CHECK(std::is_sorted(search.told.begin(), search.told.end(), std::greater<>()));
    CHECK(end->coverage.matched == 250);
    CHECK(end->coverage.processed == 250);
    CHECK(end->coverage.oldest == at(0));
    CHECK_FALSE(end->coverage.is_partial());
    CHECK_FALSE(end->is_limit_reached);
    REQUIRE(search.progress.size() >= 3);
    CHECK(search.progress.front().matched == 20);
    for (std::size_t i = 1; i < search.progress.size(); ++i)
        CHECK(search.progress[i].oldest <= search.progress[i - 1].oldest);
}

TEST_CASE("a streamed search ends at its limit, and when its reader does") {
    Search search;
    auto end = search.run(30);
    REQUIRE(end);
    CHECK(search.told.size() == 30);
    CHECK(end->is_limit_reached);
    CHECK_FALSE(end->coverage.is_partial());

    search.told.clear();
    search.end_after = 25;
    end = search.run(1000);
    REQUIRE(end);
    CHECK(search.told.size() == 25);
    CHECK(end->coverage.stop == SearchStop::cancelled);
}
