#pragma once

#include "store/metrics/open_metrics.h"
#include "store/metrics/part_reader.h"
#include "store/signal/signal_content.h"

namespace tomograph {

struct MetricPartContent final : SignalPartContent {
    explicit MetricPartContent(MetricPartReader its) : reader(std::move(its)) {}
    MetricPartReader reader;
};

/// What is open, a part for each day of its points.
std::vector<SignalPartPlan> parts_of_tables(const OpenMetricTables& tables);

/// Parts, oldest first, as one: a series at a time, so that a page and a block of each are held.
SignalPartPlan part_of_metric_parts(std::vector<std::shared_ptr<SignalPart>> parts);

}  // namespace tomograph
