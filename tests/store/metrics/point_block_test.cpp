#include "store/metrics/point_block.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "store/metrics/record.h"

namespace tomograph {
namespace {

void check_same(const std::vector<SeriesPoints>& series) {
    const auto decoded = decode_point_block(encode_point_block(series));
    REQUIRE_MESSAGE(decoded, (decoded ? "" : decoded.error().message()));
    REQUIRE(decoded->size() == series.size());
    for (std::size_t i = 0; i < series.size(); ++i) {
        REQUIRE((*decoded)[i].series == series[i].series);
        REQUIRE((*decoded)[i].points.size() == series[i].points.size());
        for (std::size_t k = 0; k < series[i].points.size(); ++k) {
            REQUIRE((*decoded)[i].points[k].at_ms == series[i].points[k].at_ms);
            REQUIRE(std::bit_cast<std::uint64_t>((*decoded)[i].points[k].value) ==
                    std::bit_cast<std::uint64_t>(series[i].points[k].value));
        }
    }
}

std::vector<MetricPoint> points_of(const std::vector<double>& values) {
    std::vector<MetricPoint> points;
    std::int64_t at = 1'700'000'000'000;
    for (const double value : values) points.push_back({at += 10'000, value});
    return points;
}

}  // namespace

TEST_CASE("every kind of value comes back bit for bit") {
    const double infinity = std::numeric_limits<double>::infinity();
    const double quiet = std::numeric_limits<double>::quiet_NaN();
    const std::vector<std::vector<double>> rows = {
        {0},
        {1, 2, 3, 4, 5},
        {0.1, 0.25, 12.125, 1e-6, 3},
        {1e15, 1e16, 1e17, -1e18},
        {9007199254740991.0, 9007199254740992.0, 9007199254740994.0},
        {-0.0, 0.0, -0.0},
        {1, 2, no_value(), 4, 5, 6, 7, 8, 9, 10, 11, 12, 13},
        {no_value()},
        {infinity, -infinity, quiet, 1},
        {1.0 / 3, 2.0 / 3, 1e-300, 5e-324, 1.7976931348623157e308},
        {123456.789, 0.333333, 1e9, 0.5},
        {0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2},
    };
    std::vector<SeriesPoints> all;
    std::uint64_t series = 3;
    for (const auto& row : rows) {
        check_same({{0, points_of(row)}});
        all.push_back({series += 2, points_of(row)});
    }
    check_same(all);
    check_same({});
}

TEST_CASE("random series come back bit for bit") {
    std::mt19937_64 random(5);
    for (int round = 0; round < 200; ++round) {
        std::vector<SeriesPoints> all;
        std::uint64_t series = random() % 3;
        for (std::uint64_t i = random() % 8; i > 0; --i, series += 1 + random() % 3) {
            SeriesPoints one{series, {}};
            std::int64_t at = static_cast<std::int64_t>(random() % 100'000) - 50'000;
            for (std::uint64_t n = 1 + random() % 50; n > 0; --n) {
                at += 1 + static_cast<std::int64_t>(random() % (round % 2 == 0 ? 2 : 90'000));
                const std::uint64_t bits = random();
                const std::uint64_t kind = random() % 6;
                double value = static_cast<double>(n);
                if (kind == 0) value = std::bit_cast<double>(bits);
                if (kind == 1) value = static_cast<double>(bits % 1000);
                if (kind == 2) value = static_cast<double>(bits % 100'000) / 1000;
                if (kind == 3) value = no_value();
                one.points.push_back({at, value});
            }
            all.push_back(std::move(one));
        }
        check_same(all);
    }
}

TEST_CASE("a block that is cut or changed is damaged, or has other points, and nothing else") {
    const std::vector<SeriesPoints> all = {{0, points_of({1, 2, 3})},
                                           {4, points_of({0.1, 1.0 / 3})}};
    const std::string block = encode_point_block(all);
    for (std::size_t size = 0; size < block.size(); ++size)
        CHECK_FALSE(decode_point_block(std::string_view(block).substr(0, size)));
    for (std::size_t i = 0; i < block.size(); ++i) {
        for (const int bit : {0, 3, 7}) {
            std::string changed = block;
            changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
            const auto decoded = decode_point_block(changed);
            if (!decoded) CHECK(decoded.error().code() == ErrorCode::corrupt);
        }
    }
}

TEST_CASE("counters that a program exports together take two bytes a point at most") {
    std::mt19937_64 random(9);
    std::vector<SeriesPoints> all;
    std::size_t points = 0;
    for (std::uint64_t series = 0; series < 100; ++series) {
        SeriesPoints one{series, {}};
        double total = 0;
        for (int i = 0; i < 360; ++i) {
            total += static_cast<double>(random() % 50);
            one.points.push_back({1'700'000'000'000 + i * 10'000, total});
            ++points;
        }
        all.push_back(std::move(one));
    }
    CHECK(encode_point_block(all).size() <= 2 * points);
}

TEST_CASE("a record of the log comes back, and a broken one is refused") {
    MetricBatch batch;
    batch.families.push_back({"a_total", "a", "counter", "1", "how many"});
    MetricSeries series{.labels = LabelSet({{"__name__", "a_total"}, {"job", "x"}})};
    series.points = points_of({1, 2.5, no_value()});
    series.exemplars.push_back({5, 0.25, TraceId{7, 8}, SpanId{9}});
    batch.series.push_back(series);
    batch.series.push_back({.labels = LabelSet(std::vector<Label>{{"__name__", "b"}})});
    const std::string record = encode_metric_record(batch);
    const auto decoded = decode_metric_record(record);
    REQUIRE(decoded);
    CHECK(decoded->families == batch.families);
    REQUIRE(decoded->series.size() == 2);
    CHECK(decoded->series[0].labels == series.labels);
    REQUIRE(decoded->series[0].points.size() == 3);
    CHECK(decoded->series[0].points[1].value == 2.5);
    CHECK(is_no_value(decoded->series[0].points[2].value));
    CHECK(decoded->series[0].exemplars[0].span_id == SpanId{9});
    for (std::size_t size = 0; size < record.size(); ++size)
        CHECK_FALSE(decode_metric_record(std::string_view(record).substr(0, size)));
    std::string newer = record;
    newer[0] = 2;
    CHECK(decode_metric_record(newer).error().code() == ErrorCode::invalid);
}

}  // namespace tomograph
