#include "model/graph.h"

#include <doctest/doctest.h>

namespace tomograph {
namespace {

GraphRollup one_call(std::int64_t minute, std::string name, std::int64_t ms) {
    GraphCell cell;
    cell.presence = 1;
    cell.statistics.ok = 1;
    cell.statistics.response_time_ns = ms * 1'000'000;
    cell.statistics.response_time.add(Duration::milliseconds(ms));
    cell.first_start = Instant::from_seconds(minute * 60);
    cell.last_end = cell.first_start + Duration::milliseconds(ms);
    GraphRollup rollup;
    GraphKey key;
    key.minute = minute;
    key.target.name = std::move(name);
    rollup.cells[key] = cell;
    return rollup;
}

}  // namespace

TEST_CASE("rollups add cell by cell, in any order") {
    GraphRollup left = one_call(1, "a", 5);
    left.add(one_call(1, "a", 7));
    left.add(one_call(2, "b", 9));
    GraphRollup right = one_call(2, "b", 9);
    right.add(one_call(1, "a", 7));
    right.add(one_call(1, "a", 5));
    CHECK(left == right);
    REQUIRE(left.cells.size() == 2);
    const GraphCell& cell = left.cells.begin()->second;
    CHECK(cell.statistics.total() == 2);
    CHECK(cell.statistics.response_time_ns == 12'000'000);
    CHECK(cell.first_start == Instant::from_seconds(60));
    CHECK(cell.last_end == Instant::from_seconds(60) + Duration::milliseconds(7));
}

TEST_CASE("sums of hostile times wrap and come back") {
    const std::int64_t ms_max = 9'000'000'000'000;
    GraphRollup rollup = one_call(1, "a", ms_max);
    rollup.add(one_call(1, "a", ms_max));
    rollup.add(one_call(1, "a", ms_max));
    rollup.add(one_call(1, "a", ms_max), -1);
    rollup.add(one_call(1, "a", ms_max), -1);
    CHECK(rollup.cells.begin()->second.statistics.response_time_ns == ms_max * 1'000'000);
}

TEST_CASE("a cell whose counts are all taken back is gone") {
    GraphRollup rollup = one_call(1, "a", 5);
    rollup.add(one_call(2, "b", 5));
    rollup.add(one_call(1, "a", 5), -1);
    CHECK(rollup == one_call(2, "b", 5));
    rollup.add(one_call(2, "b", 5), -1);
    CHECK(rollup.cells.empty());
}

TEST_CASE("a correction never shrinks the bounds of a cell") {
    GraphRollup rollup = one_call(1, "a", 5);
    rollup.add(one_call(1, "a", 9));
    rollup.add(one_call(1, "a", 9), -1);
    CHECK(rollup.cells.begin()->second.last_end ==
          Instant::from_seconds(60) + Duration::milliseconds(9));
}

TEST_CASE("of several aliases the smallest stays") {
    GraphCell a, b;
    a.alias = "x", b.alias = "c";
    GraphCell sum = a;
    sum.add(b);
    CHECK(sum.alias == "c");
    sum.add(GraphCell{});
    CHECK(sum.alias == "c");
}

}  // namespace tomograph
