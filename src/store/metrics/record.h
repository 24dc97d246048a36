#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/metric_batch.h"

namespace tomograph {

// Records of the metric signal's log (docs/formats/metrics.md).

std::string encode_metric_record(const MetricBatch& batch);

/// errors  corrupt; invalid for a newer form
Result<MetricBatch> decode_metric_record(std::string_view bytes);

}  // namespace tomograph
