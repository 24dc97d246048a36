#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/answers.h"
#include "engine/rows.h"
#include "measure/measure.h"
#include "store/file_names.h"
#include "workload/random.h"
#include "workload/w1_oracle.h"

namespace tomograph::engine_bench {
namespace {

using measure::print_cell;
using measure::require;
using measure::time_call;
using measure::Took;

std::string row_name(const Scale& scale, std::string_view row) {
    return (scale.is_w2 ? "w2_" : "") + std::string(row);
}

std::string spans_of(const std::string& directory) { return join_path(directory, spans_directory); }

/// Gets `runs` random traces; `before` runs outside of the time taken.
template <typename Before>
std::vector<Took> time_gets(DrivenStore& driven, const Scale& scale, std::size_t runs,
                            const Before& before) {
    workload::Random random(runs);
    std::vector<Took> took;
    for (std::size_t i = 0; i < runs; ++i) {
        const std::uint64_t number = random.below(static_cast<std::uint32_t>(scale.traces()));
        const TraceId id = trace_id_of(scale, number);
        before();
        Result<std::vector<StoredTrace>> got = std::vector<StoredTrace>{};
        took.push_back(time_call([&] { got = driven.store().get(std::span(&id, 1)); }));
        require(got && got->size() == 1, "trace " + to_hex(id) + " is not there");
        require_documents(documents_of(scale, number), got->front());
    }
    return took;
}

/// Every trace of the store, page by page.
template <typename Visit>
void visit_traces(TraceStore& store, const Visit& visit) {
    TraceQuery query;
    query.range = six_hours();
    query.limit = 10'000;
    while (true) {
        auto page = store.find(query);
        if (!page) measure::fail(page.error().message());
        for (const StoredTrace& trace : page->traces) visit(trace);
        if (!page->next) return;
        query.before = page->next;
    }
}

bool has(const StoredTrace& trace, std::string_view text) {
    return std::any_of(trace.documents.begin(), trace.documents.end(), [&](const auto& stored) {
        return stored.document.bytes.find(text) != std::string::npos;
    });
}

std::string tenant_member(std::uint32_t tenant) {
    return fmt::format(R"("tenant":"{}")", workload::tenant_text(tenant));
}

template <typename Matches>
void time_scan(DrivenStore& driven, std::string_view row, std::uint64_t expected,
               const Matches& matches) {
    std::uint64_t found = 0;
    const Took took = time_call([&] {
        visit_traces(driven.store(), [&](const StoredTrace& trace) { found += matches(trace); });
    });
    require(found == expected, fmt::format("{}: found {} instead of {}", row, found, expected));
    print_cell("tomograph", row, {took});
}

}  // namespace

void size_row(const std::string& directory, const Scale& scale) {
    std::uint64_t spans = scale.traces() * workload::w2_spans_per_trace;
    if (!scale.is_w2) spans = count(scale).spans;
    print_cell("tomograph", row_name(scale, "bytes_per_span"),
               static_cast<double>(measure::directory_bytes(spans_of(directory))) /
                   static_cast<double>(spans));
}

void id_warm_row(const std::string& directory, const Scale& scale) {
    const auto driven = open_prepared(directory, scale, section_cache_bytes);
    static_cast<void>(time_gets(*driven, scale, 1'000, [] {}));
    const auto took = time_gets(*driven, scale, 2'000, [] {});
    print_cell("tomograph", row_name(scale, "id_warm_ms"), took);
    print_cell("tomograph", row_name(scale, "id_warm_p95_ms"), took, 0.95);
}

void id_cold_row(const std::string& directory, const Scale& scale) {
    const auto driven = open_prepared(directory, scale, 0);
    const auto took =
        time_gets(*driven, scale, 100, [&] { measure::drop_page_cache(spans_of(directory)); });
    print_cell("tomograph", row_name(scale, "id_cold_ms"), took);
    print_cell("tomograph", row_name(scale, "id_cold_p95_ms"), took, 0.95);
}

void graph_row(const std::string& directory, const Scale& scale) {
    if (scale.is_w2) return;
    const auto driven = open_prepared(directory, scale, section_cache_bytes);
    const workload::W1Oracle oracle = count(scale);
    std::vector<Took> took;
    for (int i = 0; i < 20; ++i) {
        Result<GraphRollup> graph = GraphRollup{};
        took.push_back(
            time_call([&] { graph = driven->store().graph(six_hours(), GraphGrain::whole); }));
        if (!graph) measure::fail(graph.error().message());
        require_graph(*graph, oracle);
    }
    print_cell("tomograph", "graph_first_ms", {took.front()});
    print_cell("tomograph", "graph_ms", took);
}

void scan_rows(const std::string& directory, const Scale& scale) {
    if (scale.is_w2) return;
    const auto driven = open_prepared(directory, scale, section_cache_bytes);
    const workload::W1Oracle oracle = count(scale);
    const auto tenant = [&](std::uint32_t which) {
        return [text = tenant_member(which)](const StoredTrace& trace) { return has(trace, text); };
    };
    using workload::common_tenant, workload::rare_tenant, workload::filter_tenant;
    time_scan(*driven, "search_common_ms", oracle.tenants[common_tenant].traces,
              tenant(common_tenant));
    time_scan(*driven, "search_rare_ms", oracle.tenants[rare_tenant].traces, tenant(rare_tenant));
    time_scan(*driven, "filter_ms", oracle.tenants[filter_tenant].failed_traces,
              [&, has_tenant = tenant(filter_tenant)](const StoredTrace& trace) {
                  return has_tenant(trace) && has(trace, R"("status":500)");
              });
}

}  // namespace tomograph::engine_bench
