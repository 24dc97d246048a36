#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "column/kernels.h"
#include "column/text_form.h"

namespace tomograph::column {
namespace {

Error damaged(const char* what) {
    return Error(ErrorCode::corrupt, fmt::format("texts: {}", what));
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
    if (std::any_of(places.begin(), places.end(), [=](Code code) { return code >= count; }))
        return damaged("code beyond the dictionary");
    return TextFormResult(std::move(form));
}

std::string_view TextDictionary::value(std::size_t row, std::string&) const {
    return entries_[code(row)];
}

void TextDictionary::match(const std::function<bool(std::string_view)>& test, Bitmap& out) const {
    std::vector<std::uint64_t> wanted((std::max<std::size_t>(entries_.size(), 256) + 63) / 64);
    for (std::size_t i = 0; i < entries_.size(); ++i)
        wanted[i / 64] |= std::uint64_t{test(entries_[i])} << i % 64;
    match_codes(wanted, out);
}

void TextDictionary::match_equal(std::string_view text, Bitmap& out) const {
    match([=](std::string_view entry) { return entry == text; }, out);
}

void TextDictionary::match_codes(const std::vector<std::uint64_t>& wanted, Bitmap& out) const {
    std::uint64_t* bits = out.words().data();
    if (std::all_of(wanted.begin(), wanted.end(), [](std::uint64_t word) { return word == 0; }))
        return;
    if (!codes8_.empty())
        kernels().set_8(codes8_.data(), rows_, wanted.data(), bits);
    else if (!codes16_.empty())
        kernels().set_16(codes16_.data(), rows_, wanted.data(), bits);
    else
        out.fill();
}

void TextDictionary::each_value(
    const std::function<void(std::string_view, std::size_t)>& visit) const {
    std::vector<std::size_t> counts(entries_.size());
    for (std::size_t row = 0; row < rows_; ++row) ++counts[code(row)];
    for (std::size_t i = 0; i < entries_.size(); ++i)
        if (counts[i] > 0) visit(entries_[i], counts[i]);
}

}  // namespace tomograph::column
