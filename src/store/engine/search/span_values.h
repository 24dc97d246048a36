#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "model/attribute.h"
#include "model/predicate.h"
#include "store/engine/search/path_columns.h"

namespace tomograph {

/// The values that the spans of one group have at one subject, as small numbers: equal values have
/// the same one, whichever chunk and kind of column they stand in.
class SpanValues {
 public:
    static constexpr std::uint32_t none = 0;
    /// Columns do not tell: the document must be read.
    static constexpr std::uint32_t unknown = ~std::uint32_t{0};

    /// Whether columns tell of the subject at all.
    static bool can_tell(const Subject& subject);

    /// subject  can_tell() of it
    SpanValues(GroupReader& group, const Subject& subject);

    /// The number of each span's value in a block, in order. errors: corrupt, io
    /// cost  2 ns a span, and a look-up per distinct value of a chunk
    Result<void> read(std::size_t block, std::span<std::uint32_t> out);

    /// How many numbers are given; they count from 0, which is `none`.
    std::uint32_t count() const { return static_cast<std::uint32_t>(views_.size()); }
    /// What number stands for; not of 0.
    Scalar scalar(std::uint32_t number) const { return to_scalar(views_[number]); }
    ScalarView view(std::uint32_t number) const { return views_[number]; }

 private:
    /// A column of the attribute's path, and the chunk of it that was read last.
    struct Column {
        PathColumns::Column of;
        std::size_t chunk = ~std::size_t{0};
        std::vector<std::uint32_t> numbers{};  ///< of the chunk's values
    };

    Result<void> read_attribute(std::size_t block, std::span<std::uint32_t> out);
    Result<void> read_field(std::size_t block, std::span<std::uint32_t> out);
    Result<void> read_texts(GroupColumn kind, std::size_t block, std::span<std::uint32_t> out);
    Result<void> read_ints(GroupColumn kind, std::size_t block, std::span<std::uint32_t> out);
    Result<void> read_flags(std::size_t block, std::span<std::uint32_t> out);
    Result<void> open_chunk(Column& column, std::size_t chunk);
    Result<void> open_texts(std::size_t column, std::size_t chunk,
                            std::vector<std::uint32_t>& numbers);
    Result<void> open_decimals(Column& column);
    Result<void> open_literals(Column& column);

    std::uint32_t number_of_text(std::string_view text);
    std::uint32_t number_of(column::Decimal decimal);
    std::uint32_t number_of(bool value);
    std::uint32_t add(ScalarKind kind, std::string_view text);

    GroupReader& group_;
    Subject subject_;
    PathColumns path_;
    std::vector<Column> columns_;
    Column field_;  ///< the chunk of a field's texts
    std::vector<ScalarView> views_{1};
    std::unordered_map<std::string_view, std::uint32_t> texts_;
    std::unordered_map<std::string, std::uint32_t> numbers_;         ///< by canonical spelling
    std::unordered_map<std::uint64_t, std::uint32_t> decimals_[19];  ///< by mantissa, of each scale
    std::array<std::uint32_t, 2> booleans_{};
    Arena arena_;
};

}  // namespace tomograph
