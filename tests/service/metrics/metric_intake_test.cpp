#include "service/metrics/metric_intake.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <optional>

#include "base/clock.h"
#include "otlp_metrics.h"
#include "remembering_store.h"
#include "service/limits.h"

namespace tomograph::testing {
namespace {

constexpr std::int64_t now_second = 1'700'000'000;
constexpr std::uint64_t now_ms = now_second * 1000;

struct Fixture {
    ManualClock clock{Instant::from_seconds(now_second)};
    MetricsRegistry registry;
    RememberingStore store;
    MetricIntake intake{store, clock, registry};

    Result<MetricOutcome> put(const std::string& message) {
        std::optional<Result<MetricOutcome>> answer;
        intake.put(message, [&](Result<MetricOutcome> done) { answer.emplace(std::move(done)); });
        REQUIRE(answer);
        return *std::move(answer);
    }
    MetricOutcome must_put(const std::string& message) {
        auto outcome = put(message);
        REQUIRE_MESSAGE(outcome, (outcome ? "" : outcome.error().message()));
        return *std::move(outcome);
    }
    /// `ms after now:value` of each point of the series.
    std::string points(const std::string& labels) {
        REQUIRE_MESSAGE(store.all.contains(labels), labels << " not among " << names());
        std::string out;
        for (const MetricPoint& point : store.all[labels].points) {
            if (!out.empty()) out += ' ';
            out += fmt::format("{}:", point.at_ms - static_cast<std::int64_t>(now_ms));
            out += is_no_value(point.value) ? "none" : fmt::format("{}", point.value);
        }
        return out;
    }
    std::string names() const {
        std::string out;
        for (const auto& [labels, series] : store.all) out += "\n" + labels;
        return out;
    }
};

const Attributes shop = {
    {"service.name", "shop"}, {"service.namespace", "eu"}, {"service.instance.id", "i-1"}};
const std::string shop_labels = R"(instance="i-1", job="eu/shop", otel_scope_name="lib")";

}  // namespace

TEST_CASE("a gauge keeps its value, its attributes and what its resource says") {
    Fixture fixture;
    Attributes resource = shop;
    resource.emplace_back("container.id", "c0ffee");
    resource.emplace_back("cloud.region", "eu-west-1");
    const auto outcome = fixture.must_put(metrics_request(
        resource,
        {number_metric(
            "process.memory.usage", "By", 5,
            {{.at_ms = now_ms,
              .value = 12.5,
              .attributes = {
                  {"state.name", "used"}, {"state_name", "old"}, {"1st", "x"}, {"", "y"}}}})}));
    CHECK(outcome.points == 1);
    CHECK(outcome.sentence().empty());
    CHECK(
        fixture.points(
            R"(process_memory_usage_bytes{_="y", container_id="c0ffee", instance="i-1", job="eu/shop", )"
            R"(key_1st="x", otel_scope_name="lib", state_name="used;old"})") == "0:12.5");
    CHECK(fixture.points(R"(target_info{cloud_region="eu-west-1", container_id="c0ffee", )"
                         R"(instance="i-1", job="eu/shop"})") == "0:1");
    const MetricFamily family = fixture.store.known["process_memory_usage_bytes"];
    CHECK(family.original_name == "process.memory.usage");
    CHECK(family.type == "gauge");
    CHECK(family.unit == "By");
    CHECK(family.help == "help of process.memory.usage");
}

TEST_CASE("names get units and suffixes as OpenTelemetry says") {
    Fixture fixture;
    const auto named = [&](const std::string& name, const std::string& unit, std::uint32_t tag,
                           bool is_monotonic = true) {
        fixture.store.known.clear();
        fixture.must_put(metrics_request(
            shop,
            {number_metric(name, unit, tag, {{.at_ms = now_ms, .value = 1}}, 2, is_monotonic)}));
        REQUIRE(fixture.store.known.size() == 1);
        return fixture.store.known.begin()->first;
    };
    CHECK(named("http.server.requests", "{request}", 7) == "http_server_requests_total");
    CHECK(named("http.server.duration", "ms", 5) == "http_server_duration_milliseconds");
    CHECK(named("system.io", "By/s", 5) == "system_io_bytes_per_second");
    CHECK(named("cpu.utilization", "1", 5) == "cpu_utilization_ratio");
    CHECK(named("queue.size", "1", 7, false) == "queue_size");
    CHECK(named("total.errors", "", 7) == "errors_total");
    CHECK(named("disk.bytes", "By", 7) == "disk_bytes_total");
    CHECK(named("2xx", "", 5) == "_2xx");
    CHECK(named("a:b", "", 5) == "a:b");
}

TEST_CASE("totals stay totals, with a zero where counting began") {
    Fixture fixture;
    const std::string labels = "n_total{" + shop_labels + "}";
    const auto put = [&](std::uint64_t start, std::uint64_t at, double value) {
        fixture.must_put(metrics_request(
            shop, {number_metric("n", "", 7, {{.start_ms = start, .at_ms = at, .value = value}})}));
    };
    put(now_ms - 60'000, now_ms, 5);
    put(now_ms - 60'000, now_ms + 10'000, 7);
    CHECK(fixture.points(labels) == "-60000:0 0:5 10000:7");
    // The process began anew: 9 would look like two more.
    put(now_ms + 15'000, now_ms + 20'000, 9);
    CHECK(fixture.points(labels) == "-60000:0 0:5 10000:7 15000:0 20000:9");
    // What goes both ways has no such zero.
    fixture.must_put(metrics_request(
        shop, {number_metric("m", "", 7, {{.start_ms = now_ms - 5, .at_ms = now_ms, .value = 3}}, 2,
                             false)}));
    CHECK(fixture.points("m{" + shop_labels + "}") == "0:3");
}

TEST_CASE("deltas add up, and one that is sent again counts once") {
    Fixture fixture;
    const std::string labels = "n_total{" + shop_labels + "}";
    const auto put = [&](std::uint64_t start, std::uint64_t at, double value) {
        return fixture.must_put(metrics_request(
            shop,
            {number_metric("n", "", 7, {{.start_ms = start, .at_ms = at, .value = value}}, 1)}));
    };
    put(now_ms - 10'000, now_ms, 5);
    put(now_ms, now_ms + 10'000, 2);
    put(now_ms, now_ms + 10'000, 2);
    CHECK(fixture.points(labels) == "-10000:0 0:5 10000:7");
    const auto late = put(now_ms - 10'000, now_ms, 5);
    CHECK(late.sentence() == "1 of 1 points: a delta came after a later one (1)");
    put(now_ms + 10'000, now_ms + 20'000, 0.5);
    CHECK(fixture.points(labels) == "-10000:0 0:5 10000:7 20000:7.5");
}

TEST_CASE("a histogram is its cumulative buckets, sum and count, with its exemplars") {
    Fixture fixture;
    fixture.must_put(metrics_request(shop, {histogram_metric("took", "s",
                                                             {{.at_ms = now_ms,
                                                               .counts = {1, 2, 3},
                                                               .bounds = {0.1, 0.5},
                                                               .sum = 4.5,
                                                               .has_exemplar = true}})}));
    const std::string rest = R"(, otel_scope_name="lib"})";
    const auto bucket = [&](const std::string& le) {
        return R"(took_seconds_bucket{instance="i-1", job="eu/shop", le=")" + le + "\"" + rest;
    };
    CHECK(fixture.points(bucket("0.1")) == "0:1");
    CHECK(fixture.points(bucket("0.5")) == "0:3");
    CHECK(fixture.points(bucket("+Inf")) == "0:6");
    CHECK(fixture.points("took_seconds_sum{" + shop_labels + "}") == "0:4.5");
    CHECK(fixture.points("took_seconds_count{" + shop_labels + "}") == "0:6");
    const auto& exemplars = fixture.store.all[bucket("0.5")].exemplars;
    REQUIRE(exemplars.size() == 1);
    CHECK(exemplars[0].value == 0.3);
    CHECK(to_hex(exemplars[0].trace_id) == "01010101010101010101010101010101");
    // Deltas of buckets add up as well.
    Fixture deltas;
    for (const std::uint64_t at : {now_ms, now_ms + 1000})
        deltas.must_put(metrics_request(shop, {histogram_metric("took", "s",
                                                                {{.start_ms = at - 1000,
                                                                  .at_ms = at,
                                                                  .counts = {1, 2, 3},
                                                                  .bounds = {0.1, 0.5},
                                                                  .sum = 4.5}},
                                                                1)}));
    CHECK(deltas.points(bucket("0.5")) == "-1000:0 0:3 1000:6");
    CHECK(deltas.points("took_seconds_sum{" + shop_labels + "}") == "-1000:0 0:4.5 1000:9");
}

TEST_CASE("an exponential histogram has the bounds of its buckets") {
    Fixture fixture;
    fixture.must_put(metrics_request(shop, {exponential_metric("x", {.at_ms = now_ms,
                                                                     .scale = 0,
                                                                     .zero_count = 2,
                                                                     .positive_offset = 0,
                                                                     .positive = {3, 0, 1},
                                                                     .negative_offset = 1,
                                                                     .negative = {4}})}));
    const auto bucket = [&](const std::string& le) {
        return fixture.points(R"(x_bucket{instance="i-1", job="eu/shop", le=")" + le +
                              R"(", otel_scope_name="lib"})");
    };
    CHECK(bucket("-4") == "0:0");
    CHECK(bucket("-2") == "0:4");
    CHECK(bucket("0") == "0:6");
    CHECK(bucket("1") == "0:6");
    CHECK(bucket("2") == "0:9");
    CHECK(bucket("4") == "0:9");
    CHECK(bucket("8") == "0:10");
    CHECK(bucket("+Inf") == "0:10");
    // Finer ones are put together: at scale 4 sixteen buckets an octave become four.
    Fixture fine;
    fine.must_put(metrics_request(shop, {exponential_metric("x", {.at_ms = now_ms,
                                                                  .scale = 4,
                                                                  .positive_offset = -4,
                                                                  .positive = {1, 1, 1, 1, 1}})}));
    CHECK(
        fine.points(R"(x_bucket{instance="i-1", job="eu/shop", le="1", otel_scope_name="lib"})") ==
        "0:4");
    CHECK(fine.store.all.size() == 5);  // three bounds, +Inf, the count
}

TEST_CASE("a summary has its quantiles, and what has no value ends") {
    Fixture fixture;
    fixture.must_put(metrics_request(
        shop, {summary_metric("s", now_ms, 10, 25, {{0.5, 2}, {0.99, 9}}),
               number_metric("g", "", 5, {{.at_ms = now_ms, .value = 1, .flags = 1}})}));
    CHECK(fixture.points(
              R"(s{instance="i-1", job="eu/shop", otel_scope_name="lib", quantile="0.99"})") ==
          "0:9");
    CHECK(fixture.points("s_sum{" + shop_labels + "}") == "0:25");
    CHECK(fixture.points("s_count{" + shop_labels + "}") == "0:10");
    CHECK(fixture.points("g{" + shop_labels + "}") == "0:none");
}

TEST_CASE("points that cannot be kept are told with the reason, the others are kept") {
    Fixture fixture;
    std::string nameless = number_metric("", "", 5, {{.at_ms = now_ms}});
    const auto outcome = fixture.must_put(metrics_request(
        shop,
        {number_metric("good", "", 5, {{.at_ms = now_ms, .value = 1}}), nameless,
         number_metric("n", "", 5,
                       {{.at_ms = 0, .value = 1},
                        {.at_ms = now_ms - 8ULL * 86'400'000, .value = 1},
                        {.at_ms = now_ms + 3'600'000, .value = 1}}),
         number_metric("t", "", 7, {{.at_ms = now_ms, .value = 1}}, 0),
         histogram_metric("h", "", {{.at_ms = now_ms, .counts = {1, 2}, .bounds = {1, 2}}}),
         histogram_metric("h", "", {{.at_ms = now_ms, .counts = {1, 2, 3}, .bounds = {2, 1}}}),
         number_metric(
             "long", "", 5,
             {{.at_ms = now_ms, .value = 1, .attributes = {{"a", std::string(5000, 'x')}}}})}));
    CHECK(outcome.points == 9);
    CHECK(outcome.rejected() == 8);
    CHECK(outcome.sentence() ==
          "8 of 9 points: a label is too long (1), the bounds do not ascend (1), "
          "the metric has no name (1), the metric has no temporality (1), "
          "the point has no time (1), the point is too old (1), the point lies in the future (1), "
          "there is not one bucket more than bounds (1)");
    CHECK(fixture.points("good{" + shop_labels + "}") == "0:1");
    CHECK(fixture.put("\xff\xff").error().code() == ErrorCode::invalid);
    fixture.store.refusal = Error(ErrorCode::unavailable, "starting");
    CHECK(fixture.put(metrics_request(shop, {number_metric("g", "", 5, {{.at_ms = now_ms}})}))
              .error()
              .message() == "starting");
    fixture.store.refusal.reset();
    CHECK(fixture.must_put("").points == 0);
}

TEST_CASE("labels of a point, and those of all series of a request, have so many bytes") {
    Fixture fixture;
    const auto wide = [](std::size_t count) {
        Attributes attributes;
        for (std::size_t i = 0; i < count; ++i)
            attributes.emplace_back(fmt::format("k{}", i), std::string(4000, 'v'));
        return attributes;
    };
    const auto kept = [&](std::size_t labels) {
        return fixture
            .must_put(metrics_request(
                shop, {number_metric("m", "", 5,
                                     {{.at_ms = now_ms, .value = 1, .attributes = wide(labels)}})}))
            .sentence();
    };
    CHECK(kept(4) == "");
    CHECK(kept(5) == "1 of 1 points: the labels are too long (1)");

    std::vector<NumberSpec> points;
    const std::size_t room = metric_request_labels_bytes_max / 16'000;
    for (std::size_t i = 0; i < room; ++i) {
        points.push_back({.at_ms = now_ms, .value = 1, .attributes = wide(4)});
        points.back().attributes.front().second = fmt::format("{:04000}", i);
    }
    const auto outcome =
        fixture.must_put(metrics_request(shop, {number_metric("n", "", 5, points)}));
    CHECK(outcome.rejected() > 0);
    CHECK(outcome.rejected() < 100);
    CHECK(outcome.rejections.begin()->first == "the request has too many bytes of labels");
}

TEST_CASE("a summary has so many quantiles") {
    Fixture fixture;
    const std::vector<std::pair<double, double>> many(metric_buckets_max + 1, {0.5, 1});
    const auto outcome =
        fixture.must_put(metrics_request(shop, {summary_metric("s", now_ms, 1, 1, many)}));
    CHECK(outcome.sentence() == "1 of 1 points: there are too many quantiles (1)");
}

}  // namespace tomograph::testing
