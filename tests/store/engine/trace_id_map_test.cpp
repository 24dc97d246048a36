#include "store/engine/trace_id_map.h"

#include <doctest/doctest.h>

#include <random>
#include <unordered_map>

namespace tomograph {

TEST_CASE("a map of trace ids holds what a standard map holds") {
    std::mt19937_64 random(7);
    TraceIdMap<std::uint64_t> map;
    std::unordered_map<TraceId, std::uint64_t> expected;
    const auto random_id = [&] { return TraceId{.high = random() % 40 + 1, .low = random() % 40}; };
    for (int step = 0; step < 200'000; ++step) {
        const TraceId id = random_id();
        // It grows, then shrinks, again and again.
        const bool is_growing = step / 5'000 % 2 == 0;
        if (random() % 4 < (is_growing ? 3 : 1)) {
            const std::uint64_t value = random();
            map[id] = value;
            expected[id] = value;
        } else {
            map.erase(id);
            expected.erase(id);
        }
        const TraceId asked = random_id();
        const auto* found = map.find(asked);
        const auto wanted = expected.find(asked);
        REQUIRE((found != nullptr) == (wanted != expected.end()));
        if (found != nullptr) REQUIRE(*found == wanted->second);
        REQUIRE(map.size() == expected.size());
    }
    std::size_t seen = 0;
    map.each([&](TraceId id, std::uint64_t value) {
        ++seen;
        CHECK(expected.at(id) == value);
    });
    CHECK(seen == expected.size());
}

TEST_CASE("an empty map has nothing") {
    TraceIdMap<int> map;
    CHECK(map.find({.high = 1, .low = 1}) == nullptr);
    map.erase({.high = 1, .low = 1});
    CHECK(map.size() == 0);
}

}  // namespace tomograph
