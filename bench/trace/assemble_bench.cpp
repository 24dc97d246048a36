#include <benchmark/benchmark.h>

#include "trace/graph_of_trace.h"
#include "trace/summary.h"
#include "trace/trace.h"

using namespace tomograph;

namespace {

constexpr TraceId id{0x5814'0000'0000'0001, 1};

TraceDocument service(std::uint64_t first, std::uint64_t parent, std::string_view name) {
    TraceDocument document{.lsn = {first}, .segment = {}};
    document.segment.trace_id = id;
    for (std::uint64_t i = 0; i < 5; ++i) {
        Span span;
        span.id = {first + i};
        span.parent_id = {i == 0 ? parent : first};
        span.parent_row = i == 0 ? -1 : 0;
        span.is_segment = i == 0;
        span.start = Instant::from_seconds(1'478'232'000) +
                     Duration::milliseconds(static_cast<std::int64_t>(i));
        span.end = span.start + Duration::milliseconds(50);
        span.name = i == 0 ? name : i == 1 ? "users" : i == 2 ? "DynamoDB" : "work";
        span.name_space = i == 1   ? SpanNamespace::remote
                          : i == 2 ? SpanNamespace::aws
                                   : SpanNamespace::local;
        span.annotations = {{"tier", "gold"}};
        document.segment.spans.push_back(std::move(span));
    }
    return document;
}

/// Ten spans in two segments, and three calls whose downstream is inferred.
std::vector<TraceDocument> ten_spans() {
    std::vector<TraceDocument> documents;
    documents.push_back(service(1, 0, "api"));
    documents.push_back(service(11, 2, "users"));
    return documents;
}

void assemble(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        auto documents = ten_spans();
        state.ResumeTiming();
        benchmark::DoNotOptimize(assemble_trace(id, std::move(documents), after_grace));
    }
}
BENCHMARK(assemble);

void graph(benchmark::State& state) {
    const Trace trace = assemble_trace(id, ten_spans(), after_grace);
    for (auto _ : state) benchmark::DoNotOptimize(graph_of_trace(trace));
}
BENCHMARK(graph);

void summary(benchmark::State& state) {
    const Trace trace = assemble_trace(id, ten_spans(), after_grace);
    for (auto _ : state) benchmark::DoNotOptimize(summarise(trace));
}
BENCHMARK(summary);

}  // namespace
