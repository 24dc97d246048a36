#pragma once

#include "api/ingest.h"
#include "net/grpc/service.h"

namespace tomograph {

/// OTLP/gRPC for traces: TraceService/Export (otlp.md §1). ingest outlives the service.
void add_trace_export(GrpcService& service, Ingest& ingest);

/// Why nothing was kept of a call, whatever its signal.
GrpcAnswer grpc_refused(const Error& error);

}  // namespace tomograph
