#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/ids.h"

namespace tomograph {

/// A document to be put under the entity `parent` of another one.
struct Graft {
    SpanId parent;
    std::string_view json;
};

/// The document with each graft added, byte for byte, to the `subsegments` of the entity it names
/// (the array is made where there is none). Grafts may name entities of earlier grafts. With no
/// grafts the document comes back as it is.
///
/// errors  invalid    a document is not JSON
///         not_found  a graft names no entity of the document
Result<std::string> splice_subsegments(std::string_view document, std::span<const Graft> grafts);

}  // namespace tomograph
