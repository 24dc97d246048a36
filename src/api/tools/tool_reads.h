#pragma once

#include <string_view>
#include <vector>

#include "api/operation_metrics.h"
#include "api/tools/tool_call.h"

namespace tomograph {

/// The query APIs that other tools already speak, below /api (docs/query-apis.md): Jaeger's,
/// Tempo's and, behind `/prometheus` only, Prometheus'. Where two have a path, the prefixes
/// `/jaeger` and `/tempo` say which is meant; without one who accepts protobuf means Tempo's.
///
/// threads  any; answers come from the workers of the context
class ToolReads {
 public:
    /// Both outlive it.
    ToolReads(const OwnContext& context, MetricsRegistry& metrics);

    /// False for any other path.
    bool handle(const HttpRequest& request, const HttpRespond& respond) const;

 private:
    const OwnContext& context_;
    std::vector<OperationMetrics> metrics_;  ///< by row of the table
};

}  // namespace tomograph
