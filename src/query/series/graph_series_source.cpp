#include "query/series/graph_series_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

using promql::MsRange;
using promql::ReadBudget;
using promql::Series;
using promql::SeriesQuery;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_minutes = 24 * 60;

/// Upper bounds in seconds, those of OpenTelemetry's span metrics, as the page /metrics has them.
constexpr std::array<double, 16> bounds = {0.002, 0.004, 0.006, 0.008, 0.01, 0.05, 0.1, 0.2,
                                           0.4,   0.8,   1,     1.4,   2,    5,    10,  15};

enum class Member { total, failed, bucket, sum, count };

struct Metric {
    std::string_view name;
    Member member;
};
constexpr std::array metrics = {
    Metric{"traces_service_graph_request_total", Member::total},
    Metric{"traces_service_graph_request_failed_total", Member::failed},
    Metric{"traces_service_graph_request_server_seconds_bucket", Member::bucket},
    Metric{"traces_service_graph_request_server_seconds_sum", Member::sum},
    Metric{"traces_service_graph_request_server_seconds_count", Member::count},
    Metric{"traces_service_graph_request_client_seconds_bucket", Member::bucket},
    Metric{"traces_service_graph_request_client_seconds_sum", Member::sum},
    Metric{"traces_service_graph_request_client_seconds_count", Member::count},
};

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
    const std::int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

/// What an edge counted, up to a moment.
struct Counts {
    std::array<std::int64_t, bounds.size() + 1> buckets{};  ///< not cumulative
    std::int64_t total = 0;
    std::int64_t failed = 0;
    std::int64_t sum_ns = 0;

    void add(const RequestStatistics& statistics) {
        total += statistics.total();
        failed += statistics.error + statistics.throttle + statistics.fault;
        sum_ns += statistics.response_time_ns;
        for (const auto& entry : statistics.response_time.buckets()) {
            const double seconds = LatencyHistogram::value_of(entry.bucket).as_seconds();
            const auto bound = std::lower_bound(bounds.begin(), bounds.end(), seconds);
            buckets[static_cast<std::size_t>(bound - bounds.begin())] += entry.count;
        }
    }

    double value(Member member, std::size_t bucket) const {
        switch (member) {
            case Member::total:
                return static_cast<double>(total);
            case Member::failed:
                return static_cast<double>(failed);
            case Member::sum:
                return static_cast<double>(sum_ns) / 1e9;
            case Member::bucket:
            case Member::count:
                break;
        }
        const std::size_t last = member == Member::count ? bounds.size() : bucket;
        std::int64_t below = 0;
        for (std::size_t i = 0; i <= last; ++i) below += buckets[i];
        return static_cast<double>(below);
    }
};

std::string_view connection_type(const GraphKey& key) {
    const std::string& target = key.target.type;
    const auto has = [&](std::string_view word) { return target.find(word) != std::string::npos; };
    if (has("Database") || has("DynamoDB") || has("RDS")) return "database";
    if (has("SQS") || has("SNS") || has("Kinesis") || has("Queue")) return "messaging_system";
    const bool is_outside = target == "remote" || key.source.type == client_type;
    return is_outside ? "virtual_node" : "";
}

/// One edge by its labels: services of one name are one, whatever account they are of.
struct EdgeCells {
    Counts before;  ///< of the day, up to the first sample
    std::vector<std::pair<std::int64_t, const RequestStatistics*>> minutes;  ///< ascending
};
using Edges = std::map<LabelSet, EdgeCells>;

LabelSet edge_labels(const GraphKey& key) {
    // Who calls the root of a trace has its name in X-Ray's map, and is the user in Grafana's.
    const bool is_user = key.source.type == client_type;
    return LabelSet({{"client", is_user ? "user" : key.source.name},
                     {"server", key.target.name},
                     {"connection_type", std::string(connection_type(key))}});
}

std::string bound_text(std::size_t bucket) {
    return bucket < bounds.size() ? fmt::format("{}", bounds[bucket]) : "+Inf";
}

/// Calls `each` with the labels, member and bucket of every series of an edge that matches.
template <class Each>
Result<void> for_each_series(const SeriesQuery& query, const LabelSet& edge, const Each& each) {
    for (const Metric& metric : metrics) {
        if (!promql::matches_name(query.matchers, metric.name)) continue;
        LabelSet labels = edge;
        labels.set(metric_name_label, metric.name);
        const std::size_t buckets = metric.member == Member::bucket ? bounds.size() + 1 : 1;
        for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
            if (metric.member == Member::bucket) labels.set("le", bound_text(bucket));
            if (promql::matches(query.matchers, labels)) TRY(each(labels, metric.member, bucket));
        }
    }
    return {};
}

bool is_wanted(const promql::Matchers& matchers) {
    return std::any_of(metrics.begin(), metrics.end(), [&](const Metric& metric) {
        return promql::matches_name(matchers, metric.name);
    });
}

Instant at_minute(std::int64_t minute) { return Instant::from_seconds(minute * 60); }

}  // namespace

Result<void> GraphSeriesSource::select(const SeriesQuery& query, ReadBudget& budget,
                                       std::vector<Series>& out) const {
    if (!is_wanted(query.matchers)) return {};
    // Samples stand at the ends of minutes that are over.
    const std::int64_t now = clock_.now().ns / (minute_ms * 1'000'000);
    const std::int64_t first = floor_to(query.range.start + minute_ms - 1, minute_ms) / minute_ms;
    const std::int64_t last = std::min(floor_to(query.range.end, minute_ms) / minute_ms, now);
    if (first > last) return {};
    const std::int64_t midnight =
        floor_to(std::min(floor_to(query.whole.start, minute_ms) / minute_ms, first), day_minutes);
    Edges edges;
    GraphRollup before;
    if (midnight < first)
        before = TRY(store_.graph({at_minute(midnight), at_minute(first)}, GraphGrain::whole));
    for (const auto& [key, cell] : before.cells)
        if (key.entry == GraphEntry::edge) edges[edge_labels(key)].before.add(cell.statistics);
    GraphRollup minutes;
    if (first < last) minutes = TRY(store_.graph({at_minute(first), at_minute(last)}));
    for (const auto& [key, cell] : minutes.cells) {
        // A coarse sum of old data may begin before the range: then it is in `before`, whole.
        if (key.entry != GraphEntry::edge || key.minute < first) continue;
        edges[edge_labels(key)].minutes.emplace_back(key.minute, &cell.statistics);
    }
    before = {};
    for (auto& [labels, edge] : edges) {
        std::stable_sort(edge.minutes.begin(), edge.minutes.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        // The counts at each minute once, for all series of the edge.
        std::vector<Counts> counts;
        counts.reserve(static_cast<std::size_t>(last - first + 1));
        Counts running = edge.before;
        auto next = edge.minutes.begin();
        for (std::int64_t minute = first; minute <= last; ++minute) {
            for (; next != edge.minutes.end() && next->first < minute; ++next)
                running.add(*next->second);
            counts.push_back(running);
        }
        TRY(budget.work(counts.size()));
        const auto emit = [&](const LabelSet& of, Member member,
                              std::size_t bucket) -> Result<void> {
            TRY(budget.take_series(1));
            TRY(budget.take_samples(counts.size()));
            Series series{of, {}};
            series.samples.reserve(counts.size());
            for (std::size_t i = 0; i < counts.size(); ++i)
                series.samples.push_back({(first + static_cast<std::int64_t>(i)) * minute_ms,
                                          counts[i].value(member, bucket)});
            out.push_back(std::move(series));
            return {};
        };
        TRY(for_each_series(query, labels, emit));
    }
    return {};
}

Result<void> GraphSeriesSource::label_sets(const SeriesQuery& query, ReadBudget& budget,
                                           std::set<LabelSet>& out) const {
    if (!is_wanted(query.matchers)) return {};
    const std::int64_t first = floor_to(query.range.start, minute_ms) / minute_ms;
    const std::int64_t last = floor_to(query.range.end, minute_ms) / minute_ms + 1;
    const GraphRollup graph =
        TRY(store_.graph({at_minute(first), at_minute(last)}, GraphGrain::whole));
    const auto add = [&](const LabelSet& labels, Member, std::size_t) -> Result<void> {
        TRY(budget.work(1));
        if (out.insert(labels).second) TRY(budget.take_series(1));
        return {};
    };
    for (const auto& [key, cell] : graph.cells)
        if (key.entry == GraphEntry::edge) TRY(for_each_series(query, edge_labels(key), add));
    return {};
}

Result<void> GraphSeriesSource::families(std::vector<MetricFamily>& out) const {
    constexpr std::string_view seconds = "How long calls took, as the caller saw it";
    const auto add = [&](std::string name, std::string type, std::string_view help,
                         std::string unit) {
        out.push_back({name, name, std::move(type), std::move(unit), std::string(help)});
    };
    add("traces_service_graph_request_total", "counter", "Calls from one service to another", "");
    add("traces_service_graph_request_failed_total", "counter", "Calls that failed", "");
    add("traces_service_graph_request_server_seconds", "histogram", seconds, "s");
    add("traces_service_graph_request_client_seconds", "histogram", seconds, "s");
    return {};
}

}  // namespace tomograph
