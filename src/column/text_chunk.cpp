#include "column/text_chunk.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <unordered_map>

#include "base/bytes.h"
#include "column/chunk.h"
#include "column/limits.h"

namespace tomograph::column {
namespace {

struct Dictionary {
    std::vector<std::string_view> entries;  // in order of first use
    std::vector<std::uint32_t> codes;       // one per value
    std::size_t entry_bytes = 0;
};

Dictionary make_dictionary(std::span<const std::string_view> values) {
    Dictionary dictionary;
    std::unordered_map<std::string_view, std::uint32_t> code_of;
    dictionary.codes.reserve(values.size());
    for (const std::string_view value : values) {
        const auto next = static_cast<std::uint32_t>(dictionary.entries.size());
        const auto [place, is_new] = code_of.try_emplace(value, next);
        if (is_new) {
            dictionary.entries.push_back(value);
            dictionary.entry_bytes += value.size() + 1;
        }
        dictionary.codes.push_back(place->second);
    }
    return dictionary;
}

template <class Code>
std::string dictionary_body(const Dictionary& dictionary) {
    std::string body;
    ByteWriter writer(body);
    writer.varint(dictionary.entries.size());
    for (const std::string_view entry : dictionary.entries) writer.text(entry);
    for (const std::uint32_t code : dictionary.codes) writer.fixed(static_cast<Code>(code));
    return body;
}

std::string raw_body(std::span<const std::string_view> values) {
    std::string body;
    ByteWriter writer(body);
    for (const std::string_view value : values) writer.varint(value.size());
    for (const std::string_view value : values) writer.raw(value);
    return body;
}

Error damaged(const char* what) {
    return Error(ErrorCode::corrupt, fmt::format("texts: {}", what));
}

template <class Code>
Result<void> read_dictionary(std::string_view body, std::vector<std::string_view>& values) {
    ByteReader reader(body);
    const std::uint64_t count = reader.varint();
    if (count == 0 || count > std::uint64_t{1} << (8 * sizeof(Code)) || count > reader.remaining())
        return damaged("size of the dictionary");
    std::vector<std::string_view> entries(count);
    for (std::string_view& entry : entries) entry = reader.text();
    if (reader.failed() || reader.remaining() != values.size() * sizeof(Code))
        return damaged("dictionary and codes do not fill the chunk");
    for (std::string_view& value : values) {
        const Code code = reader.fixed<Code>();
        if (code >= count) return damaged("code beyond the dictionary");
        value = entries[code];
    }
    return {};
}

Result<void> read_raw(std::string_view body, std::vector<std::string_view>& values) {
    ByteReader reader(body);
    std::vector<std::uint64_t> lengths(values.size());
    for (std::uint64_t& length : lengths) length = reader.varint();
    for (std::size_t row = 0; row < values.size(); ++row) values[row] = reader.raw(lengths[row]);
    if (reader.failed() || reader.remaining() != 0) return damaged("lengths do not fill the chunk");
    return {};
}

}  // namespace

void encode_texts(std::span<const std::string_view> values, std::string& out) {
    ASSERT(values.size() <= block_rows_max);
    const Dictionary dictionary = make_dictionary(values);
    std::size_t raw_bytes = 0;
    for (const std::string_view value : values) raw_bytes += value.size() + 1;

    Chunk chunk{.encoding = Encoding::text_raw, .rows = values.size(), .body = {}};
    if (dictionary.entries.size() == 1) {
        chunk.encoding = Encoding::text_constant;
        chunk.body = values.front();
    } else if (!values.empty() && dictionary.entries.size() <= 256 &&
               dictionary.entry_bytes + values.size() < raw_bytes) {
        chunk.encoding = Encoding::text_dictionary_8;
        chunk.body = dictionary_body<std::uint8_t>(dictionary);
    } else if (!values.empty() && dictionary.entry_bytes + 2 * values.size() < raw_bytes) {
        chunk.encoding = Encoding::text_dictionary_16;
        chunk.body = dictionary_body<std::uint16_t>(dictionary);
    } else {
        chunk.body = raw_body(values);
    }
    write_chunk(chunk, out);
}

Result<Texts> decode_texts(std::string_view bytes, std::size_t rows) {
    const Chunk chunk = TRY(read_chunk(bytes, rows));
    Texts texts;
    texts.bytes_.assign(chunk.body.begin(), chunk.body.end());
    texts.values_.resize(rows);
    const std::string_view body(texts.bytes_.data(), texts.bytes_.size());
    switch (chunk.encoding) {
        case Encoding::text_constant:
            texts.values_.assign(rows, body);
            break;
        case Encoding::text_dictionary_8:
            TRY(read_dictionary<std::uint8_t>(body, texts.values_));
            break;
        case Encoding::text_dictionary_16:
            TRY(read_dictionary<std::uint16_t>(body, texts.values_));
            break;
        case Encoding::text_raw:
            TRY(read_raw(body, texts.values_));
            break;
        default:
            return unknown_encoding(chunk.encoding);
    }
    return texts;
}

}  // namespace tomograph::column
