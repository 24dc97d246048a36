#pragma once

#include <vector>

#include "api/operation_metrics.h"
#include "api/own/own_call.h"

namespace tomograph {

/// Our own reads, which the console and the CLI stand on: GET below /api/v1 (docs/openapi.yaml).
/// Finds the route of a request, answers its errors, gives every answer its request id. Never
/// throws.
///
/// threads  any; answers come from threads of its own
class OwnReads {
 public:
    OwnReads(TraceStore& store, const Clock& clock, MetricsRegistry& metrics,
             const PageTokenKey& token_key);

    /// False for any other path.
    bool handle(const HttpRequest& request, const HttpRespond& respond);

 private:
    const Clock& clock_;
    std::vector<OperationMetrics> metrics_;  ///< by row of the table
    const PageTokenKey token_key_;
    QueryMetrics query_metrics_;
    WorkerPool queries_;  ///< after all that its tasks use
    const OwnContext context_;
};

}  // namespace tomograph
