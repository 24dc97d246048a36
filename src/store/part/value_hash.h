#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"
#include "column/decimal_chunk.h"

namespace tomograph {

// What the filter of a group remembers of a value: the same for the writer and for a search.

inline std::uint64_t path_hash(std::string_view path) { return mix64(hash64(path) | 1); }

inline std::uint64_t value_hash(std::uint64_t path, std::string_view text) {
    return hash64(text, path);
}

/// Equal numbers have equal hashes, however they were written: 1.50 is 1.5.
inline std::uint64_t value_hash(std::uint64_t path, column::Decimal number) {
    while (number.scale > 0 && number.mantissa % 10 == 0) {
        number.mantissa /= 10;
        --number.scale;
    }
    return mix64(path ^ mix64(static_cast<std::uint64_t>(number.mantissa) +
                              (std::uint64_t{number.scale} << 58)));
}

}  // namespace tomograph
