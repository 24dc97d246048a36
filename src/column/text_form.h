#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "column/bitmap.h"
#include "column/chunk.h"

namespace tomograph::column {

class TextDictionary;

/// How the texts of an open chunk are held: one kind per encoding, behind TextChunk.
class TextForm {
 public:
    virtual ~TextForm() = default;

    virtual std::string_view value(std::size_t row, std::string& scratch) const = 0;
    virtual bool is_stored() const { return false; }
    virtual const TextDictionary* dictionary() const { return nullptr; }
    virtual void match_equal(std::string_view text, Bitmap& out) const;
};

using TextFormResult = Result<std::unique_ptr<const TextForm>>;

/// Distinct texts and a code for each row.
class TextDictionary : public TextForm {
 public:
    /// Encodings 16; 17 and 18; 22 and 24. The chunk's body is moved into the form.
    static TextFormResult open_constant(Chunk chunk);
    static TextFormResult open_plain(Chunk chunk);
    static TextFormResult open_nested(const Chunk& chunk);

    std::string_view value(std::size_t row, std::string& scratch) const override;
    bool is_stored() const override { return true; }
    const TextDictionary* dictionary() const override { return this; }
    void match_equal(std::string_view text, Bitmap& out) const override;

    const std::vector<std::string_view>& entries() const { return entries_; }
    std::uint16_t code(std::size_t row) const {
        return !codes8_.empty()    ? codes8_[row]
               : !codes16_.empty() ? codes16_[row]
                                   : std::uint16_t{0};
    }
    void match(const std::function<bool(std::string_view)>& test, Bitmap& out) const;
    void each_value(const std::function<void(std::string_view, std::size_t)>& visit) const;

 private:
    template <class Code>
    static TextFormResult open_codes(Chunk chunk, std::vector<Code> TextDictionary::* codes);
    template <class Code>
    static Result<void> read_codes(ByteReader& reader, const TextDictionary& form,
                                   std::vector<Code>& codes, bool is_recent);
    Result<void> put_entries(std::size_t count);
    template <class Test>
    void match_entries(Test test, Bitmap& out) const;

    std::size_t rows_ = 0;
    std::string body_;                      // or these hold the entries: never moved once
    std::unique_ptr<const TextForm> flat_;  // entries_ point into them
    std::vector<std::string_view> entries_;
    std::vector<std::uint8_t> codes8_;  // both empty: every row is entry 0
    std::vector<std::uint16_t> codes16_;
};

/// The encodings without a dictionary: 19, 20, 21 and 23.
TextFormResult open_flat_texts(Chunk chunk);

}  // namespace tomograph::column
