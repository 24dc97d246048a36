#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "wire/shred/rebuild.h"
#include "wire/shred/shredder.h"

namespace tomograph {

/// A document taken apart, and what to look up in it.
struct Shredded {
    std::vector<ShreddedRow> rows;
    std::vector<ShreddedValue> values;

    const ShreddedValue& value(std::size_t row, std::size_t slot, const Template& shape) const {
        return values[rows[row].first_value + shape.value_index(slot)];
    }
};

inline std::string rebuilt(const Shredder& shredder, const Shredded& shredded) {
    std::vector<RebuildRow> rows;
    for (const ShreddedRow& row : shredded.rows) {
        rows.push_back({&shredder.template_at(row.template_index), row.children});
    }
    std::string out;
    const auto written = rebuild(
        rows,
        [&](std::uint32_t row, std::uint32_t slot, ShreddedValue& value) {
            value = shredded.value(row, slot, *rows[row].shape);
            return true;
        },
        out);
    REQUIRE(written);
    return out;
}

/// Whether the document is taken apart; when it is, it is the same text put together again.
inline bool round_trips(Shredder& shredder, std::string_view document) {
    Shredded shredded;
    // The exact size, so that a sanitizer sees each read behind the text.
    const std::vector<char> copy(document.begin(), document.end());
    const std::string_view text(copy.data(), copy.size());
    if (!shredder.shred(text, shredded.rows, shredded.values)) {
        CHECK(shredded.rows.empty());
        CHECK(shredded.values.empty());
        return false;
    }
    CHECK(rebuilt(shredder, shredded) == document);
    return true;
}

/// The path with points between its keys.
inline std::string dotted(std::string path) {
    for (char& c : path) {
        if (c == path_separator) c = '.';
    }
    return path;
}

}  // namespace tomograph
