#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/segment_outline.h"
#include "wire/otlp/json_request.h"
#include "wire/otlp/otlp_trace.h"
#include "wire/otlp/span_documents.h"
#include "wire/otlp/spans_of_segment.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// When spans of tests are taken; most of them began that day.
inline constexpr AcceptanceWindow span_test_window{.now = Instant{1'478'293'361'000'000'000}};

/// "" when what is told of a document without reading it is what the decoder reads; else what is
/// wrong.
inline std::string made_fault(const SpanDocuments::Made& made) {
    thread_local SegmentDecoder decoder;
    if (!made.read) return "";
    const auto decoded = decoder.decode(made.json, span_test_window);
    const auto* segment = std::get_if<Segment>(&decoded);
    const std::string document(made.json);
    if (segment == nullptr) return "refused: " + document;
    if (made.read->header != segment->header()) return "another header: " + document;
    if (made.read->outline != pack_outline(*segment)) return "another outline: " + document;
    if (made.read->annotations_dropped != segment->annotations_dropped ||
        segment->links_dropped + segment->subsegments_dropped != 0)
        return "another count: " + document;
    return "";
}

/// The documents of a request, and the spans that come back from them.
///
/// Documents hold all that a span says (docs/formats/otlp-document.md), and two requests that say
/// the same make the same: so what comes back is whole when its documents are those of what came.
class OtlpRoundTrip final : public SpanSink {
 public:
    void begin(const WireResource& resource, const WireScope& scope) override {
        resource_ = &resource;
        maker_.begin(resource, scope);
    }
    void take(const WireSpan& span) override {
        const auto pair = maker_.of(span, *resource_, span_test_window);
        if (!pair) return;
        for (const auto* made : {&pair->first, &pair->second})
            if (auto fault = made_fault(*made); !fault.empty()) errors.push_back(std::move(fault));
        const std::string first(pair->first.json);
        const std::string second(pair->second.json);
        const auto call = decoded(first);
        if (!call) return;
        OtlpSpans spans = spans_of_segment(*call, first);
        if (spans.spans.size() != 1) return errors.push_back("no span in " + first);
        if (!second.empty()) {
            const auto around = decoded(second);
            if (!around) return errors.push_back("refused: " + second);
            const OtlpSpans none = spans_of_segment(*around, second);
            if (!none.is_around || !none.spans.empty()) errors.push_back("shown: " + second);
            spans.spans[0].parent_id = around->own().parent_id;
        }
        documents.push_back(first + second);
        OtlpTrace one;
        one.add(spans.spans[0], spans.resource, spans.scope);
        all.add(std::move(spans.spans[0]), spans.resource, spans.scope);
        protobuf.push_back(traces_data(one));
        json.push_back(fmt::format(R"({{"resourceSpans":{}}})",
                                   resource_spans_json(one, OtlpJsonStyle::otlp)));
    }

    std::vector<std::string> documents;
    std::vector<std::string> protobuf;  ///< of each: what came back
    std::vector<std::string> json;
    OtlpTrace all;
    std::vector<std::string> errors;

 private:
    static std::optional<Segment> decoded(const std::string& document) {
        thread_local SegmentDecoder decoder;
        auto result = decoder.decode(document, std::nullopt);
        if (!std::holds_alternative<Segment>(result)) return std::nullopt;
        return std::move(std::get<Segment>(result));
    }

    SpanDocuments maker_;
    const WireResource* resource_ = nullptr;
};

/// "" when all spans of a request come back as they were; else what is wrong.
inline std::string round_trip_fault(std::string_view request) {
    OtlpRoundTrip came;
    static_cast<void>(read_trace_request(request, came));
    if (!came.errors.empty()) return came.errors.front();
    for (std::size_t i = 0; i < came.documents.size(); ++i) {
        const auto from_json = trace_request_of_json(came.json[i]);
        if (!from_json) return from_json.error().message() + ": " + came.json[i];
        for (const std::string& back : {came.protobuf[i], *from_json}) {
            OtlpRoundTrip again;
            if (!read_trace_request(back, again)) return "unreadable: " + came.documents[i];
            if (again.documents != std::vector<std::string>{came.documents[i]})
                return fmt::format("{}\nis not\n{}", fmt::join(again.documents, " and "),
                                   came.documents[i]);
        }
    }
    return "";
}

}  // namespace tomograph
