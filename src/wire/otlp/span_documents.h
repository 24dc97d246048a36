#pragma once

#include <string>
#include <string_view>

#include "wire/otlp/trace_request.h"

namespace tomograph {

/// Writes OTLP spans as the documents that the store keeps (docs/formats/otlp-document.md): what
/// X-Ray has a word for stands in its members, attributes that are scalars are annotations, and all
/// else stands in `otel`. Nothing that the span said is lost.
class SpanDocuments {
 public:
    /// Keeps what it needs of both: they may go.
    void begin(const WireResource& resource, const WireScope& scope);

    /// A segment, a subsegment, or both for a call that nothing is known around.
    struct Pair {
        std::string first;
        std::string second;  ///< "" when there is one
    };
    /// resource  that of begin()
    /// errors    invalid (an id that is none; times that are none)
    Result<Pair> of(const WireSpan& span, const WireResource& resource);

 private:
    std::string resource_json_;
    std::string scope_json_;
};

}  // namespace tomograph
