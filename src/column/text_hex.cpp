#include "column/text_hex.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/bytes.h"
#include "column/hex.h"
#include "column/kernels.h"
#include "column/planes.h"

namespace tomograph::column {
namespace {

constexpr std::size_t length_max = 255;

std::uint64_t word_at(const char* place) {
    std::uint64_t word;
    std::memcpy(&word, place, sizeof word);
    return word;
}

/// Ored differences from the first value: 0 where all are equal. False when lengths differ.
bool find_differences(std::span<const std::string_view> values,
                      std::array<char, length_max>& differences) {
    const std::string_view first = values.front();
    for (const std::string_view value : values) {
        if (value.size() != first.size()) return false;
        std::size_t i = 0;
        for (; i + sizeof(std::uint64_t) <= first.size(); i += sizeof(std::uint64_t)) {
            const std::uint64_t word = word_at(differences.data() + i) |
                                       (word_at(value.data() + i) ^ word_at(first.data() + i));
            std::memcpy(differences.data() + i, &word, sizeof word);
        }
        for (; i < first.size(); ++i)
            differences[i] = static_cast<char>(differences[i] | (value[i] ^ first[i]));
    }
    return true;
}

class HexTexts : public TextForm {
 public:
    static TextFormResult open(const Chunk& chunk) {
        auto form = std::make_unique<HexTexts>();
        ByteReader reader(chunk.body);
        form->shape_ = reader.text();
        if (reader.failed() || form->shape_.empty() || form->shape_.size() > length_max)
            return Error(ErrorCode::corrupt, "texts: shape of hexadecimal texts");
        form->digits_ =
            static_cast<std::size_t>(std::count(form->shape_.begin(), form->shape_.end(), '\0'));
        if (form->digits_ == 0)
            return Error(ErrorCode::corrupt, "texts: hexadecimal texts without a digit");
        form->width_ = packed_bytes(form->digits_);
        form->packed_.resize(chunk.rows * form->width_);
        TRY(read_planes(reader, {chunk.rows, form->width_, form->width_}, form->packed_.data()));
        if (reader.remaining() != 0)
            return Error(ErrorCode::corrupt, "texts: digits do not fill the chunk");
        if (!are_tails_zero(form->packed_.data(), chunk.rows, form->digits_))
            return Error(ErrorCode::corrupt, "texts: more digits than a slot has");
        return TextFormResult(std::move(form));
    }

    std::string_view value(std::size_t row, std::string& scratch) const override {
        std::array<char, length_max + 1> digits;
        kernels().unpack_hex(packed_.data() + row * width_, width_, digits.data());
        scratch = shape_;
        const char* digit = digits.data();
        for (char& c : scratch)
            if (c == '\0') c = *digit++;
        return scratch;
    }

    void match_equal(std::string_view text, Bitmap& out) const override {
        if (text.size() != shape_.size()) return;
        std::string digits;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (shape_[i] == '\0' ? !is_hex(text[i]) : text[i] != shape_[i]) return;
            if (shape_[i] == '\0') digits.push_back(text[i]);
        }
        std::array<std::uint8_t, packed_bytes(length_max)> wanted{};
        pack_hex(digits, wanted.data());
        for (std::size_t row = 0; row < out.rows(); ++row)
            if (std::memcmp(packed_.data() + row * width_, wanted.data(), width_) == 0)
                out.set(row);
    }

 private:
    std::string shape_;  // 0 where a digit stands
    std::size_t digits_ = 0;
    std::size_t width_ = 0;
    std::vector<std::uint8_t> packed_;
};

}  // namespace

bool encode_hex_texts(std::span<const std::string_view> values, std::string& out,
                      EncodeOptions options) {
    const std::string_view first = values.front();
    if (first.empty() || first.size() > length_max) return false;
    std::array<char, length_max> differences{};
    if (!find_differences(values, differences)) return false;

    std::string shape(first);
    std::array<std::size_t, length_max> places;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == '\0') return false;
        if (differences[i] == 0) continue;
        shape[i] = '\0';
        places[digits++] = i;
    }
    if (digits == 0) return false;

    const std::size_t width = packed_bytes(digits);
    std::vector<std::uint8_t> packed(values.size() * width);
    std::uint8_t seen = 0;
    bool has_letter = false;
    for (std::size_t row = 0; row < values.size(); ++row) {
        std::uint8_t* place = packed.data() + row * width;
        for (std::size_t i = 0; i < digits; ++i) {
            const std::uint8_t digit = hex_value(values[row][places[i]]);
            seen |= digit;
            has_letter |= digit >= 10;
            place[i / 2] =
                static_cast<std::uint8_t>(place[i / 2] | (digit & 15) << (i % 2 ? 0 : 4));
        }
        if (seen > 15) return false;
    }
    if (!has_letter) return false;

    Chunk chunk{.encoding = Encoding::text_hex, .rows = values.size(), .body = {}};
    ByteWriter(chunk.body).text(shape);
    append_planes(packed.data(), {values.size(), width, width}, options, chunk.body);
    write_chunk_as_is(chunk, out);
    return true;
}

TextFormResult open_hex_texts(const Chunk& chunk) { return HexTexts::open(chunk); }

}  // namespace tomograph::column
