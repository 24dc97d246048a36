#include "store/logs/log_search.h"

#include <doctest/doctest.h>

#include "store/logs/batch_codec.h"
#include "store/logs_fixture.h"

namespace tomograph::testing {

TEST_CASE("open lines that a full page has no room for are not read") {
    OpenLogs logs;
    const auto record = encode_batch(batch_of({{.time_ms = 1, .body = "a"},
                                               {.time_ms = 2, .body = "b"},
                                               {.time_ms = 3, .body = "c"},
                                               {.time_ms = 4, .body = "d"},
                                               {.time_ms = 5, .body = "e"}}));
    REQUIRE(record);
    REQUIRE(logs.add(Lsn{7}, Instant::from_seconds(test_second), *record));
    // Whoever reads one of the first two would see that it is damaged.
    const auto batch = std::make_shared<OpenBatch>(*logs.batches().at(0));
    for (const std::size_t line : {0U, 1U})
        batch->lines.at(line).offset = static_cast<std::uint32_t>(batch->bytes.size());
    const LogSources sources{
        .open = {batch}, .view = std::make_shared<SignalView>(), .as_of = Lsn{7}};
    const ManualClock clock{Instant::from_seconds(test_second)};

    LogQuery query = LogsFixture::all();
    query.limit = 2;
    const auto page = search_logs(sources, query, clock);
    REQUIRE(page);
    REQUIRE(page->lines.size() == 2);
    CHECK(page->lines[0].record.body == "e");
    CHECK(page->lines[1].record.body == "d");
    CHECK(page->next == page->lines[1].place);
    query.limit = 5;
    CHECK_FALSE(search_logs(sources, query, clock));
}

}  // namespace tomograph::testing
