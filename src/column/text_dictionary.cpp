#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "column/kernels.h"
#include "column/limits.h"
#include "column/planes.h"
#include "column/text_form.h"

namespace tomograph::column {
namespace {

Error damaged(const char* what) {
    return Error(ErrorCode::corrupt, fmt::format("texts: {}", what));
}

template <class Code>
Result<void> check_codes(const std::vector<Code>& codes, std::size_t count) {
    if (std::any_of(codes.begin(), codes.end(), [=](Code code) { return code >= count; }))
        return damaged("code beyond the dictionary");
    return {};
}

/// From steps back to codes: 0 is the next new entry, n the n-th newest so far.
template <class Code>
Result<void> count_back(std::vector<Code>& codes, std::size_t count) {
    std::size_t seen = 0;
    for (Code& code : codes) {
        const std::size_t steps = code;
        if (steps > seen || (steps == 0 && seen == count))
            return damaged("code beyond the dictionary");
        code = static_cast<Code>(seen - steps);
        if (steps == 0) ++seen;
    }
    if (seen != count) return damaged("entries without a row");
    return {};
}

}  // namespace

TextFormResult TextDictionary::open_constant(Chunk chunk) {
    auto form = std::make_unique<TextDictionary>();
    form->rows_ = chunk.rows;
    form->body_ = std::move(chunk.body);
    form->entries_.push_back(form->body_);
    return TextFormResult(std::move(form));
}

TextFormResult TextDictionary::open_plain(Chunk chunk) {
    if (chunk.encoding == Encoding::text_dictionary_8)
        return open_codes(std::move(chunk), &TextDictionary::codes8_);
    return open_codes(std::move(chunk), &TextDictionary::codes16_);
}

template <class Code>
TextFormResult TextDictionary::open_codes(Chunk chunk, std::vector<Code> TextDictionary::* codes) {
    auto form = std::make_unique<TextDictionary>();
    form->rows_ = chunk.rows;
    form->body_ = std::move(chunk.body);
    ByteReader reader(form->body_);
    const std::uint64_t count = reader.varint();
    if (count == 0 || count > std::uint64_t{1} << (8 * sizeof(Code)) || count > reader.remaining())
        return damaged("size of the dictionary");
    form->entries_.resize(count);
    for (std::string_view& entry : form->entries_) entry = reader.text();
    if (reader.failed() || reader.remaining() != form->rows_ * sizeof(Code))
        return damaged("dictionary and codes do not fill the chunk");
    std::vector<Code>& places = (*form).*codes;
    places.resize(form->rows_);
    const std::string_view rest = reader.raw(reader.remaining());
    if (!places.empty()) std::memcpy(places.data(), rest.data(), rest.size());
    TRY(check_codes(places, count));
    return TextFormResult(std::move(form));
}

TextFormResult TextDictionary::open_nested(const Chunk& chunk) {
    auto form = std::make_unique<TextDictionary>();
    form->rows_ = chunk.rows;
    ByteReader reader(chunk.body);
    const std::uint64_t count = reader.varint();
    const bool is_recent = chunk.encoding == Encoding::text_recent_dictionary;
    if (count == 0 || count > block_rows_max - (is_recent ? 1 : 0))
        return damaged("size of the dictionary");
    Chunk nested = TRY_WITHIN("entries", read_chunk(reader.text(), count));
    form->flat_ = TRY_WITHIN("entries", open_flat_texts(std::move(nested)));
    TRY(form->put_entries(count));
    if (count <= (is_recent ? 255 : 256))
        TRY(read_codes(reader, *form, form->codes8_, is_recent));
    else
        TRY(read_codes(reader, *form, form->codes16_, is_recent));
    if (reader.failed() || reader.remaining() != 0)
        return damaged("dictionary and codes do not fill the chunk");
    return TextFormResult(std::move(form));
}

// Entries that are put together from numbers are put together once.
Result<void> TextDictionary::put_entries(std::size_t count) {
    std::string scratch;
    entries_.resize(count);
    if (flat_->is_stored()) {
        for (std::size_t i = 0; i < count; ++i) entries_[i] = flat_->value(i, scratch);
        return {};
    }
    std::vector<std::size_t> ends(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view entry = flat_->value(i, scratch);
        if (entry.size() > chunk_body_bytes_max - body_.size())
            return damaged("entries of more than 16 MiB");
        body_ += entry;
        ends[i] = body_.size();
    }
    for (std::size_t i = 0, start = 0; i < count; start = ends[i++])
        entries_[i] = std::string_view(body_).substr(start, ends[i] - start);
    flat_.reset();
    return {};
}

template <class Code>
Result<void> TextDictionary::read_codes(ByteReader& reader, const TextDictionary& form,
                                        std::vector<Code>& codes, bool is_recent) {
    codes.resize(form.rows_);
    TRY(read_planes(reader, {form.rows_, sizeof(Code), sizeof(Code)},
                    reinterpret_cast<std::uint8_t*>(codes.data())));
    return is_recent ? count_back(codes, form.entries_.size())
                     : check_codes(codes, form.entries_.size());
}

std::string_view TextDictionary::value(std::size_t row, std::string&) const {
    return entries_[code(row)];
}

void TextDictionary::match(const std::function<bool(std::string_view)>& test, Bitmap& out) const {
    match_entries([&](std::string_view entry) { return test(entry); }, out);
}

void TextDictionary::match_equal(std::string_view text, Bitmap& out) const {
    match_entries([=](std::string_view entry) { return entry == text; }, out);
}

template <class Test>
void TextDictionary::match_entries(Test test, Bitmap& out) const {
    std::vector<std::uint64_t> wanted((std::max<std::size_t>(entries_.size(), 256) + 63) / 64);
    std::size_t hits = 0;
    std::size_t last_hit = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (!test(entries_[i])) continue;
        wanted[i / 64] |= std::uint64_t{1} << i % 64;
        last_hit = i;
        ++hits;
    }
    std::uint64_t* bits = out.words().data();
    if (hits == 0) return;
    if (!codes8_.empty()) {
        kernels().set_8(codes8_.data(), rows_, wanted.data(), bits);
    } else if (codes16_.empty()) {
        out.fill();
    } else if (hits == 1) {  // one code is a range, and ranges of 16 bits fit registers
        const auto code = static_cast<std::uint16_t>(last_hit);
        kernels().range_16(codes16_.data(), rows_, code, code, bits);
    } else {
        kernels().set_16(codes16_.data(), rows_, wanted.data(), bits);
    }
}

void TextDictionary::each_value(
    const std::function<void(std::string_view, std::size_t)>& visit) const {
    std::vector<std::size_t> counts(entries_.size());
    for (std::size_t row = 0; row < rows_; ++row) ++counts[code(row)];
    for (std::size_t i = 0; i < entries_.size(); ++i)
        if (counts[i] > 0) visit(entries_[i], counts[i]);
}

}  // namespace tomograph::column
