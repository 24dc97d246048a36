#include <cstdint>
#include <string>
#include <string_view>

#include "api/json_request.h"
#include "api/timestamp.h"
#include "api/xray/segment_batch.h"
#include "base/assert.h"

using namespace tomograph;

namespace {

constexpr std::size_t elements_max = 16;

/// Every member asked for as every type: whatever comes, there is a value, an absence or a refusal.
void read_members(std::string_view body) {
    for (const std::string_view member :
         {"StartTime", "TraceIds", "Sampling", "SamplingStrategy", "NextToken"}) {
        JsonRequest request(body);
        (void)request.text(member);
        (void)request.boolean(member);
        (void)request.integer(member);
        (void)request.number(member);
        (void)request.texts(member, elements_max);
        if (const auto instant = request.timestamp(member)) ASSERT(instant->ns >= 0);
        if (auto inner = request.object(member)) (void)inner->text("Name");
        for (JsonRequest& each : request.required_objects(member, elements_max))
            (void)each.number("Value");
        if (request.refusal()) ASSERT(request.refusal()->status >= 400);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_members(text);
    if (const auto instant = timestamp_from(text)) ASSERT(instant->ns > -86'400'000'000'000);
    std::string body(text);
    SegmentBatch batch;
    const auto refusal = read_segment_batch(body, batch);
    ASSERT(refusal || batch.documents.size() <= body.size());
    return 0;
}
