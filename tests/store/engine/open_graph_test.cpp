#include "store/engine/open_graph.h"

#include <doctest/doctest.h>

#include "store/store_fixture.h"
#include "trace/graph_cells.h"

namespace tomograph {
TEST_CASE("a graph of the past reads no open trace that began later") {
    FaultFileSystem files;
    ManualClock clock{Instant::from_seconds(testing::test_second)};
    MetricsRegistry metrics;
    StoreCore core(files, clock, metrics, testing::small_options());
    constexpr std::int64_t minute_ms = 60'000;
    const TraceId early = testing::trace_number(1);
    const TraceId late = testing::trace_number(2);
    const TraceId both = testing::trace_number(3);
    auto documents = testing::documents_of({
        {.trace = early},
        {.trace = late, .start_ms = minute_ms, .end_ms = 61'000},
        {.trace = both, .start_ms = minute_ms, .end_ms = 61'000},
        {.trace = both, .id = 2, .parent = 1},
    });
    core.open.insert(Lsn{1}, std::move(documents), Duration::seconds(1), false);

    const std::int64_t first = minute_of(Instant::from_seconds(testing::test_second));
    REQUIRE(describe_open_traces(core, first));
    CHECK(core.open.contribution(early) != nullptr);
    CHECK(core.open.contribution(both) != nullptr);
    CHECK(core.open.contribution(late) == nullptr);

    REQUIRE(describe_open_traces(core, first + 1));
    CHECK(core.open.contribution(late) != nullptr);
}

}  // namespace tomograph
