#include <doctest/doctest.h>

#include "model/ids.h"
#include "query/logs/find_logs.h"
#include "support/memory_store.h"

namespace tomograph::testing {
namespace {

constexpr Instant now = Instant::from_seconds(1'700'000'000);

TimeRange range_of(std::string_view id) {
    MemoryStore store;
    const auto range = log_range_of_trace(store, *parse_trace_id(id), now);
    REQUIRE(range);
    return *range;
}

}  // namespace

TEST_CASE("lines of a trace that is not stored are looked for today, whatever its id claims") {
    const Instant today = now - Duration::hours(1);
    for (const char* id : {
             "5e0be10012345678ffffffffffffffff",  // 2020, as one of fourteen random ids
             "0000000112345678ffffffffffffffff",  // 1970
             "fffffff012345678ffffffffffffffff",  // 2106
         }) {
        const TimeRange range = range_of(id);
        CHECK(range.start <= today);
        CHECK(range.end >= now);
    }
}

TEST_CASE("an id of X-Ray's form says how far back its lines can be") {
    CHECK(range_of("5e0be10012345678ffffffffffffffff").start < Instant::from_seconds(0x5e0be100));
    CHECK(range_of("fffffff012345678ffffffffffffffff").start == now - Duration::hours(24));
}

}  // namespace tomograph::testing
