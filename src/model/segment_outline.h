#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/segment.h"

namespace tomograph {

/// What the service graph and the rows of spans are made of, packed: kept beside an open document,
/// so that it need not be decoded again when its trace is sealed. About 90 bytes a span. Only for
/// the process that made it: nothing of it is ever stored.
///
/// Of each span it has ids, times, flags, name, namespace, origin and HTTP status, what names or
/// places the called resource, and its links. Annotations, exceptions, the user and the rest of the
/// blocks are not in it.
std::string pack_outline(const Segment& segment);
std::string pack_outline(std::span<const Span> spans);

/// The segment as far as its outline goes; all else is as if the document had not said it. Texts
/// borrow from `outline`.
///
/// outline   what pack_outline() made of a segment of this trace
/// cost      about 60 ns a span
Segment unpack_outline(TraceId trace_id, std::string_view outline);

}  // namespace tomograph
