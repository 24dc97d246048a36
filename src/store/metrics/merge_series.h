#pragma once

#include <vector>

#include "model/metric_batch.h"

namespace tomograph {

/// Points by time; of two of one moment the later in the list. Most are in order already.
void settle_points(std::vector<MetricPoint>& points);

/// Series of equal labels as one, points in the order of the list, then settled; by labels.
void settle_series(std::vector<MetricSeries>& series);

}  // namespace tomograph
