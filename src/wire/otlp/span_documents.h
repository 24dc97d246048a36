#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/document.h"
#include "wire/otlp/span_json.h"
#include "wire/otlp/trace_request.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// Writes OTLP spans as the documents that the store keeps (docs/formats/otlp-document.md): what
/// X-Ray has a word for stands in its members, attributes that are scalars are annotations, and all
/// else stands in `otel`. Nothing that the span said is lost.
class SpanDocuments {
 public:
    /// resource, scope  borrowed until the next begin(), or until no span follows
    void begin(const WireResource& resource, const WireScope& scope);

    /// What SegmentDecoder would make of a document, known without reading it.
    struct Read {
        SegmentHeader header;
        std::string outline;                    ///< pack_outline()
        std::uint32_t annotations_dropped = 0;  ///< as of Segment
    };
    struct Made {
        std::string_view json;     ///< until the next call
        std::optional<Read> read;  ///< nothing where the decoder must say, or may refuse it
    };
    /// A segment, a subsegment, or both for a call that nothing is known around.
    struct Pair {
        Made first;
        Made second;  ///< its json is "" when there is one
    };
    /// resource  that of begin()
    /// window    as of SegmentDecoder::decode()
    /// errors    invalid (an id that is none; times that are none; more bytes than are read)
    /// cost      some 0.7 us for 400 bytes with ten attributes (bench wire: span_documents)
    Result<Pair> of(const WireSpan& span, const WireResource& resource,
                    const AcceptanceWindow& window);

 private:
    void read_around();
    Made around(Span& row, const WireSpan& call, TraceId trace, const AcceptanceWindow& window);

    const WireResource* resource_ = nullptr;
    const WireScope* scope_ = nullptr;
    bool has_read_around_ = false;  ///< what stands below of these two
    SpanJson json_;
    SpanJson around_json_;
    std::string scratch_;
    std::string resource_json_;
    std::string scope_json_;
    std::string service_members_;  ///< of a segment: origin and version of its service
    std::string place_members_;    ///< of its `aws`
    std::string account_;          ///< of it, where the span says none
    std::string_view origin_;
};

}  // namespace tomograph
