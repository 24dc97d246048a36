#pragma once

#include <string>

#include "query/query_context.h"

namespace tomograph {

struct GroupGraph {
    GraphRollup rollup;                  ///< its keys name no group
    bool contains_old_versions = false;  ///< some of it was counted by a filter that was edited
};

/// The cells of a group's traces, each by the filter that was in force when it came.
///
/// name, arn  as GroupDirectory::versions_of()
/// errors     those of versions_of() and TraceStore::graph()
/// cost       a read of the sums for each filter that the group had since the day before the range
Result<GroupGraph> read_group_graph(const QueryContext& context, const TimeRange& range,
                                    GraphGrain grain, const std::string& name,
                                    const std::string& arn);

struct GroupSeries {
    GraphSeries series;
    bool contains_old_versions = false;
};

/// What the selected nodes and edges of a group's traces add up to; errors and cost as above.
///
/// query  its `group` is not looked at
Result<GroupSeries> read_group_series(const QueryContext& context, GraphSeriesQuery query,
                                      const std::string& name, const std::string& arn);

}  // namespace tomograph
