#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tomograph {

/// The documents in one text: the elements of a JSON array, none for `[]`, or else the text itself.
/// Only the array is looked at: what an element is (null, say) is for the decoder to judge. The
/// views borrow from `text`.
///
/// errors  limit    the array has more than `documents_max` elements
///         invalid  the array's brackets or commas are wrong, or something follows it
/// cost    O(1) for a single document, else O(text)
Result<std::vector<std::string_view>> split_documents(std::string_view text,
                                                      std::size_t documents_max);

}  // namespace tomograph
