#pragma once

#include <string>
#include <vector>

#include "query/promql/series_source.h"
#include "query/promql/vector_value.h"
#include "store/metric_store.h"

namespace tomograph {

/// What a metric tells of a service.
enum class MetricTopic : unsigned char { cpu, memory, network, disk, requests, other };
std::string_view to_text(MetricTopic topic);
/// By the words of its name.
MetricTopic topic_of_metric(std::string_view name);

/// How a metric is shown: what it is, how fast it rises, or where 95 of a hundred lie below.
enum class MetricView : unsigned char { value, rate, p95 };
std::string_view to_text(MetricView view);

struct ServiceMetric {
    MetricFamily family;
    MetricTopic topic = MetricTopic::other;
    MetricView view = MetricView::value;
    promql::Vector series;
};

struct ServiceMetricsRequest {
    std::string service;
    promql::Steps steps;
    bool with_other_topics = false;
};

/// The metrics beside a service: those that it sends itself (`job` is its name, with or without a
/// namespace), and those of its containers and pods, whoever sends them, which its resource names
/// (`target_info`, or a label `container_name` of its name).
///
/// returns  at most service_metrics_max, by topic and name
/// errors   those of MetricStore::read and of the engine
Result<std::vector<ServiceMetric>> read_service_metrics(MetricStore& store,
                                                        const ServiceMetricsRequest& request,
                                                        promql::ReadBudget& budget);

}  // namespace tomograph
