#pragma once

#include "model/graph.h"
#include "query/service_graph.h"

namespace tomograph {

/// Numbers all services of a graph, and leaves in the answer those of the page that `token` asks
/// for ("" the first).
///
/// binding  of the request but for the token
/// errors   invalid  a token that is not of this request, or of a graph that has changed since
Result<void> answer_graph_page(const QueryContext& context, const PageBinding& binding,
                               const std::string& token, const GraphRollup& rollup,
                               ServiceGraphAnswer& answer);

}  // namespace tomograph
