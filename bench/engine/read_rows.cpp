#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
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

/// The traces that a predicate holds for, counted page by page.
std::uint64_t count_matches(TraceStore& store, const SharedPredicate& predicate) {
    std::uint64_t matches = 0;
    TraceQuery query;
    query.range = six_hours();
    query.limit = page_ids_max;
    query.with_documents = false;
    query.predicate = predicate;
    while (true) {
        auto page = store.find(query);
        if (!page) measure::fail(page.error().message());
        matches += page->traces.size();
        if (!page->next) return matches;
        query.before = page->next;
    }
}

Subject tenant() {
    return {.field = Field::name, .path = std::string("annotations") + path_separator + "tenant"};
}

/// `some span { @annotations.tenant = "tenant-0006" }`
Predicate is_of_tenant(std::uint32_t number) {
    return some(Scope::span,
                condition(tenant(), TextTest{.text = std::string(workload::tenant_text(number))}));
}

/// `some span { status >= 500 }`
Predicate has_failed() {
    NumberTest test;
    test.min = Decimal::of(500);
    return some(Scope::span, condition({.field = Field::status, .path = {}}, test));
}

void time_search(DrivenStore& driven, std::string_view row, std::uint64_t expected,
                 Predicate predicate) {
    const auto shared = std::make_shared<const Predicate>(std::move(predicate));
    std::vector<Took> took;
    for (int i = 0; i < 5; ++i) {
        std::uint64_t found = 0;
        took.push_back(time_call([&] { found = count_matches(driven.store(), shared); }));
        require(found == expected, fmt::format("{}: found {} instead of {}", row, found, expected));
    }
    print_cell("tomograph", fmt::format("{}_first_ms", row), {took.front()});
    print_cell("tomograph", fmt::format("{}_ms", row), took);
}

/// Every tenant has its group, those with no tenant too, and no group has another's spans.
void require_groups(const ValueGroups& groups, const workload::W1Oracle& oracle) {
    std::map<std::optional<std::string>, std::uint64_t> expected;
    std::uint64_t rest = oracle.spans;
    for (std::uint32_t i = 0; i < oracle.tenants.size(); ++i) {
        const std::uint64_t spans = oracle.tenants[i].spans;
        rest -= spans;
        if (spans > 0) expected[std::string(workload::tenant_text(i))] = spans;
    }
    if (rest > 0) expected[std::nullopt] = rest;
    require(groups.groups.size() == expected.size() && groups.distinct == expected.size(),
            fmt::format("{} groups instead of {}", groups.groups.size(), expected.size()));
    for (const ValueGroup& group : groups.groups) {
        std::optional<std::string> text;
        if (group.value) text = group.value->text;
        require(expected[text] == group.count,
                fmt::format("group {}: {} spans instead of {}", text.value_or("without a tenant"),
                            group.count, expected[text]));
    }
    require(groups.coverage.matched == oracle.traces, "traces are missing");
}

void time_groups(DrivenStore& driven, const workload::W1Oracle& oracle) {
    std::vector<Took> took;
    for (int i = 0; i < 5; ++i) {
        Result<ValueGroups> groups = ValueGroups{};
        GroupQuery query{.traces = {.range = six_hours()}};
        query.by = tenant();
        query.limit = 2 * oracle.tenants.size();
        took.push_back(time_call([&] { groups = driven.store().group(query); }));
        if (!groups) measure::fail(groups.error().message());
        require_groups(*groups, oracle);
    }
    print_cell("tomograph", "group_first_ms", {took.front()});
    print_cell("tomograph", "group_ms", took);
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

void series_row(const std::string& directory, const Scale& scale) {
    if (scale.is_w2) return;
    const auto driven = open_prepared(directory, scale, section_cache_bytes);
    const workload::W1Oracle oracle = count(scale);
    const auto run = [&](const std::string& name, GraphSelection selection, auto expected) {
        const GraphSeriesQuery query{.range = six_hours(), .selection = std::move(selection)};
        std::vector<Took> took;
        for (int i = 0; i < 20; ++i) {
            Result<GraphSeries> series = GraphSeries{};
            took.push_back(time_call([&] { series = driven->store().graph_series(query); }));
            if (!series) measure::fail(series.error().message());
            std::int64_t total = 0;
            for (const auto& [minute, counted] : series->points) total += counted.total();
            require(static_cast<std::uint64_t>(total) == expected, name + " counted otherwise");
        }
        print_cell("tomograph", name + "_first_ms", {took.front()});
        print_cell("tomograph", name + "_ms", took);
    };
    GraphSelection clients;
    clients.edges.push_back(
        {.source = {.name = {}, .type = "client", .account = {}}, .target = {}});
    run("series", clients, scale.traces());
    for (const std::size_t service : {0, 5}) {
        const auto& counted = oracle.services[service];
        GraphSelection node;
        node.nodes.push_back({.name = std::string(workload::service_names[service]),
                              .type = "AWS::ECS::Container",
                              .account = {}});
        run(fmt::format("series_service_{}", service), node,
            counted.ok + counted.error + counted.throttle + counted.fault);
    }
}

void scan_rows(const std::string& directory, const Scale& scale) {
    if (scale.is_w2) return;
    const auto driven = open_prepared(directory, scale, section_cache_bytes);
    const workload::W1Oracle oracle = count(scale);
    using workload::common_tenant, workload::rare_tenant, workload::filter_tenant;
    time_search(*driven, "search_common", oracle.tenants[common_tenant].traces,
                is_of_tenant(common_tenant));
    time_search(*driven, "search_rare", oracle.tenants[rare_tenant].traces,
                is_of_tenant(rare_tenant));
    time_search(*driven, "filter", oracle.tenants[filter_tenant].failed_traces,
                all_of({is_of_tenant(filter_tenant), has_failed()}));
}

void group_row(const std::string& directory, const Scale& scale) {
    if (scale.is_w2) return;
    const auto driven = open_prepared(directory, scale, section_cache_bytes);
    time_groups(*driven, count(scale));
}

}  // namespace tomograph::engine_bench
