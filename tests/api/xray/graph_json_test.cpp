#include "api/xray/graph_json.h"

#include <doctest/doctest.h>

#include <random>

using namespace tomograph;

TEST_CASE("a histogram reads as a general writer of numbers writes it") {
    ServiceHistogram histogram;
    const auto check = [&] {
        JsonWriter fast;
        fast.begin_object();
        write_histogram(fast, "ResponseTimeHistogram", histogram);
        fast.end_object();
        JsonWriter plain;
        plain.begin_object();
        plain.begin_array("ResponseTimeHistogram");
        for (const HistogramEntry& entry : histogram) {
            plain.begin_object();
            plain.number("Value", entry.value);
            plain.integer("Count", entry.count);
            plain.end_object();
        }
        plain.end_array();
        plain.end_object();
        CHECK(fast.take() == plain.take());
    };
    check();
    std::mt19937_64 random(1);
    for (std::int64_t ms = 1; ms <= 5'000'000; ms += ms < 3'000 ? 1 : ms / 7)
        histogram.push_back({.value = static_cast<double>(ms) / 1000,
                             .count = static_cast<std::int64_t>(random() >> (random() % 63 + 1))});
    check();
}
