#pragma once

#include <algorithm>
#include <string_view>

#include "wire/limits.h"

namespace tomograph {

/// Whether filters can name an annotation of this key; others stay in the document only.
constexpr bool is_indexable_annotation_key(std::string_view key) {
    return !key.empty() && key.size() <= annotation_key_bytes_max &&
           std::all_of(key.begin(), key.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.';
           });
}

}  // namespace tomograph
