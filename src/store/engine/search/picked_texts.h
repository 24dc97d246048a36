#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "model/predicate.h"
#include "store/engine/search/path_columns.h"

namespace tomograph {

/// The texts that some spans of a group have at one subject, as small numbers. Where SpanValues
/// numbers the values of all spans, this one puts together none but those that are asked for: of
/// URLs, which are nearly all distinct, that is what costs.
class PickedTexts {
 public:
    static constexpr std::uint32_t none = 0;  ///< no such text, or an empty one
    /// Columns do not tell, or it is no text: the document must be read.
    static constexpr std::uint32_t unknown = ~std::uint32_t{0};

    /// What equal texts have.
    enum class Equal : std::uint8_t {
        one_number,        ///< a look-up per distinct text of a chunk
        number_per_chunk,  ///< and per span where a chunk has no dictionary
    };
    /// subject  an attribute of a span, or its name
    /// arena    holds the texts; borrowed
    PickedTexts(GroupReader& group, const Subject& subject, Equal equal, Arena& arena);

    /// The number of each of the spans, which are counted from the group's first and ascend.
    /// errors: corrupt, io
    Result<void> read(std::span<const std::uint32_t> spans, std::span<std::uint32_t> out);

    /// What the numbers stand for.
    const std::vector<std::string_view>& texts() const { return texts_; }
    std::vector<std::string_view> take() && { return std::move(texts_); }

 private:
    /// The chunk of texts that was read last.
    struct OpenChunk {
        std::size_t column = ~std::size_t{0};
        std::size_t chunk = 0;
        std::shared_ptr<const column::TextChunk> texts{};
        std::vector<std::uint32_t> numbers{};  ///< of its dictionary's entries; none: not asked yet
    };
    struct Picks {
        std::size_t block = 0;
        std::span<const std::uint32_t> spans;
        std::span<std::uint32_t> out;
    };

    Result<void> read_names(const Picks& picks);
    Result<void> read_attribute(const Picks& picks);
    Result<void> read_column(const Picks& picks, const std::vector<std::uint32_t>& templates,
                             const PathColumns::Column& of);
    Result<std::uint32_t> number_at(const PathColumns::Column& of, std::size_t chunk,
                                    std::size_t row);
    Result<std::uint32_t> text_number_at(std::size_t column, std::size_t chunk, std::size_t row);
    std::uint32_t number_of(std::string_view text);

    GroupReader& group_;
    Subject subject_;
    Equal equal_;
    Arena& arena_;
    PathColumns path_;
    OpenChunk open_;
    std::vector<std::string_view> texts_{1};
    std::unordered_map<std::string_view, std::uint32_t> known_;
    std::string scratch_;
};

}  // namespace tomograph
