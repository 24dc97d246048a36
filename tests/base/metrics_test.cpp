#include "base/metrics.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace tomograph {

TEST_CASE("the text is Prometheus's, families by name and samples by labels") {
    MetricsRegistry registry;
    registry.gauge("tomograph_store_parts", "Parts on disk.").set(3);
    registry.counter("tomograph_net_drops_total", "Datagrams dropped.", {{"cause", "queue"}})
        .add(2);
    registry.counter("tomograph_net_drops_total", "Datagrams dropped.", {{"cause", "kernel"}})
        .add();
    auto& seconds = registry.histogram("tomograph_api_answer_seconds", "Time to answer.",
                                       {0.001, 0.5, 2}, {{"operation", "x"}});
    for (const double value : {0.0005, 0.001, 0.25, 8.0}) seconds.observe(value);
    registry.callback("tomograph_net_accepted_total", "Connections.", [] { return 7.0; });
    registry.callback("tomograph_base_load", "Load.", [] { return 0.5; });

    CHECK(registry.to_prometheus_text() ==
          "# HELP tomograph_api_answer_seconds Time to answer.\n"
          "# TYPE tomograph_api_answer_seconds histogram\n"
          "tomograph_api_answer_seconds_bucket{operation=\"x\",le=\"0.001\"} 2\n"
          "tomograph_api_answer_seconds_bucket{operation=\"x\",le=\"0.5\"} 3\n"
          "tomograph_api_answer_seconds_bucket{operation=\"x\",le=\"2\"} 3\n"
          "tomograph_api_answer_seconds_bucket{operation=\"x\",le=\"+Inf\"} 4\n"
          "tomograph_api_answer_seconds_sum{operation=\"x\"} 8.2515\n"
          "tomograph_api_answer_seconds_count{operation=\"x\"} 4\n"
          "# HELP tomograph_base_load Load.\n"
          "# TYPE tomograph_base_load gauge\n"
          "tomograph_base_load 0.5\n"
          "# HELP tomograph_net_accepted_total Connections.\n"
          "# TYPE tomograph_net_accepted_total counter\n"
          "tomograph_net_accepted_total 7\n"
          "# HELP tomograph_net_drops_total Datagrams dropped.\n"
          "# TYPE tomograph_net_drops_total counter\n"
          "tomograph_net_drops_total{cause=\"kernel\"} 1\n"
          "tomograph_net_drops_total{cause=\"queue\"} 2\n"
          "# HELP tomograph_store_parts Parts on disk.\n"
          "# TYPE tomograph_store_parts gauge\n"
          "tomograph_store_parts 3\n");
}

TEST_CASE("help and label values are escaped") {
    MetricsRegistry registry;
    registry.counter("a_total", "one\\two\nthree \"four\"", {{"x", "a\"b\\c\nd"}});
    CHECK(registry.to_prometheus_text() ==
          "# HELP a_total one\\\\two\\nthree \"four\"\n"
          "# TYPE a_total counter\n"
          "a_total{x=\"a\\\"b\\\\c\\nd\"} 0\n");
}

TEST_CASE("special numbers have the format's names") {
    MetricsRegistry registry;
    registry.gauge("a", "").set(std::numeric_limits<double>::infinity());
    registry.gauge("b", "").set(-std::numeric_limits<double>::infinity());
    registry.gauge("c", "").set(std::numeric_limits<double>::quiet_NaN());
    const std::string text = registry.to_prometheus_text();
    CHECK(text.find("a +Inf\n") != std::string::npos);
    CHECK(text.find("b -Inf\n") != std::string::npos);
    CHECK(text.find("c NaN\n") != std::string::npos);
}

TEST_CASE("the same name and labels are the same metric, whatever the order") {
    MetricsRegistry registry;
    Counter& first = registry.counter("a_total", "help", {{"x", "1"}, {"y", "2"}});
    CHECK(&registry.counter("a_total", "other help", {{"y", "2"}, {"x", "1"}}) == &first);
    CHECK(&registry.counter("a_total", "help", {{"x", "1"}}) != &first);
    CHECK(&registry.counter("b_total", "help", {{"x", "1"}, {"y", "2"}}) != &first);
}

TEST_CASE("references stay valid while the registry grows") {
    MetricsRegistry registry;
    Counter& first = registry.counter("a_total", "", {{"n", "0"}});
    for (int i = 1; i < 200; ++i) {
        registry.counter("a_total", "", {{"n", std::to_string(i)}});
        registry.gauge("g" + std::to_string(i), "");
    }
    first.add(5);
    CHECK(registry.counter("a_total", "", {{"n", "0"}}).value() == 5);
}

TEST_CASE("a callback may ask the registry for metrics, and a later one replaces it") {
    MetricsRegistry registry;
    registry.callback("a", "", [&] {
        registry.counter("asked_total", "").add();
        return 1.0;
    });
    CHECK(registry.to_prometheus_text().find("a 1\n") != std::string::npos);
    registry.callback("a", "", [] { return 2.0; });
    const std::string text = registry.to_prometheus_text();
    CHECK(text.find("a 2\n") != std::string::npos);
    CHECK(text.find("asked_total 1\n") != std::string::npos);
}

TEST_CASE("a value on a bound belongs to it") {
    Histogram histogram({1, 2});
    for (const double value : {1.0, 1.5, 2.0, 2.5}) histogram.observe(value);
    CHECK(histogram.bucket(0) == 1);
    CHECK(histogram.bucket(1) == 2);
    CHECK(histogram.bucket(2) == 1);
    CHECK(histogram.sum() == 7);
}

TEST_CASE("many threads count, ask and scrape at once") {
    MetricsRegistry registry;
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&registry] {
            for (int i = 0; i < 200; ++i) {
                registry.counter("a_total", "", {{"n", std::to_string(i % 7)}}).add();
                if (i % 50 == 0) CHECK_FALSE(registry.to_prometheus_text().empty());
            }
        });
    for (auto& thread : threads) thread.join();
    std::uint64_t sum = 0;
    for (int n = 0; n < 7; ++n)
        sum += registry.counter("a_total", "", {{"n", std::to_string(n)}}).value();
    CHECK(sum == 800);
}

}  // namespace tomograph
