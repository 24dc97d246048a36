#include "api/otlp/export_answer.h"

#include <fmt/format.h>

#include <protozero/pbf_writer.hpp>

#include "api/limits.h"

namespace tomograph {

PartialSuccess partial_success(const IngestOutcome& outcome) {
    if (outcome.rejected == 0) return {};
    const Rejection& first = outcome.rejections.front();
    const std::string which = first.id ? fmt::format("span {}: ", *first.id) : std::string();
    return {.rejected = outcome.rejected,
            .sentence = fmt::format("{} of the spans were not kept; the first: {}{}",
                                    outcome.rejected, which, first.message)};
}

std::string export_response(const PartialSuccess& partial) {
    std::string inside;
    if (partial.rejected == 0) return inside;
    protozero::pbf_writer told(inside);
    told.add_int64(1, static_cast<std::int64_t>(partial.rejected));
    told.add_string(2, partial.sentence);
    std::string message;
    protozero::pbf_writer(message).add_message(1, inside);
    return message;
}

RpcCode rpc_code_of(const Error& error) {
    switch (error.code()) {
        case ErrorCode::invalid:
            return RpcCode::invalid_argument;
        case ErrorCode::unavailable:
        case ErrorCode::limit:
            return RpcCode::unavailable;
        default:
            return RpcCode::internal;
    }
}

std::string rpc_status(RpcCode code, std::string_view sentence) {
    std::string message;
    protozero::pbf_writer status(message);
    status.add_int32(1, static_cast<std::int32_t>(code));
    status.add_string(2, sentence.data(), sentence.size());
    if (code == RpcCode::unavailable) {
        std::string retry;
        {
            protozero::pbf_writer info(retry);
            protozero::pbf_writer delay(info, 1);
            delay.add_int64(1, retry_after_seconds);
        }
        protozero::pbf_writer detail(status, 3);
        detail.add_string(1, "type.googleapis.com/google.rpc.RetryInfo");
        detail.add_bytes(2, retry);
    }
    return message;
}

}  // namespace tomograph
