#include "model/latency_histogram.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

namespace tomograph {

TEST_CASE("buckets rise with the latency and stand for a value within the promised error") {
    LatencyHistogram::Bucket last = 0;
    for (std::int64_t ns = 1; ns < std::int64_t{1} << 42; ns += ns / 300 + 1) {
        const auto bucket = LatencyHistogram::bucket_of({ns});
        REQUIRE(bucket >= last);
        last = bucket;
        const std::int64_t error = std::abs(LatencyHistogram::value_of(bucket).ns - ns);
        if (ns < 1'000'000) {
            REQUIRE(error <= 5'000);
        } else if (ns < 1'023'500'000) {
            REQUIRE(error <= 500'000);
        } else if (ns < 4'194'303'500'000) {
            REQUIRE(error <= ns / 125 + 500'000);
        }
    }
}

TEST_CASE("whole milliseconds below 1024 come back as they are") {
    for (std::int64_t ms = 1; ms < 1024; ++ms) {
        const auto latency = Duration::milliseconds(ms);
        REQUIRE(LatencyHistogram::value_of(LatencyHistogram::bucket_of(latency)) == latency);
    }
}

TEST_CASE("a bucket's value lies in the bucket") {
    const auto last = LatencyHistogram::bucket_of({std::numeric_limits<std::int64_t>::max()});
    for (LatencyHistogram::Bucket bucket = 0; bucket <= last; ++bucket) {
        REQUIRE(LatencyHistogram::bucket_of(LatencyHistogram::value_of(bucket)) == bucket);
    }
}

TEST_CASE("negative and endless latencies have a place") {
    CHECK(LatencyHistogram::bucket_of({-1}) == 0);
    CHECK(LatencyHistogram::bucket_of({std::numeric_limits<std::int64_t>::min()}) == 0);
    CHECK(LatencyHistogram::value_of(65535) == Duration::milliseconds(1 << 22));
}

TEST_CASE("what is taken away again leaves nothing") {
    LatencyHistogram histogram;
    histogram.add(Duration::milliseconds(5), 3);
    histogram.add(Duration::seconds(9));
    LatencyHistogram other = histogram;
    other.add(histogram);
    CHECK(other.count() == 8);
    other.add(histogram, -1);
    CHECK(other == histogram);
    other.add(histogram, -1);
    CHECK(other == LatencyHistogram{});
}

TEST_CASE("percentiles are ranks") {
    LatencyHistogram histogram;
    CHECK(histogram.percentile(0.5) == Duration{});
    for (std::int64_t ms = 1; ms <= 100; ++ms) histogram.add(Duration::milliseconds(ms));
    CHECK(histogram.percentile(0) == Duration::milliseconds(1));
    CHECK(histogram.percentile(0.5) == Duration::milliseconds(50));
    CHECK(histogram.percentile(0.99) == Duration::milliseconds(99));
    CHECK(histogram.percentile(1) == Duration::milliseconds(100));
    CHECK(histogram.percentile(7) == Duration::milliseconds(100));
}

}  // namespace tomograph
