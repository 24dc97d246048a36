#pragma once

#include <string>
#include <string_view>

#include "api/otlp/export_answer.h"
#include "net/http_message.h"

namespace tomograph {

// Answers of OTLP over HTTP (otlp.md §3), in the encoding of the request.

/// Whether a request can be read, and which encoding its Content-Type names.
struct OtlpRequestKind {
    bool is_right = false;
    bool is_json = true;  ///< also of a request that is wrong: what it is answered in
    HttpReply refusal;    ///< when it is wrong
};
/// path  for the sentence of the refusal: "/v1/logs"
OtlpRequestKind otlp_request_kind(const HttpRequest& request, std::string_view path);

/// 200.
///
/// rejected_name  of the member that counts what was not kept: "rejectedSpans"
HttpReply otlp_accepted(const PartialSuccess& partial, std::string_view rejected_name,
                        bool is_json);
HttpReply otlp_status_reply(int status, RpcCode code, bool is_json, std::string_view sentence);
/// Why nothing was kept.
HttpReply otlp_refused(const Error& error, bool is_json);

}  // namespace tomograph
