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

/// The same of those traces that a filter finds, read one by one: as long as their spans are there.
/// A group is what its filter of now finds.
///
/// filter  of Scope::trace
/// errors  invalid  no such group, or filter and group together are too long
///         limit    more than series_filter_time_max, or more edges than memory is meant for
///         those of TraceStore::filtered_graph()
Result<GroupSeries> read_filtered_series(const QueryContext& context, const GraphSeriesQuery& query,
                                         Predicate filter, const std::string& name,
                                         const std::string& arn);

}  // namespace tomograph
