#include "api/json_writer.h"
#include "api/xray/call.h"
#include "api/xray/segment_batch.h"

namespace tomograph {

namespace {

constexpr std::string_view nothing_unprocessed = R"({"UnprocessedTraceSegments":[]})";

std::string to_json(const std::vector<Rejection>& rejections) {
    if (rejections.empty()) return std::string(nothing_unprocessed);
    JsonWriter json;
    json.begin_object();
    json.begin_array("UnprocessedTraceSegments");
    for (const Rejection& rejection : rejections) {
        json.begin_object();
        if (rejection.id) json.text("Id", quoted(*rejection.id));
        json.text("ErrorCode", to_text(rejection.code));
        json.text("Message", rejection.message);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

/// A full disk is no fault of the request: the client must keep its documents and come again.
ApiError refusal_of_store(const Error& error) {
    if (error.code() == ErrorCode::limit)
        return to_api_error(Error(ErrorCode::unavailable, error.message()));
    return to_api_error(error);
}

}  // namespace

void answer_put_trace_segments(const XrayContext& context, XrayCall call) {
    SegmentBatch batch;
    if (auto refusal = read_segment_batch(call.body, batch))
        return call.answer(std::move(*refusal));
    context.ingest.put(batch.documents, call.source,
                       [answer = std::move(call.answer)](const Result<IngestOutcome>& outcome) {
                           if (!outcome) return answer(refusal_of_store(outcome.error()));
                           answer(to_json(outcome->rejections));
                       });
}

}  // namespace tomograph
