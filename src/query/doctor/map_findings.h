#pragma once

#include <string>
#include <vector>

#include "query/doctor/doctor_facts.h"
#include "query/doctor/finding.h"
#include "query/doctor/trace_findings.h"
#include "query/graph_sums.h"

namespace tomograph {

/// What is asked about a service graph.
struct MapQuestion {
    std::string name;    ///< of a node
    std::string callee;  ///< of a node that it should call; "": no edge is asked for
};

/// The keys of the nodes of that name; none of those that only stand for clients.
std::vector<ServiceKey> nodes_named(const GraphSums& graph, const std::string& name);

/// The name under which the node of a question stands in the graph: its own, else that of the node
/// that some call names so, else a similar one; "" when there is none.
std::string name_in_graph(const GraphSums& graph, const std::string& name);

/// What the graph alone says of the node and the edge.
///
/// earlier  a longer time before; looked at for what is missing
void examine_node(const MapQuestion& question, const GraphSums& graph, const GraphSums& earlier,
                  FindingList& findings);

/// What is odd in one trace with the spans of that service; findings of several traces are summed
/// up in the list.
void examine_service_in(const TraceUnderExamination& subject, const std::string& service,
                        FindingList& findings);

}  // namespace tomograph
