// Prints what the made-up traffic is like: workload_statistics [TRACES]
#include <fmt/format.h>

#include <cstdlib>

#include "workload/document_measure.h"
#include "workload/w1_oracle.h"
#include "workload/w2.h"

using namespace tomograph::workload;

namespace {

void print_w1(std::uint64_t traces) {
    const W1 workload({.seed = 1, .start_second = 1'795'000'000});
    W1Oracle oracle;
    std::uint64_t bytes = 0, values = 0, segments = 0, calls = 0, requests = 0, errors = 0,
                  throttles = 0, faults = 0, failed = 0;
    std::uint64_t segment_bytes = 0, segment_values = 0;
    std::string json;
    for (std::uint64_t i = 0; i < traces; ++i) {
        const W1Trace trace = workload.trace(i);
        oracle.add(trace);
        failed += trace.spans.front().fault;
        for (const W1Span& span : trace.spans) {
            json.clear();
            append_json(trace, span, DocumentState::complete, json);
            bytes += json.size();
            const auto count = count_values(json);
            values += count;
            if (span.is_segment()) segment_bytes += json.size(), segment_values += count;
            segments += span.is_segment();
            calls += span.kind == SpanKind::call;
            requests += span.kind == SpanKind::aws;
            errors += span.error && !span.throttle;
            throttles += span.throttle;
            faults += span.is_fault_origin;
            if (i == 0) fmt::print("{}\n", json);
        }
    }
    const auto spans = static_cast<double>(oracle.spans);
    const auto share = [&](std::uint64_t n) { return 100.0 * static_cast<double>(n) / spans; };
    fmt::print("W1: {} traces, {} spans, {:.2f} spans a trace\n", traces, oracle.spans,
               spans / static_cast<double>(traces));
    fmt::print("{:.1f} bytes and {:.2f} values a document (segments: {:.1f}, {:.2f})\n",
               static_cast<double>(bytes) / spans, static_cast<double>(values) / spans,
               static_cast<double>(segment_bytes) / static_cast<double>(segments),
               static_cast<double>(segment_values) / static_cast<double>(segments));
    fmt::print(
        "segments {:.1f} %, calls {:.1f} %, AWS request ids on {:.1f} % of the subsegments\n",
        share(segments), share(calls),
        100.0 * static_cast<double>(requests) / static_cast<double>(oracle.spans - segments));
    fmt::print(
        "errors {:.2f} %, throttles {:.2f} %, faults begin in {:.2f} %, {:.2f} % of the traces "
        "fail\n",
        share(errors), share(throttles), share(faults),
        100.0 * static_cast<double>(failed) / static_cast<double>(traces));
    fmt::print("tenants: common in {}, rare in {}, filter in {} traces of which {} failed\n",
               oracle.tenants[common_tenant].traces, oracle.tenants[rare_tenant].traces,
               oracle.tenants[filter_tenant].traces, oracle.tenants[filter_tenant].failed_traces);
}

void print_w2(std::uint64_t traces) {
    const W2Options options{.seed = 1, .start_second = 1'795'000'000, .traces = traces};
    std::uint64_t bytes = 0;
    std::string json;
    for (std::uint64_t i = 0; i < traces; ++i) {
        const W2Trace trace = w2_trace(options, i);
        for (const W2Span& span : trace.spans) {
            json.clear();
            append_json(trace, span, json);
            bytes += json.size();
        }
    }
    fmt::print("W2: {} spans, {:.1f} bytes a document\n{}\n", traces * w2_spans_per_trace,
               static_cast<double>(bytes) / static_cast<double>(traces * w2_spans_per_trace), json);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t traces = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
    print_w1(traces);
    print_w2(traces / 10);
}
