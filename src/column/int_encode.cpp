#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "base/bytes.h"
#include "base/hash.h"
#include "column/chunk.h"
#include "column/int_chunk.h"
#include "column/int_divisor.h"
#include "column/limits.h"
#include "column/planes.h"

namespace tomograph::column {
namespace {

using Values = std::span<const std::int64_t>;

constexpr std::size_t dictionary_entries_max = 256;
// Windows of neighbours, spread over the rows: equal values often stand together.
constexpr std::size_t window_rows = 16;
constexpr std::size_t windows = 8;
// Evenly spread 64-bit ids have 63 bits above the least of them: no plane of them shrinks.
constexpr double random_bits_min = 62;

// Sums and differences wrap: any 64-bit value plus any base is a 64-bit value.
std::uint64_t above(std::int64_t value, std::int64_t base) {
    return static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(base);
}

std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}

std::size_t width_of(std::uint64_t value) {
    return static_cast<std::size_t>(std::bit_width(value));
}

std::size_t bytes_of(std::uint64_t range) { return (width_of(range) + 7) / 8; }

template <class Narrow>
void append_frame(Values values, std::int64_t base, std::string& body) {
    const std::size_t start = body.size();
    body.resize(start + values.size() * sizeof(Narrow));
    char* place = body.data() + start;
    for (const std::int64_t value : values) {
        const auto narrow = static_cast<Narrow>(above(value, base));
        std::memcpy(place, &narrow, sizeof narrow);
        place += sizeof narrow;
    }
}

/// Small and one-byte chunks: the frame of 1, 2, 4 or 8 bytes as it is.
void write_frame(Values values, std::int64_t base, std::size_t width, std::string& out,
                 EncodeOptions options) {
    Chunk chunk{.encoding = Encoding::int_raw, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    if (width <= 4) writer.fixed(base);
    if (width == 1) {
        chunk.encoding = Encoding::int_frame_8;
        append_frame<std::uint8_t>(values, base, chunk.body);
    } else if (width == 2) {
        chunk.encoding = Encoding::int_frame_16;
        append_frame<std::uint16_t>(values, base, chunk.body);
    } else if (width <= 4) {
        chunk.encoding = Encoding::int_frame_32;
        append_frame<std::uint32_t>(values, base, chunk.body);
    } else {
        append_frame<std::uint64_t>(values, 0, chunk.body);
    }
    write_chunk(chunk, out, options);
}

void append_int_planes(const std::vector<std::uint64_t>& codes, std::size_t width,
                       std::string& body, EncodeOptions options) {
    append_planes(reinterpret_cast<const std::uint8_t*>(codes.data()),
                  {.rows = codes.size(), .width = width, .stride = sizeof(std::uint64_t)}, options,
                  body);
}

void write_planes(Values values, std::int64_t base, std::size_t width, std::string& out,
                  EncodeOptions options) {
    Chunk chunk{.encoding = Encoding::int_planes, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    writer.fixed(base);
    writer.fixed(static_cast<std::uint8_t>(width));
    std::vector<std::uint64_t> codes(values.size());
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = above(values[i], base);
    append_int_planes(codes, width, chunk.body, options);
    write_chunk_as_is(chunk, out);
}

void write_delta_planes(Values values, std::string& out, EncodeOptions options) {
    std::vector<std::uint64_t> deltas(values.size() - 1);
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < deltas.size(); ++i) {
        deltas[i] = above(values[i + 1], values[i]);
        least = std::min(least, static_cast<std::int64_t>(deltas[i]));
    }
    std::uint64_t range = 0;
    for (std::uint64_t& delta : deltas) {
        delta = above(static_cast<std::int64_t>(delta), least);
        range = std::max(range, delta);
    }
    Chunk chunk{.encoding = Encoding::int_delta_planes, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    writer.fixed(values.front());
    writer.fixed(least);
    writer.fixed(static_cast<std::uint8_t>(bytes_of(range)));
    append_int_planes(deltas, bytes_of(range), chunk.body, options);
    write_chunk_as_is(chunk, out);
}

/// Up to 256 distinct values in order of first use, found by open addressing.
class SmallDictionary {
 public:
    /// false  there are more than 256; the dictionary is of no use then
    bool build(Values values) {
        codes_.resize(values.size());
        std::int64_t last = 0;
        std::uint8_t last_code = 0;
        for (std::size_t row = 0; row < values.size(); ++row) {
            if (row == 0 || values[row] != last) {
                const int code = find(values[row]);
                if (code < 0) return false;
                last = values[row];
                last_code = static_cast<std::uint8_t>(code);
            }
            codes_[row] = static_cast<char>(last_code);
        }
        return true;
    }
    const std::vector<std::int64_t>& entries() const { return entries_; }
    const std::string& codes() const { return codes_; }

 private:
    int find(std::int64_t value) {
        std::size_t slot = mix64(static_cast<std::uint64_t>(value)) % slots_.size();
        for (; slots_[slot] != 0; slot = (slot + 1) % slots_.size())
            if (entries_[slots_[slot] - std::size_t{1}] == value) return slots_[slot] - 1;
        if (entries_.size() == dictionary_entries_max) return -1;
        entries_.push_back(value);
        slots_[slot] = static_cast<std::uint16_t>(entries_.size());
        return static_cast<int>(entries_.size() - 1);
    }

    std::array<std::uint16_t, 4 * dictionary_entries_max> slots_{};  // code + 1; 0 is free
    std::vector<std::int64_t> entries_;
    std::string codes_;
};

bool write_dictionary(Values values, std::size_t width, std::string& out, EncodeOptions options) {
    SmallDictionary dictionary;
    if (!dictionary.build(values)) return false;
    const std::size_t bytes = dictionary.entries().size() * sizeof(std::int64_t) + values.size();
    if (bytes >= width * values.size()) return false;
    Chunk chunk{.encoding = Encoding::int_dictionary, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    writer.fixed(static_cast<std::uint16_t>(dictionary.entries().size()));
    for (const std::int64_t entry : dictionary.entries()) writer.fixed(entry);
    writer.raw(dictionary.codes());
    write_chunk(chunk, out, options);
    return true;
}

/// Times are often whole micro- or milliseconds, written as nanoseconds.
bool write_multiples(Values values, std::int64_t base, std::string& out, EncodeOptions options) {
    const std::uint64_t divisor = common_divisor(values, base);
    if (divisor == 1) return false;
    const ExactDivision division(divisor);
    std::vector<std::int64_t> quotients(values.size());
    for (std::size_t i = 0; i < quotients.size(); ++i)
        quotients[i] = static_cast<std::int64_t>(division.quotient(above(values[i], base)));
    Chunk chunk{.encoding = Encoding::int_multiples, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    writer.fixed(base);
    writer.fixed(divisor);
    std::string nested;
    encode_ints(quotients, nested, options);  // they have no divisor in common: it ends here
    writer.text(nested);
    write_chunk_as_is(chunk, out);
    return true;
}

/// Of the chunk at `start` and the differences of its values.
void keep_smaller(std::size_t start, Values values, std::string& out, EncodeOptions options) {
    std::string differences;
    write_delta_planes(values, differences, options);
    if (differences.size() >= out.size() - start) return;
    out.resize(start);
    out += differences;
}

/// What a few windows of neighbours say about the whole.
struct Sample {
    double frame_bits = 0;  // of a value above the least, on average
    double delta_bits = 0;  // of a difference of neighbours
    bool is_repetitive = false;
};

Sample take_sample(Values values, std::int64_t base) {
    Sample sample;
    std::array<std::int64_t, windows * window_rows> seen;
    std::size_t size = 0;
    std::size_t frame_bits = 0;
    std::size_t delta_bits = 0;
    const std::size_t step = values.size() / windows;
    for (std::size_t window = 0; window < windows; ++window) {
        const std::int64_t* place = values.data() + window * step;
        for (std::size_t i = 0; i < window_rows; ++i) {
            seen[size++] = place[i];
            frame_bits += width_of(above(place[i], base));
            if (i > 0)
                delta_bits +=
                    width_of(zigzag(static_cast<std::int64_t>(above(place[i], place[i - 1]))));
        }
    }
    sample.frame_bits = static_cast<double>(frame_bits) / static_cast<double>(size);
    sample.delta_bits = static_cast<double>(delta_bits) / static_cast<double>(size - windows);
    std::sort(seen.begin(), seen.end());
    const auto distinct = std::unique(seen.begin(), seen.end()) - seen.begin();
    sample.is_repetitive = static_cast<std::size_t>(distinct) <= size * 3 / 4;
    return sample;
}

}  // namespace

void encode_ints(Values values, std::string& out, EncodeOptions options) {
    ASSERT(values.size() <= block_rows_max);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const std::int64_t base = values.empty() ? 0 : *least;
    const std::uint64_t range = values.empty() ? 0 : above(*most, base);
    if (range == 0) {
        Chunk chunk{.encoding = Encoding::int_constant, .rows = values.size(), .body = {}};
        ByteWriter(chunk.body).fixed(base);
        write_chunk_as_is(chunk, out);
        return;
    }
    const std::size_t width = bytes_of(range);
    if (width == 1 || values.size() < windows * window_rows) {
        write_frame(values, base, width, out, options);
        return;
    }
    const Sample sample = take_sample(values, base);
    const bool has_close_neighbours = sample.delta_bits + 1 < sample.frame_bits;
    if (sample.is_repetitive) {
        const std::size_t start = out.size();
        if (write_dictionary(values, width, out, options)) {
            // Values that come in runs may be cheaper as their differences.
            if (has_close_neighbours) keep_smaller(start, values, out, options);
            return;
        }
    }
    if (write_multiples(values, base, out, options)) return;
    if (has_close_neighbours)
        write_delta_planes(values, out, options);
    else if (!sample.is_repetitive && sample.frame_bits > random_bits_min)
        write_frame(values, base, width, out, options);
    else
        write_planes(values, base, width, out, options);
}

}  // namespace tomograph::column
