#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/ids.h"

namespace tomograph {

/// Where an entity stands in the text of its document. Offsets are bytes from the document's start.
struct EntityOutline {
    SpanId id;              ///< none when it is missing or malformed
    std::size_t begin = 0;  ///< of the opening brace
    std::size_t closing_brace = 0;
    std::size_t closing_bracket = 0;  ///< of its `subsegments`; 0 when it has no such array
    bool has_subsegments = false;     ///< the array holds something

    std::string_view text(std::string_view document) const {
        return document.substr(begin, closing_brace + 1 - begin);
    }
};

/// The entities of one document, its own first, parents before children.
///
/// errors  invalid  the document is not a JSON object
Result<std::vector<EntityOutline>> outline(std::string_view document);

}  // namespace tomograph
