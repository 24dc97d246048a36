#pragma once

#include "store/engine/store_core.h"
#include "store/trace_store.h"

namespace tomograph {

// The reads of TraceStore that look into traces; see there. errors: invalid, io

Result<TracePage> find_page(StoreCore& core, const TraceQuery& query);
Result<AttributeNames> list_attribute_names(StoreCore& core, const TraceSelection& traces,
                                            std::size_t limit);
Result<AttributeValues> count_attribute_values(StoreCore& core, const AttributeValuesQuery& query);
Result<ValueGroups> group_spans(StoreCore& core, const GroupQuery& query);
Result<Comparison> compare_traces(StoreCore& core, const ComparisonQuery& query);
Result<TraceEntries> list_entries(StoreCore& core, const TraceSelection& traces);
Result<FilteredGraph> graph_of_traces(StoreCore& core, const TraceSelection& traces,
                                      GraphGrain grain);

}  // namespace tomograph
