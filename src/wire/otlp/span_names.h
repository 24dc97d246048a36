#pragma once

#include <string>
#include <string_view>

#include "wire/otlp/trace_request.h"

namespace tomograph {

/// Which part an OTLP span has in X-Ray's picture (otlp.md §5.1, §7.4).
enum class SpanPart {
    segment,     ///< work that a service does for somebody: a node of the map
    subsegment,  ///< a step of it, or a call that it makes
    /// A call that no work of the service is known around: the root of a trace, or the first span
    /// of a process. It is told in two documents, so that the caller is a node too.
    segment_and_call,
};

/// Where the span says by its flags that its parent is another process's, that counts; else
/// `aws.span.kind`, else its kind and whether it has a parent.
SpanPart part_of(const WireSpan& span);

/// How the service is called that the span ran in: `aws.local.service`, `service.name`.
std::string_view service_name(const WireSpan& span, const WireResource& resource);

enum class CallNamespace { none, remote, aws };

/// Whom a span calls: an AWS service, somebody else, or nobody.
CallNamespace call_namespace(const WireSpan& span);

/// How a subsegment is called: a call by the one that is called, other work by its span's name.
///
/// scratch  holds what is returned, where it is put together
std::string_view call_name(const WireSpan& span, std::string& scratch);

/// `origin` of a segment; "" where the platform says none.
std::string_view origin_of(const WireResource& resource);

}  // namespace tomograph
