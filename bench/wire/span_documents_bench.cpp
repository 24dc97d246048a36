#include "wire/otlp/span_documents.h"

#include <benchmark/benchmark.h>

#include <string>

#include "workload/otlp_spans.h"

namespace tomograph {
namespace {

constexpr std::size_t spans_of_request = 500;

constexpr std::uint64_t now_ns = 1'478'293'361'000'000'000;

class Reader final : public SpanSink {
 public:
    void begin(const WireResource&, const WireScope&) override {}
    void take(const WireSpan& span) override { benchmark::DoNotOptimize(span.start_ns); }
};

class Maker final : public SpanSink {
 public:
    void begin(const WireResource& resource, const WireScope& scope) override {
        resource_ = &resource;
        documents_.begin(resource, scope);
    }
    void take(const WireSpan& span) override {
        auto pair = documents_.of(span, *resource_, window_);
        benchmark::DoNotOptimize(pair->first.json.data());
        if (pair) bytes += pair->first.json.size();
    }
    std::size_t bytes = 0;

 private:
    SpanDocuments documents_;
    const WireResource* resource_ = nullptr;
    AcceptanceWindow window_{.now = Instant{static_cast<std::int64_t>(now_ns)}};
};

template <class Sink>
void run(benchmark::State& state) {
    const std::string bytes = workload::otlp_spans(spans_of_request, now_ns, now_ns + 178'000'000);
    Sink sink;
    for (auto _ : state) {
        const auto read = read_trace_request(bytes, sink);
        if (!read) state.SkipWithError("no request");
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(spans_of_request));
}

void read_spans(benchmark::State& state) { run<Reader>(state); }
BENCHMARK(read_spans);

/// Reading them is in it.
void span_documents(benchmark::State& state) { run<Maker>(state); }
BENCHMARK(span_documents);

}  // namespace
}  // namespace tomograph
