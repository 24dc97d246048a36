// What groups cost when a trace of W1 (9.7 documents) is sealed: reading its documents whole
// instead of their outlines, and asking the filters.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "model/segment_outline.h"
#include "service/groups/compiled_groups.h"
#include "wire/xray/segment_decoder.h"
#include "workload/w1.h"

using namespace tomograph;

namespace {

constexpr std::uint64_t trace_count = 200;

struct Sent {
    TraceId id;
    std::vector<std::string> documents;
    std::vector<std::string> outlines;
};

std::vector<TraceDocument> decode(const Sent& sent, SegmentDecoder& decoder) {
    std::vector<TraceDocument> documents;
    for (const std::string& json : sent.documents) {
        auto segment = decoder.decode(json, std::nullopt);
        documents.push_back({.lsn = {1}, .segment = std::move(std::get<Segment>(segment))});
    }
    return documents;
}

const std::vector<Sent>& traffic() {
    static const std::vector<Sent> all = [] {
        const workload::W1 w1(workload::six_hours_of(100'000));
        SegmentDecoder decoder;
        std::vector<Sent> made;
        for (std::uint64_t n = 0; n < trace_count; ++n) {
            const workload::W1Trace trace = w1.trace(n);
            Sent& sent = made.emplace_back();
            sent.id = trace.id;
            for (const workload::W1Span& span : trace.spans)
                workload::append_json(trace, span, workload::DocumentState::complete,
                                      sent.documents.emplace_back());
            for (const TraceDocument& document : decode(sent, decoder))
                sent.outlines.push_back(pack_outline(document.segment));
        }
        return made;
    }();
    return all;
}

/// As people write them: by service, outcome, time, URL, annotation, user, edge.
std::vector<GroupRecord> groups_of(std::int64_t count) {
    const std::vector<std::string> filters = {
        R"(service("checkout") { fault })",
        "responsetime > 0.5",
        R"(http.url CONTAINS "/search")",
        R"(annotation.tenant = "tenant-0001" AND error)",
        R"(user = "user-012345")",
        R"(edge("frontend", "cart") { fault })",
        R"(service("payments") AND http.method = "POST" AND duration > 0.1)"};
    std::vector<GroupRecord> groups;
    for (std::int64_t n = 0; n < count; ++n) {
        const auto number = static_cast<std::uint32_t>(n + 1);
        groups.push_back(
            {.id = {number},
             .name = "g" + std::to_string(n),
             .arn = "",
             .insights = {},
             .versions = {{.id = {number},
                           .filter = filters[static_cast<std::size_t>(n) % filters.size()],
                           .since = {},
                           .first = {}}}});
    }
    return groups;
}

void count_traces(benchmark::State& state) {
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * trace_count));
}

void assemble_from_outlines(benchmark::State& state) {
    for (auto _ : state)
        for (const Sent& sent : traffic()) {
            std::vector<TraceDocument> documents;
            for (const std::string& outline : sent.outlines)
                documents.push_back({.lsn = {1}, .segment = unpack_outline(sent.id, outline)});
            benchmark::DoNotOptimize(assemble_trace(sent.id, std::move(documents), after_grace));
        }
    count_traces(state);
}
BENCHMARK(assemble_from_outlines);

void assemble_from_documents(benchmark::State& state) {
    SegmentDecoder decoder;
    for (auto _ : state)
        for (const Sent& sent : traffic())
            benchmark::DoNotOptimize(assemble_trace(sent.id, decode(sent, decoder), after_grace));
    count_traces(state);
}
BENCHMARK(assemble_from_documents);

void ask_groups(benchmark::State& state) {
    MetricsRegistry registry;
    GroupMetrics metrics(registry);
    const auto classifier = compile_groups(groups_of(state.range(0)), metrics);
    SegmentDecoder decoder;
    std::vector<Trace> traces;
    std::vector<std::vector<std::string_view>> texts;
    for (const Sent& sent : traffic()) {
        traces.push_back(assemble_trace(sent.id, decode(sent, decoder), after_grace));
        auto& its = texts.emplace_back();
        for (const TraceDocument& document : traces.back().documents)
            for (const std::string& json : sent.documents)
                if (json.find(to_hex(document.segment.own().id)) < 60) its.emplace_back(json);
    }
    for (auto _ : state)
        for (std::size_t i = 0; i < traces.size(); ++i)
            benchmark::DoNotOptimize(
                classifier->groups_of({.trace = traces[i], .texts = texts[i], .newest = {1}}));
    count_traces(state);
    if (metrics.filters_failed.value() != 0) state.SkipWithError("a filter failed");
}
BENCHMARK(ask_groups)->Arg(1)->Arg(2)->Arg(7)->Arg(25);

}  // namespace
