#include "service/span_metrics/span_metrics.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <thread>
#include <vector>

#include "service/limits.h"
#include "wire/json/utf8.h"

using namespace tomograph;

namespace {

CountedSpan span_of(std::string_view service, std::string_view name) {
    return {.service = service,
            .name = name,
            .kind = CountedKind::server,
            .duration = Duration::milliseconds(30),
            .trace_id = {1, 2},
            .span_id = {3},
            .end = Instant::from_seconds(1'795'000'000)};
}

bool has(const std::string& page, std::string_view line) {
    return page.find(fmt::format("{}\n", line)) != std::string::npos;
}

std::size_t count_of(const std::string& page, std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("spans are counted by service, operation, kind and outcome, with their durations") {
    MetricsRegistry registry;
    SpanMetrics metrics(registry);
    CountedSpan span = span_of("shop", "GET /");
    metrics.note(span);
    metrics.note(span);
    span.outcome = CountedOutcome::fault;
    metrics.note(span);
    const std::string page = metrics.to_text(false);
    const std::string_view ok =
        R"(service_name="shop",span_name="GET /",span_kind="SPAN_KIND_SERVER",status_code="STATUS_CODE_UNSET",outcome="ok")";
    const std::string_view fault =
        R"(service_name="shop",span_name="GET /",span_kind="SPAN_KIND_SERVER",status_code="STATUS_CODE_ERROR",outcome="fault")";
    CHECK(has(page, "# TYPE traces_span_metrics_calls_total counter"));
    CHECK(has(page, fmt::format("traces_span_metrics_calls_total{{{}}} 2", ok)));
    CHECK(has(page, fmt::format("traces_span_metrics_calls_total{{{}}} 1", fault)));
    CHECK(has(page,
              fmt::format("traces_span_metrics_duration_seconds_bucket{{{},le=\"0.01\"}} 0", ok)));
    CHECK(has(page,
              fmt::format("traces_span_metrics_duration_seconds_bucket{{{},le=\"0.05\"}} 2", ok)));
    CHECK(has(page,
              fmt::format("traces_span_metrics_duration_seconds_bucket{{{},le=\"+Inf\"}} 2", ok)));
    CHECK(has(page, fmt::format("traces_span_metrics_duration_seconds_sum{{{}}} 0.06", ok)));
    CHECK(has(page, fmt::format("traces_span_metrics_duration_seconds_count{{{}}} 2", ok)));
    CHECK(page.find("trace_id") == std::string::npos);
}

TEST_CASE("names that are no UTF-8 are counted under names that are") {
    MetricsRegistry registry;
    SpanMetrics metrics(registry);
    CountedSpan span = span_of("shop\xff", "GET \xc3");
    span.kind = CountedKind::client;
    span.called = "stock\x80";
    metrics.note(span);
    metrics.note(span);
    const std::string page = metrics.to_text(true);
    CHECK(is_utf8(page));
    CHECK(count_of(page, "traces_service_graph_request_total{") == 1);
    CHECK(
        has(page,
            "traces_service_graph_request_total{client=\"shop\uFFFD\",server=\"stock\uFFFD\"} 2"));
    for (const MetricSeries& each : metrics.to_batch(1, 10).series)
        CHECK(is_utf8(each.labels.get("span_name")));
}

TEST_CASE("calls are edges between who calls and who is called") {
    MetricsRegistry registry;
    SpanMetrics metrics(registry);
    CountedSpan call = span_of("shop", "POST");
    call.kind = CountedKind::client;
    call.called = "bank \"one\"\n";
    metrics.note(call);
    call.outcome = CountedOutcome::error;
    metrics.note(call);
    const std::string page = metrics.to_text(false);
    const std::string_view edge = R"(client="shop",server="bank \"one\"\n")";
    CHECK(has(page, fmt::format("traces_service_graph_request_total{{{}}} 2", edge)));
    CHECK(has(page, fmt::format("traces_service_graph_request_failed_total{{{}}} 1", edge)));
    CHECK(
        has(page, fmt::format("traces_service_graph_request_client_seconds_count{{{}}} 2", edge)));
}

TEST_CASE("OpenMetrics gets the newest trace of each series, where its duration lies") {
    MetricsRegistry registry;
    SpanMetrics metrics(registry);
    metrics.note(span_of("shop", "GET /"));
    const std::string page = metrics.to_text(true);
    CHECK(has(page, "# TYPE traces_span_metrics_calls counter"));
    CHECK(page.find(R"(le="0.05"} 1 # {trace_id="00000000000000010000000000000002",)"
                    R"(span_id="0000000000000003"} 0.03 1795000000.000)") != std::string::npos);
    CHECK(count_of(page, "trace_id=") == 1);
    CHECK(page.ends_with("# EOF\n"));
}

TEST_CASE("a service with too many operations has an other one, which is counted") {
    MetricsRegistry registry;
    SpanMetrics metrics(registry);
    constexpr std::size_t more = 7;
    for (std::size_t i = 0; i < span_metrics_names_max + more; ++i)
        metrics.note(span_of("shop", fmt::format("GET /{}", i)));
    const std::string page = metrics.to_text(false);
    CHECK(count_of(page, "traces_span_metrics_calls_total{") == span_metrics_names_max + 1);
    CHECK(page.find(R"x(span_name="(other)",span_kind="SPAN_KIND_SERVER",)x"
                    R"(status_code="STATUS_CODE_UNSET",outcome="ok"} 7)") != std::string::npos);
    CHECK(registry.to_prometheus_text().find("tomograph_service_span_metrics_folded_total 7") !=
          std::string::npos);
}

TEST_CASE("whatever names come, the series have a bound, and no span is lost") {
    MetricsRegistry registry;
    SpanMetrics metrics(registry);
    const std::size_t spans = span_metrics_series_max + 5'000;
    for (std::size_t i = 0; i < spans; ++i)
        metrics.note(span_of(fmt::format("s{}", i), fmt::format("n{}", i)));
    const std::string page = metrics.to_text(false);
    const std::size_t series = count_of(page, "traces_span_metrics_calls_total{");
    CHECK(series <= span_metrics_series_max + 16);  // an other service in each shard
    CHECK(count_of(page, "_count{") == series);
    std::size_t total = 0;
    for (std::size_t at = page.find("_duration_seconds_count{"); at != std::string::npos;
         at = page.find("_duration_seconds_count{", at + 1))
        total += std::strtoul(page.c_str() + page.find("} ", at) + 2, nullptr, 10);
    CHECK(total == spans);
}

TEST_CASE("many threads count together") {
    MetricsRegistry registry;
    SpanMetrics metrics(registry);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 1000; ++n) metrics.note(span_of(n % 2 ? "a" : "b", "x"));
        });
    for (auto& thread : threads) thread.join();
    const std::string page = metrics.to_text(false);
    CHECK(count_of(page, R"(outcome="ok"} 2000)") == 4);  // calls and counts of both
}
