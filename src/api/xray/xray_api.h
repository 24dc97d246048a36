#pragma once

#include <memory>
#include <span>
#include <vector>

#include "api/operation_metrics.h"
#include "api/xray/call.h"
#include "base/metrics.h"
#include "net/http_message.h"

namespace tomograph {

/// The X-Ray API: finds the operation of a request, answers its errors, and gives every answer its
/// request id. Never throws.
///
/// Threads: any. Answers may come after the XrayApi has gone (the store still owed them); clock and
/// registry must be there still.
class XrayApi {
 public:
    XrayApi(XrayApiOptions options, Ingest& ingest, TraceStore& store, const Clock& clock,
            MetricsRegistry& metrics);
    /// Lets queries end that have begun or wait.
    ~XrayApi();

    /// source  which listener it came by, for the counters of Ingest
    void handle(HttpRequest request, HttpRespond respond, IngestSource source = IngestSource::api);

 private:
    const XrayApiOptions options_;
    const Clock& clock_;
    std::vector<OperationMetrics>
        metrics_;  ///< by row of the table, then one for what is not built or known
    QueryMetrics query_metrics_;
    TraceRetrievals retrievals_;
    WorkerPool queries_;  ///< after all that its tasks use
    const XrayContext context_;
};

/// An error of the HTTP layer in the form of this API, for HttpServer.
HttpReply xray_http_error(int status, std::string_view sentence);

}  // namespace tomograph
