#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/bitmap.h"
#include "column/encode_options.h"

namespace tomograph::column {

class TextForm;

/// Appends the values as one chunk: constant, dictionary, packed hexadecimal, templates with
/// numbers, or raw, whichever a sample says is the smallest. At most block_rows_max values, and
/// chunk_body_bytes_max less 5 bytes a row in all.
/// cost  about 60 ns a value, and zstd at about 400 MB/s
void encode_texts(std::span<const std::string_view> values, std::string& out,
                  EncodeOptions options = {});

/// Texts of one chunk, ready for questions. Owns its bytes; moving it keeps views of them valid.
///
/// Where the chunk has a dictionary (distinct() > 0), each row is a code, entry(code) its text, and
/// a question costs one test per distinct value and a look at the codes. A constant is a dictionary
/// of one.
class TextChunk {
 public:
    /// bytes  all of one chunk. errors: corrupt, unknown encodings included
    static Result<TextChunk> open(std::string_view bytes, std::size_t rows);

    TextChunk();
    TextChunk(TextChunk&&) noexcept;
    TextChunk& operator=(TextChunk&&) noexcept;
    ~TextChunk();

    std::size_t rows() const { return rows_; }
    /// The text of a row: in the chunk, or put together in `scratch`. cost  O(its length)
    std::string_view value(std::size_t row, std::string& scratch) const;
    /// Whether value() never uses the scratch, so that its views live as long as the chunk.
    bool is_stored() const;

    /// Entries of the dictionary, 0 when there is none. Each is used; no two are equal.
    std::size_t distinct() const;
    std::string_view entry(std::size_t code) const;
    std::uint16_t code(std::size_t row) const;
    /// out  as many as rows
    void codes(std::span<std::uint16_t> out) const;

    /// Sets the rows whose text passes, leaves the others. The test runs once per distinct value
    /// where there is a dictionary, else once a row.
    void match(const std::function<bool(std::string_view)>& test, Bitmap& out) const;
    void match_equal(std::string_view text, Bitmap& out) const;
    /// Each distinct value with its number of rows where there is a dictionary, else each row.
    void each_value(
        const std::function<void(std::string_view value, std::size_t count)>& visit) const;

 private:
    std::size_t rows_ = 0;
    std::unique_ptr<const TextForm> form_;
};

/// All texts of one column. The views live as long as the object; moving it keeps them valid.
class Texts {
 public:
    Texts() = default;
    Texts(Texts&&) = default;
    Texts& operator=(Texts&&) = default;

    std::string_view operator[](std::size_t row) const { return values_[row]; }
    std::size_t size() const { return values_.size(); }

 private:
    friend Result<Texts> decode_texts(std::string_view bytes, std::size_t rows);
    TextChunk chunk_;          // what the views point into, when it stores the texts
    std::vector<char> bytes_;  // else; a vector, not a string: a move never relocates its elements
    std::vector<std::string_view> values_;
};

/// The values of a chunk that takes up all of `bytes`. errors: corrupt, unknown encodings included,
/// also of texts that are more than chunk_body_bytes_max together when put together again.
Result<Texts> decode_texts(std::string_view bytes, std::size_t rows);

}  // namespace tomograph::column
