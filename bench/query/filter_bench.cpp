// What it costs to read a filter expression and to make of it what the store asks traces with: the
// row "filter parse and plan".
#include <benchmark/benchmark.h>

#include <array>
#include <string_view>

#include "query/filter/filter_expression.h"
#include "query/filter/parser.h"
#include "query/filter/printer.h"
#include "trace/predicate_match.h"

using namespace tomograph;

namespace {

/// From one keyword to a screen full.
constexpr std::array<std::string_view, 5> expressions{
    "fault",
    R"(service("api.example.com") { fault OR responsetime > 2.5 } AND annotation.tenant = "acme")",
    R"(edge("web", id(name: "cart", type: "AWS::ECS::Container")) { error } AND user = "alice" !partial)",
    R"(rootcause.json = #[{"Services": [{"Name": "web", "EntityPath": [{"Name": "web"}, {"Name": "pay", "Remote": true}]}, {"Name": "pay", "EntityPath": [{"Name": "pay"}]}]}])",
    R"((fault OR error OR throttle) AND http.url BEGINSWITH "http://shop.example.com/" AND http.method = "POST" AND duration >= 0.25 AND duration < 10 AND !(user = "probe" OR user = "monitor") AND service("cart") { annotation[shard] > 3 AND !root } AND !edge("cart", id(type: "AWS::DynamoDB::Table")) { throttle } AND (annotation.tenant = "acme" OR annotation.tenant = "globex") AND rootcause.fault.exception { last AND message CONTAINS "timeout" })"};

void parse_and_plan(benchmark::State& state) {
    const std::string_view text = expressions[static_cast<std::size_t>(state.range(0))];
    for (auto _ : state) {
        const auto predicate = compile_filter(text, nullptr);
        if (!predicate) return state.SkipWithError("refused");
        benchmark::DoNotOptimize(TraceMatcher(*predicate));
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(parse_and_plan)->DenseRange(0, expressions.size() - 1);

void print(benchmark::State& state) {
    const auto expression = filter::parse(expressions.back());
    for (auto _ : state) benchmark::DoNotOptimize(filter::to_text(*expression));
}
BENCHMARK(print);

}  // namespace
