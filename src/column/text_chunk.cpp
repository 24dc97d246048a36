#include "column/text_chunk.h"

#include <fmt/format.h>

#include "column/chunk.h"
#include "column/limits.h"
#include "column/text_form.h"
#include "column/text_hex.h"
#include "column/text_raw.h"
#include "column/text_template.h"

namespace tomograph::column {
namespace {

TextFormResult open_form(Chunk chunk) {
    switch (chunk.encoding) {
        case Encoding::text_constant:
            return TextDictionary::open_constant(std::move(chunk));
        case Encoding::text_dictionary_8:
        case Encoding::text_dictionary_16:
            return TextDictionary::open_plain(std::move(chunk));
        case Encoding::text_dictionary:
        case Encoding::text_recent_dictionary:
            return TextDictionary::open_nested(chunk);
        default:
            return open_flat_texts(std::move(chunk));
    }
}

}  // namespace

TextFormResult open_flat_texts(Chunk chunk) {
    switch (chunk.encoding) {
        case Encoding::text_raw:
            return open_raw_texts(std::move(chunk));
        case Encoding::text_hex:
            return open_hex_texts(chunk);
        case Encoding::text_templates:
            return open_template_texts(chunk);
        case Encoding::text_pooled_templates:
            return open_pooled_templates(chunk);
        default:
            return unknown_encoding(chunk.encoding);
    }
}

void TextForm::match_equal(std::string_view text, Bitmap& out) const {
    std::string scratch;
    for (std::size_t row = 0; row < out.rows(); ++row)
        if (value(row, scratch) == text) out.set(row);
}

TextChunk::TextChunk() = default;
TextChunk::TextChunk(TextChunk&&) noexcept = default;
TextChunk& TextChunk::operator=(TextChunk&&) noexcept = default;
TextChunk::~TextChunk() = default;

Result<TextChunk> TextChunk::open(std::string_view bytes, std::size_t rows) {
    if (rows > block_rows_max)
        return Error(ErrorCode::corrupt, fmt::format("texts of {} rows", rows));
    Chunk chunk = TRY(read_chunk(bytes, rows));
    TextChunk opened;
    opened.rows_ = rows;
    opened.form_ = TRY(open_form(std::move(chunk)));
    return opened;
}

std::string_view TextChunk::value(std::size_t row, std::string& scratch) const {
    ASSERT(row < rows_);
    return form_->value(row, scratch);
}

bool TextChunk::is_stored() const { return form_->is_stored(); }

std::size_t TextChunk::distinct() const {
    const TextDictionary* dictionary = form_->dictionary();
    return dictionary == nullptr ? 0 : dictionary->entries().size();
}

std::string_view TextChunk::entry(std::size_t code) const {
    ASSERT(code < distinct());
    return form_->dictionary()->entries()[code];
}

std::uint16_t TextChunk::code(std::size_t row) const {
    ASSERT(row < rows_ && form_->dictionary() != nullptr);
    return form_->dictionary()->code(row);
}

void TextChunk::codes(std::span<std::uint16_t> out) const {
    ASSERT(out.size() == rows_ && form_->dictionary() != nullptr);
    const TextDictionary& dictionary = *form_->dictionary();
    for (std::size_t row = 0; row < rows_; ++row) out[row] = dictionary.code(row);
}

void TextChunk::match(const std::function<bool(std::string_view)>& test, Bitmap& out) const {
    ASSERT(out.rows() == rows_);
    if (const TextDictionary* dictionary = form_->dictionary()) {
        dictionary->match(test, out);
        return;
    }
    std::string scratch;
    for (std::size_t row = 0; row < rows_; ++row)
        if (test(form_->value(row, scratch))) out.set(row);
}

void TextChunk::match_equal(std::string_view text, Bitmap& out) const {
    ASSERT(out.rows() == rows_);
    form_->match_equal(text, out);
}

void TextChunk::each_value(const std::function<void(std::string_view, std::size_t)>& visit) const {
    if (const TextDictionary* dictionary = form_->dictionary()) {
        dictionary->each_value(visit);
        return;
    }
    std::string scratch;
    for (std::size_t row = 0; row < rows_; ++row) visit(form_->value(row, scratch), 1);
}

Result<Texts> decode_texts(std::string_view bytes, std::size_t rows) {
    Texts texts;
    texts.chunk_ = TRY(TextChunk::open(bytes, rows));
    texts.values_.resize(rows);
    std::string scratch;
    if (texts.chunk_.is_stored()) {
        for (std::size_t row = 0; row < rows; ++row)
            texts.values_[row] = texts.chunk_.value(row, scratch);
        return texts;
    }
    std::vector<std::size_t> ends(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        const std::string_view value = texts.chunk_.value(row, scratch);
        if (value.size() > chunk_body_bytes_max - texts.bytes_.size())
            return Error(ErrorCode::corrupt,
                         fmt::format("texts of more than {} bytes", chunk_body_bytes_max));
        texts.bytes_.insert(texts.bytes_.end(), value.begin(), value.end());
        ends[row] = texts.bytes_.size();
    }
    std::size_t start = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        texts.values_[row] = {texts.bytes_.data() + start, ends[row] - start};
        start = ends[row];
    }
    texts.chunk_ = {};
    return texts;
}

}  // namespace tomograph::column
