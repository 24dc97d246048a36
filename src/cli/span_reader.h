#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/span_tree.h"

namespace tomograph::cli {

/// Adds the entities of one document to `nodes`, parents before children, `parent` set inside the
/// document and `parent_id` as sent at its top. errors  invalid  not a JSON object with an id and a
/// start; nothing is added then
Result<void> read_spans(std::string_view document, std::vector<SpanNode>& nodes);

}  // namespace tomograph::cli
