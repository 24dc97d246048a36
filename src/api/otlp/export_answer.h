#pragma once

#include <cstdint>
#include <string>

#include "api/ingest.h"

namespace tomograph {

// What OTLP's ways in have in common (otlp.md §3).

/// What of a request was not kept, and why: no client sends it again.
struct PartialSuccess {
    std::uint64_t rejected = 0;
    std::string sentence;  ///< "" when all was kept
};
PartialSuccess partial_success(const IngestOutcome& outcome);

/// The answer of an Export: for traces, logs and metrics it has the same form.
std::string export_response(const PartialSuccess& partial);

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
