#pragma once

#include <string>

#include "api/ingest.h"

namespace tomograph {

// What OTLP's ways in have in common (otlp.md §3).

/// Why some spans were not kept: partial success, which no client sends again; "" when all were.
std::string partial_success(const IngestOutcome& outcome);

/// An ExportTraceServiceResponse.
std::string export_response(const IngestOutcome& outcome);

/// Of google.rpc.Code: what retrying helps with is `unavailable`, and nothing else is.
enum class RpcCode {
    invalid_argument = 3,
    not_found = 5,
    resource_exhausted = 8,
    internal = 13,
    unavailable = 14,
};
/// A full disk is no fault of the request: the client must keep its spans and come again.
RpcCode rpc_code_of(const Error& error);

/// A google.rpc.Status; with a RetryInfo where retrying helps.
std::string rpc_status(RpcCode code, std::string_view sentence);

}  // namespace tomograph
