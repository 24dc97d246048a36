#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "catalog/records.h"
#include "store/group_classifier.h"

namespace tomograph {

struct GroupMetrics {
    explicit GroupMetrics(MetricsRegistry& registry);

    Gauge& groups;            ///< beside Default
    Counter& filters_failed;  ///< that no longer compile, or could not be asked of a trace
};

/// Makes the filters of all groups ready to be asked of traces, once for each change of them.
/// Filters that no longer compile match nothing, are counted and logged.
///
/// metrics      outlives the result
/// own_account  as of compile_filter()
/// returns      null when there is no group but Default: every trace is in that one
std::shared_ptr<const GroupClassifier> compile_groups(const std::vector<GroupRecord>& groups,
                                                      GroupMetrics& metrics,
                                                      std::string_view own_account = {});

}  // namespace tomograph
