#include "service/sampling/hash_numbers.h"

#include <doctest/doctest.h>

#include "base/hash.h"

using namespace tomograph;

TEST_CASE("things are numbered in the order in which they came, whatever their hashes") {
    struct Case {
        std::uint64_t things;
        std::uint64_t hashes;  ///< different ones
        std::size_t expected;
    };
    for (const Case& each : {Case{1'000, ~0ULL, 0}, Case{1'000, ~0ULL, 1'000}, Case{200, 3, 10}}) {
        HashNumbers numbers(each.expected);
        std::vector<std::uint64_t> things;
        const auto find = [&](std::uint64_t thing) {
            numbers.prefetch(mix64(thing % each.hashes));
            return numbers.find(mix64(thing % each.hashes),
                                [&](std::uint32_t number) { return things.at(number) == thing; });
        };
        for (std::uint64_t thing = 0; thing < each.things; ++thing) {
            const auto [number, is_new] = find(thing);
            REQUIRE(is_new);
            REQUIRE(number == thing);
            things.push_back(thing);
        }
        for (std::uint64_t thing = 0; thing < each.things; ++thing) {
            const auto [number, is_new] = find(thing);
            CHECK_FALSE(is_new);
            CHECK(number == thing);
        }
    }
}
