#include "column/value_filter.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "column/limits.h"

namespace tomograph::column {
namespace {

TEST_CASE("a value filter never denies what was added and seldom admits what was not") {
    for (const std::size_t entries : {1, 10, 1000, 50'000}) {
        std::mt19937_64 random(entries);
        ValueFilterBuilder builder;
        std::vector<std::uint64_t> added(entries);
        for (std::uint64_t& hash : added) {
            hash = random();
            builder.add(hash);
            builder.add(hash);
        }
        builder.add(0);
        const std::string filter = builder.finish();
        CHECK(filter.size() <= entries * 12 / 8 + 64);
        CHECK(may_contain(filter, 0));
        for (const std::uint64_t hash : added) REQUIRE(may_contain(filter, hash));
        std::size_t admitted = 0;
        for (int i = 0; i < 10'000; ++i) admitted += may_contain(filter, random()) ? 1 : 0;
        CHECK(admitted < 150);
    }
}

TEST_CASE("an empty filter denies, bytes that are no filter admit") {
    const std::string empty = ValueFilterBuilder().finish();
    CHECK_FALSE(may_contain(empty, 1));
    CHECK_FALSE(may_contain(empty, 0));
    CHECK(may_contain("", 1));
    CHECK(may_contain(empty.substr(1), 1));
    CHECK(may_contain(std::string(value_filter_bytes_max + 32, '\0'), 1));
}

TEST_CASE("a filter of very many values stays within its bound") {
    std::mt19937_64 random(1);
    ValueFilterBuilder builder;
    for (int i = 0; i < 800'000; ++i) builder.add(random());
    CHECK(builder.finish().size() == value_filter_bytes_max);
}

}  // namespace
}  // namespace tomograph::column
