#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace tomograph {

/// The elements of a JSON array as they stand, without reading them: what lies between its
/// top-level commas, trimmed. No value when the brackets do not match, something follows, or there
/// are too many.
///
///   [{"id":"a"}, {"id":"b"}]  ->  {"id":"a"}   {"id":"b"}
///
/// The views borrow from `json`.
std::optional<std::vector<std::string_view>> split_array(std::string_view json,
                                                         std::size_t elements_max);

}  // namespace tomograph
