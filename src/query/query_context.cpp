#include "query/query_context.h"

namespace tomograph {

QueryMetrics::QueryMetrics(MetricsRegistry& registry)
    : documents_undecodable(
          registry.counter("tomograph_query_documents_undecodable_total",
                           "Stored documents left out of an answer, or not joined, for "
                           "they could not be read.")),
      annotations_left_out(registry.counter("tomograph_query_annotations_left_out_total",
                                            "Annotations beyond those that one summary holds.")),
      nodes_folded(registry.counter("tomograph_query_graph_nodes_folded_total",
                                    "Remote nodes shown together for the size of a graph.")) {}

}  // namespace tomograph
