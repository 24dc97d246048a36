#include <algorithm>
#include <array>
#include <bit>

#include "base/bytes.h"
#include "base/hash.h"
#include "column/chunk.h"
#include "column/limits.h"
#include "column/planes.h"
#include "column/text_chunk.h"
#include "column/text_dictionary_encode.h"
#include "column/text_hex.h"
#include "column/text_pattern.h"
#include "column/text_raw.h"
#include "column/text_template.h"

namespace tomograph::column {
namespace {

using Values = std::span<const std::string_view>;

// Windows of neighbours, spread over the rows: equal values often stand together.
constexpr std::size_t window_rows = 16;
constexpr std::size_t windows = 16;
constexpr std::size_t sample_rows = windows * window_rows;
// Of the sample: more patterns are words; with fewer characters in slots zstd does as well.
constexpr std::size_t sample_patterns_max = 160;
// Of the sample: so many patterns have columns of their own; of more, headers would be the half.
constexpr std::size_t separate_patterns_max = 4;
constexpr std::size_t slot_characters_min = 2 * sample_rows;

// With fewer entries what is repeated soon is not felt.
constexpr std::size_t recent_entries_min = 64;

using Sample = std::array<std::string_view, sample_rows>;

Sample take_sample(Values values) {
    Sample sample;
    const std::size_t step = values.size() / windows;
    for (std::size_t i = 0; i < sample_rows; ++i)
        sample[i] = values[i / window_rows * step + i % window_rows];
    return sample;
}

bool is_repetitive(const Sample& sample) {
    std::array<std::uint64_t, sample_rows> hashes;
    for (std::size_t i = 0; i < sample_rows; ++i) hashes[i] = hash64(sample[i]);
    std::sort(hashes.begin(), hashes.end());
    const auto distinct = std::unique(hashes.begin(), hashes.end()) - hashes.begin();
    return static_cast<std::size_t>(distinct) <= sample_rows * 19 / 20;
}

/// Different ones; 0 when that are too many, or too little stands in their slots.
std::size_t count_patterns(const Sample& sample) {
    std::array<std::uint64_t, sample_rows> patterns{};
    std::size_t in_slots = 0;
    FoundPattern found;
    for (std::size_t i = 0; i < sample_rows; ++i) {
        if (!find_pattern(sample[i], found)) continue;
        for (const std::string_view cut : found.cuts()) in_slots += cut.size();
        patterns[i] = hash64(found.pattern());
    }
    std::sort(patterns.begin(), patterns.end());
    const auto distinct =
        static_cast<std::size_t>(std::unique(patterns.begin(), patterns.end()) - patterns.begin());
    return distinct <= sample_patterns_max && in_slots >= slot_characters_min ? distinct : 0;
}

/// Without a dictionary.
void encode_flat(Values values, std::string& out, EncodeOptions options) {
    if (values.size() >= sample_rows) {
        if (encode_hex_texts(values, out, options)) return;
        const std::size_t patterns = count_patterns(take_sample(values));
        if (patterns > 0 && patterns <= separate_patterns_max &&
            encode_template_texts(values, out, options))
            return;
        if (patterns > separate_patterns_max && encode_pooled_templates(values, out, options))
            return;
    }
    encode_raw_texts(values, out, options);
}

/// How many entries each code lies behind the newest so far, in order of first use: 0 is the next
/// new one. Values that are repeated soon, by the spans of one trace, have small numbers.
std::vector<std::uint16_t> steps_back(const std::vector<std::uint16_t>& codes) {
    std::vector<std::uint16_t> steps(codes.size());
    std::uint16_t seen = 0;
    for (std::size_t row = 0; row < codes.size(); ++row) {
        steps[row] = static_cast<std::uint16_t>(seen - codes[row]);
        seen = static_cast<std::uint16_t>(seen + (codes[row] == seen ? 1 : 0));
    }
    return steps;
}

/// Bits of all codes, roughly as zstd will need them.
std::size_t bits_of(const std::vector<std::uint16_t>& codes) {
    std::size_t bits = 0;
    for (const std::uint16_t code : codes) bits += static_cast<std::size_t>(std::bit_width(code));
    return bits;
}

/// Entries compressed apart from the codes: their letters have nothing in common.
/// returns  the encoding
Encoding write_dictionary(const TextDictionaryBuilder& dictionary, std::string& out,
                          EncodeOptions options) {
    const std::vector<std::uint16_t>* codes = &dictionary.codes();
    const std::size_t count = dictionary.entries().size();
    Chunk chunk{.encoding = Encoding::text_dictionary, .rows = codes->size(), .body = {}};
    std::vector<std::uint16_t> steps;
    if (count >= recent_entries_min) {
        steps = steps_back(*codes);
        if (bits_of(steps) + codes->size() < bits_of(*codes)) {
            chunk.encoding = Encoding::text_recent_dictionary;
            codes = &steps;
        }
    }
    ByteWriter writer(chunk.body);
    writer.varint(count);
    std::string nested;
    encode_flat(dictionary.entries(), nested, options);
    writer.text(nested);
    const bool is_recent = chunk.encoding == Encoding::text_recent_dictionary;
    const std::size_t width = count <= (is_recent ? 255 : 256) ? 1 : 2;  // 0 is not a step back
    append_planes(reinterpret_cast<const std::uint8_t*>(codes->data()),
                  {codes->size(), width, sizeof(std::uint16_t)}, options, chunk.body);
    write_chunk_as_is(chunk, out);
    return chunk.encoding;
}

/// A few rows: headers of parts would be the larger half of them.
void encode_few(Values values, const TextDictionaryBuilder& dictionary, std::string& out,
                EncodeOptions options) {
    std::size_t raw_bytes = 0;
    for (const std::string_view value : values) raw_bytes += value.size() + 1;
    if (dictionary.entry_bytes() + values.size() >= raw_bytes) {
        encode_raw_texts(values, out, options);
        return;
    }
    Chunk chunk{.encoding = Encoding::text_dictionary_8, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    writer.varint(dictionary.entries().size());
    for (const std::string_view entry : dictionary.entries()) writer.text(entry);
    for (const std::uint16_t code : dictionary.codes())
        writer.fixed(static_cast<std::uint8_t>(code));
    write_chunk(chunk, out, options);
}

bool are_equal(Values values) {
    return std::all_of(values.begin(), values.end(),
                       [&](std::string_view value) { return value == values.front(); });
}

/// With a dictionary of that many entries the codes cost so much, where they are not small, that
/// numbers and hexadecimal digits may be cheaper where they stand; both are tried. A dictionary
/// answers questions faster, so the other has to save a fifth.
void write_smaller(Values values, const TextDictionaryBuilder& dictionary, std::string& out,
                   EncodeOptions options) {
    const std::size_t start = out.size();
    if (write_dictionary(dictionary, out, options) == Encoding::text_recent_dictionary) return;
    if (dictionary.entries().size() <= values.size() / 4) return;
    if (count_patterns(take_sample(values)) == 0) return;
    std::string flat;
    encode_flat(values, flat, options);
    if (flat.size() * 5 > (out.size() - start) * 4) return;
    out.resize(start);
    out += flat;
}

}  // namespace

void encode_texts(Values values, std::string& out, EncodeOptions options) {
    ASSERT(values.size() <= block_rows_max);
    // The hash table and the vectors are worth keeping: a part has a thousand chunks.
    thread_local TextDictionaryBuilder dictionary;
    if (values.empty()) {
        encode_raw_texts(values, out, options);
    } else if (are_equal(values)) {
        write_chunk({.encoding = Encoding::text_constant,
                     .rows = values.size(),
                     .body = std::string(values.front())},
                    out, options);
    } else if (values.size() < sample_rows) {
        dictionary.build(values, sample_rows);
        encode_few(values, dictionary, out, options);
    } else if (is_repetitive(take_sample(values)) &&
               dictionary.build(values, values.size() * 3 / 4)) {
        write_smaller(values, dictionary, out, options);
    } else {
        encode_flat(values, out, options);
    }
}

}  // namespace tomograph::column
