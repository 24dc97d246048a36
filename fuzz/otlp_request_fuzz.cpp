#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/assert.h"
#include "support/otlp_round_trip.h"
#include "wire/json/json_index.h"
#include "wire/otlp/json_request.h"
#include "wire/otlp/span_documents.h"
#include "wire/xray/segment_decoder.h"

using namespace tomograph;

namespace {

/// Whatever a span says, its documents are JSON; and what is read back from them is the span.
class Checker final : public SpanSink {
 public:
    void begin(const WireResource& resource, const WireScope& scope) override {
        resource_ = &resource;
        documents_.begin(resource, scope);
    }
    void take(const WireSpan& span) override {
        const auto pair = documents_.of(span, *resource_, span_test_window);
        if (!pair) return;
        check(pair->first);
        if (!pair->second.json.empty()) check(pair->second);
    }

 private:
    void check(const SpanDocuments::Made& made) {
        JsonIndex index;
        auto json = index.read(made.json);
        ASSERT(json);
        json->skip();
        ASSERT(!json->failed());
        ASSERT(json->at_end());
        thread_local SegmentDecoder decoder;
        static_cast<void>(decoder.decode(made.json, std::nullopt));
        ASSERT(made_fault(made).empty());
    }

    SpanDocuments documents_;
    const WireResource* resource_ = nullptr;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    Checker checker;
    if (bytes.starts_with('{')) {
        const auto request = trace_request_of_json(bytes);
        if (request) ASSERT(read_trace_request(*request, checker));
        if (request) ASSERT(round_trip_fault(*request).empty());
        return 0;
    }
    static_cast<void>(read_trace_request(bytes, checker));
    ASSERT(round_trip_fault(bytes).empty());
    return 0;
}
