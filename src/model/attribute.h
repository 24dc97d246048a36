#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/decimal.h"

namespace tomograph {

/// Between the keys of an attribute's path: `http\x1frequest\x1furl`. A control character, so keys
/// with dots stay apart from nested ones.
inline constexpr char path_separator = '\x1f';

enum class ScalarKind : std::uint8_t { text, number, boolean };

/// One scalar of a document, borrowed.
struct ScalarView {
    ScalarKind kind = ScalarKind::text;
    std::string_view text;  ///< unescaped; a number as it was written; `true` or `false`
};

/// The same, owned. A number is spelled canonically (base/decimal.h), so equal ones are equal.
struct Scalar {
    ScalarKind kind = ScalarKind::text;
    std::string text;

    auto operator<=>(const Scalar&) const = default;
};

inline Scalar to_scalar(const ScalarView& value) {
    return {value.kind, value.kind == ScalarKind::number ? canonical_number(value.text)
                                                         : std::string(value.text)};
}

/// The values that the spans of one trace have at some numbered paths. Texts live here.
class TraceAttributes {
 public:
    struct Place {
        std::uint32_t document = 0;  ///< index into Trace::documents
        std::uint32_t row = 0;       ///< of the document's Segment
        std::uint32_t path = 0;      ///< a number that the caller gave

        auto operator<=>(const Place&) const = default;
    };

    void add(Place place, ScalarView value) {
        cells_.push_back({place, {value.kind, texts_.copy(value.text)}});
    }
    /// After the last add(), before the first of().
    void sort() {
        std::stable_sort(cells_.begin(), cells_.end(),
                         [](const Cell& a, const Cell& b) { return a.place < b.place; });
    }

    struct Cell {
        Place place;
        ScalarView value;
    };
    /// The values there, in document order; several where an array stood.
    std::span<const Cell> of(Place place) const {
        const auto order = [](const Cell& cell, const Place& wanted) {
            return cell.place < wanted;
        };
        const auto first = std::lower_bound(cells_.begin(), cells_.end(), place, order);
        auto last = first;
        while (last != cells_.end() && last->place == place) ++last;
        return {first, last};
    }

 private:
    std::vector<Cell> cells_;
    Arena texts_;
};

}  // namespace tomograph
