#include <unordered_map>

#include "base/bytes.h"
#include "column/chunk.h"
#include "column/limits.h"
#include "column/text_chunk.h"

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

}  // namespace

void encode_texts(std::span<const std::string_view> values, std::string& out,
                  EncodeOptions options) {
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
    write_chunk(chunk, out, options);
}

}  // namespace tomograph::column
