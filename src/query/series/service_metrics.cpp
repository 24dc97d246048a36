#include "query/series/service_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_set>

#include "query/limits.h"
#include "query/promql/evaluator.h"
#include "query/promql/parser.h"

namespace tomograph {
namespace {

constexpr std::array<std::string_view, 2> resource_keys = {"container_id", "k8s_pod_name"};

/// Series that were chosen by their labels.
class ChosenSeries final : public promql::SeriesSource {
 public:
    ChosenSeries(MetricStore& store, const std::unordered_set<LabelSet, LabelSetHash>& chosen)
        : store_(store), chosen_(chosen) {}

    Result<void> select(const promql::SeriesQuery& query, promql::ReadBudget& budget,
                        std::vector<promql::Series>& out) const override {
        MetricSelection selection;
        selection.start_ms = query.range.start;
        selection.end_ms = query.range.end;
        selection.wants = [&](const LabelSet& labels) {
            return promql::matches(query.matchers, labels) && chosen_.contains(labels);
        };
        selection.take = [&budget](std::size_t points) -> Result<void> {
            return budget.take_samples(points);
        };
        std::vector<MetricSeries> found = TRY(store_.read(selection));
        for (MetricSeries& series : found)
            out.push_back({std::move(series.labels), std::move(series.points)});
        return {};
    }
    Result<void> label_sets(const promql::SeriesQuery&, promql::ReadBudget&,
                            std::set<LabelSet>&) const override {
        return {};
    }
    Result<void> families(std::vector<MetricFamily>&) const override { return {}; }

 private:
    MetricStore& store_;
    const std::unordered_set<LabelSet, LabelSetHash>& chosen_;
};

bool is_job_of(std::string_view job, std::string_view service) {
    if (job == service) return true;
    return job.size() > service.size() && job.ends_with(service) &&
           job[job.size() - service.size() - 1] == '/';
}

bool is_of_service(const LabelSet& labels, const std::string& service) {
    return is_job_of(labels.get("job"), service) || labels.get("container_name") == service ||
           labels.get("k8s_container_name") == service;
}

/// Labels of all series that have points, or may have, from a bit before the first step on.
Result<std::vector<MetricSeries>> labels_in(MetricStore& store, const promql::Steps& steps,
                                            promql::ReadBudget& budget,
                                            std::function<bool(const LabelSet&)> wants) {
    MetricSelection selection;
    selection.start_ms = steps.start_ms - Duration::minutes(5).as_milliseconds();
    selection.end_ms = steps.end_ms();
    selection.wants = std::move(wants);
    selection.with_points = false;
    selection.take = [&budget](std::size_t) -> Result<void> { return budget.take_series(1); };
    return store.read(selection);
}

/// The family of a series: a histogram's is its name without the suffix.
const MetricFamily* family_of(const std::map<std::string, MetricFamily>& families,
                              std::string_view name) {
    for (const std::string_view suffix : {"", "_bucket", "_count", "_sum"}) {
        if (!name.ends_with(suffix)) continue;
        const auto found = families.find(std::string(name.substr(0, name.size() - suffix.size())));
        if (found == families.end()) continue;
        if (suffix.empty() || found->second.type == "histogram" || found->second.type == "summary")
            return &found->second;
    }
    return nullptr;
}

struct Shown {
    MetricView view;
    std::string expression;
};

std::vector<Shown> views_of(const MetricFamily& family, std::int64_t window_ms) {
    const std::string name = quoted_label_value(family.name);
    const std::string window = promql::duration_text(Duration::milliseconds(window_ms));
    if (family.type == "counter")
        return {{MetricView::rate, fmt::format("rate({{{}}}[{}])", name, window)}};
    if (family.type == "histogram")
        return {{MetricView::rate, fmt::format("rate({{{}}}[{}])",
                                               quoted_label_value(family.name + "_count"), window)},
                {MetricView::p95,
                 fmt::format("histogram_quantile(0.95, sum by (le, instance, container_id) "
                             "(rate({{{}}}[{}])))",
                             quoted_label_value(family.name + "_bucket"), window)}};
    return {{MetricView::value, fmt::format("{{{}}}", name)}};
}

}  // namespace

std::string_view to_text(MetricTopic topic) {
    constexpr std::array<std::string_view, 6> texts = {"cpu",  "memory",   "network",
                                                       "disk", "requests", "other"};
    return texts[static_cast<std::size_t>(topic)];
}

std::string_view to_text(MetricView view) {
    constexpr std::array<std::string_view, 3> texts = {"value", "rate", "p95"};
    return texts[static_cast<std::size_t>(view)];
}

MetricTopic topic_of_metric(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, MetricTopic>, 15> words = {
        {{"cpu", MetricTopic::cpu},
         {"memory", MetricTopic::memory},
         {"heap", MetricTopic::memory},
         {"_gc_", MetricTopic::memory},
         {"network", MetricTopic::network},
         {"_net_", MetricTopic::network},
         {"disk", MetricTopic::disk},
         {"storage", MetricTopic::disk},
         {"filesystem", MetricTopic::disk},
         {"blkio", MetricTopic::disk},
         {"http", MetricTopic::requests},
         {"rpc", MetricTopic::requests},
         {"request", MetricTopic::requests},
         {"messaging", MetricTopic::requests},
         {"db_client", MetricTopic::requests}}};
    for (const auto& [word, topic] : words)
        if (name.find(word) != std::string_view::npos) return topic;
    return MetricTopic::other;
}

Result<std::vector<ServiceMetric>> read_service_metrics(MetricStore& store,
                                                        const ServiceMetricsRequest& request,
                                                        promql::ReadBudget& budget) {
    const auto infos = TRY(labels_in(store, request.steps, budget, [&](const LabelSet& labels) {
        return labels.metric_name() == "target_info" && is_of_service(labels, request.service);
    }));
    std::set<std::pair<std::string_view, std::string>> resources;
    for (const MetricSeries& info : infos)
        for (const std::string_view key : resource_keys)
            if (const auto value = info.labels.get(key); !value.empty())
                resources.emplace(key, value);
    const auto found = TRY(labels_in(store, request.steps, budget, [&](const LabelSet& labels) {
        if (labels.metric_name() == "target_info") return false;
        if (is_of_service(labels, request.service)) return true;
        return std::any_of(resources.begin(), resources.end(), [&](const auto& resource) {
            return labels.get(resource.first) == resource.second;
        });
    }));
    std::map<std::string, MetricFamily> families;
    std::vector<MetricFamily> known = TRY(store.families());
    for (MetricFamily& family : known) families.emplace(family.name, family);
    std::unordered_set<LabelSet, LabelSetHash> chosen;
    std::map<std::pair<MetricTopic, std::string>, const MetricFamily*> wanted;
    for (const MetricSeries& series : found) {
        chosen.insert(series.labels);
        const MetricFamily* family = family_of(families, series.labels.metric_name());
        if (family == nullptr) continue;
        const MetricTopic topic = topic_of_metric(family->name);
        if (topic == MetricTopic::other && !request.with_other_topics) continue;
        wanted.emplace(std::pair(topic, family->name), family);
    }
    // Exporters send once a minute at the least often: a rate needs two of their points.
    const std::int64_t window_ms =
        std::max(4 * request.steps.step_ms, Duration::minutes(3).as_milliseconds());
    const ChosenSeries source(store, chosen);
    std::vector<ServiceMetric> out;
    for (const auto& [key, family] : wanted) {
        for (const Shown& shown : views_of(*family, window_ms)) {
            if (out.size() == service_metrics_max) return out;
            const auto expression = TRY(promql::parse_expression(shown.expression));
            auto value = TRY(promql::evaluate(*expression, request.steps, source, budget));
            if (value.vector.empty()) continue;
            if (value.vector.size() > service_metric_series_max)
                value.vector.resize(service_metric_series_max);
            out.push_back({*family, key.first, shown.view, std::move(value.vector)});
        }
    }
    return out;
}

}  // namespace tomograph
