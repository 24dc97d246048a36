#include "column/int_chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "base/bytes.h"
#include "column/chunk.h"
#include "column/kernels.h"
#include "column/limits.h"
#include "column/planes.h"

namespace tomograph::column {
namespace {

constexpr std::int64_t int_max = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t entries_max = 256;

std::int64_t wrapping_sum(std::int64_t base, std::uint64_t code) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(base) + code);
}

// The largest code whose value is still a signed 64-bit number. No writer goes beyond: the base is
// its least value.
std::uint64_t code_limit(std::int64_t base) {
    return static_cast<std::uint64_t>(int_max) - static_cast<std::uint64_t>(base);
}

Error damaged(std::size_t rows, std::size_t bytes) {
    return Error(ErrorCode::corrupt, fmt::format("integers: {} rows in {} bytes", rows, bytes));
}

template <class Code>
void match_codes(const std::vector<Code>& codes, std::int64_t base, std::int64_t min,
                 std::int64_t max,
                 void (*range)(const Code*, std::size_t, Code, Code, std::uint64_t*),
                 std::uint64_t* bits) {
    if (max < base) return;
    const auto origin = static_cast<std::uint64_t>(base);
    constexpr std::uint64_t code_max = std::numeric_limits<Code>::max();
    const std::uint64_t low = min <= base ? 0 : static_cast<std::uint64_t>(min) - origin;
    const std::uint64_t high = std::min(static_cast<std::uint64_t>(max) - origin, code_max);
    if (low > high) return;
    range(codes.data(), codes.size(), static_cast<Code>(low), static_cast<Code>(high), bits);
}

}  // namespace

/// Fills an IntChunk from a chunk's body.
class IntChunkReader {
 public:
    explicit IntChunkReader(const Chunk& chunk) : chunk_(chunk), reader_(chunk.body) {}

    Result<IntChunk> read() {
        opened_.rows_ = chunk_.rows;
        switch (chunk_.encoding) {
            case Encoding::int_constant:
                if (chunk_.body.size() != sizeof(std::int64_t))
                    return Error(ErrorCode::corrupt,
                                 fmt::format("constant integer in {} bytes", chunk_.body.size()));
                opened_.base_ = reader_.fixed<std::int64_t>();
                return std::move(opened_);
            case Encoding::int_frame_8:
                return frame(opened_.codes8_);
            case Encoding::int_frame_16:
                return frame(opened_.codes16_);
            case Encoding::int_frame_32:
                return frame(opened_.codes32_);
            case Encoding::int_raw:
                return raw();
            case Encoding::int_planes:
                return planes();
            case Encoding::int_delta_planes:
                return delta_planes();
            case Encoding::int_dictionary:
                return dictionary();
            case Encoding::int_multiples:
                return multiples();
            default:
                return unknown_encoding(chunk_.encoding);
        }
    }

 private:
    template <class Code>
    Result<IntChunk> frame(std::vector<Code>& codes) {
        opened_.base_ = reader_.fixed<std::int64_t>();
        TRY(copy_rest(codes));
        TRY(check_codes(codes));
        return std::move(opened_);
    }

    Result<IntChunk> raw() {
        TRY(copy_rest(opened_.values_));
        return std::move(opened_);
    }

    template <class Value>
    Result<void> copy_rest(std::vector<Value>& values) {
        const std::string_view rest = reader_.raw(reader_.remaining());
        if (reader_.failed() || rest.size() != chunk_.rows * sizeof(Value))
            return damaged(chunk_.rows, chunk_.body.size());
        values.resize(chunk_.rows);
        if (!values.empty()) std::memcpy(values.data(), rest.data(), rest.size());
        return {};
    }

    template <class Code>
    Result<void> check_codes(const std::vector<Code>& codes) const {
        const std::uint64_t limit = code_limit(opened_.base_);
        if (limit >= std::numeric_limits<Code>::max()) return {};
        if (std::any_of(codes.begin(), codes.end(), [=](Code code) { return code > limit; }))
            return Error(ErrorCode::corrupt, "integers: base and code exceed 64 bits");
        return {};
    }

    Result<IntChunk> planes() {
        opened_.base_ = reader_.fixed<std::int64_t>();
        const std::size_t width = reader_.fixed<std::uint8_t>();
        if (width == 0 || width > sizeof(std::int64_t))
            return Error(ErrorCode::corrupt, fmt::format("integers of {} bytes", width));
        if (width == 1) {
            TRY(read_into(opened_.codes8_, width));
            TRY(check_codes(opened_.codes8_));
        } else if (width == 2) {
            TRY(read_into(opened_.codes16_, width));
            TRY(check_codes(opened_.codes16_));
        } else if (width <= 4) {
            TRY(read_into(opened_.codes32_, width));
            TRY(check_codes(opened_.codes32_));
        } else {
            TRY(read_into(opened_.values_, width));
            for (std::int64_t& value : opened_.values_)
                value = wrapping_sum(opened_.base_, static_cast<std::uint64_t>(value));
        }
        return std::move(opened_);
    }

    Result<IntChunk> delta_planes() {
        const auto first = reader_.fixed<std::int64_t>();
        const auto least = reader_.fixed<std::int64_t>();
        const std::size_t width = reader_.fixed<std::uint8_t>();
        if (chunk_.rows == 0 || width > sizeof(std::int64_t) || reader_.failed())
            return Error(ErrorCode::corrupt,
                         fmt::format("{} differences of {} bytes", chunk_.rows, width));
        std::vector<std::int64_t>& values = opened_.values_;
        values.resize(chunk_.rows);
        TRY(read_planes(reader_, {chunk_.rows - 1, width, sizeof(std::int64_t)},
                        reinterpret_cast<std::uint8_t*>(values.data() + 1)));
        TRY(check_end());
        values[0] = first;
        for (std::size_t row = 1; row < values.size(); ++row)
            values[row] = wrapping_sum(wrapping_sum(values[row], static_cast<std::uint64_t>(least)),
                                       static_cast<std::uint64_t>(values[row - 1]));
        return std::move(opened_);
    }

    Result<IntChunk> dictionary() {
        const std::size_t count = reader_.fixed<std::uint16_t>();
        if (count == 0 || count > entries_max)
            return Error(ErrorCode::corrupt, fmt::format("dictionary of {} integers", count));
        opened_.entries_.resize(entries_max);
        for (std::size_t i = 0; i < count; ++i) opened_.entries_[i] = reader_.fixed<std::int64_t>();
        TRY(copy_rest(opened_.codes8_));
        if (std::any_of(opened_.codes8_.begin(), opened_.codes8_.end(),
                        [=](std::uint8_t code) { return code >= count; }))
            return Error(ErrorCode::corrupt, "integers: code beyond the dictionary");
        return std::move(opened_);
    }

    Result<IntChunk> multiples() {
        const auto origin = reader_.fixed<std::int64_t>();
        const auto divisor = reader_.fixed<std::uint64_t>();
        const std::string_view nested = reader_.text();
        TRY(check_end());
        if (divisor < 2)
            return Error(ErrorCode::corrupt, fmt::format("integers: multiples of {}", divisor));
        const Chunk quotients = TRY_WITHIN("quotients", read_chunk(nested, chunk_.rows));
        if (quotients.encoding == chunk_.encoding) return unknown_encoding(quotients.encoding);
        opened_ = TRY_WITHIN("quotients", IntChunkReader(quotients).read());
        const std::uint64_t limit = code_limit(origin) / divisor;
        if (opened_.min() < 0 || static_cast<std::uint64_t>(opened_.max()) > limit)
            return Error(ErrorCode::corrupt, "integers: base and multiple exceed 64 bits");
        opened_.origin_ = origin;
        opened_.divisor_ = divisor;
        return std::move(opened_);
    }

    template <class Value>
    Result<void> read_into(std::vector<Value>& values, std::size_t width) {
        values.resize(chunk_.rows);
        TRY(read_planes(reader_, {chunk_.rows, width, sizeof(Value)},
                        reinterpret_cast<std::uint8_t*>(values.data())));
        return check_end();
    }

    Result<void> check_end() const {
        if (reader_.failed() || reader_.remaining() != 0)
            return damaged(chunk_.rows, chunk_.body.size());
        return {};
    }

    const Chunk& chunk_;
    ByteReader reader_;
    IntChunk opened_;
};

Result<IntChunk> IntChunk::open(std::string_view bytes, std::size_t rows) {
    if (rows > block_rows_max)
        return Error(ErrorCode::corrupt, fmt::format("integers of {} rows", rows));
    const Chunk chunk = TRY(read_chunk(bytes, rows));
    return IntChunkReader(chunk).read();
}

// Calls visit with a function from row to what the row holds.
template <class Visit>
auto IntChunk::with_quotients(Visit visit) const {
    if (!entries_.empty()) return visit([this](std::size_t row) { return entries_[codes8_[row]]; });
    if (!codes8_.empty())
        return visit([this](std::size_t row) { return wrapping_sum(base_, codes8_[row]); });
    if (!codes16_.empty())
        return visit([this](std::size_t row) { return wrapping_sum(base_, codes16_[row]); });
    if (!codes32_.empty())
        return visit([this](std::size_t row) { return wrapping_sum(base_, codes32_[row]); });
    if (!values_.empty()) return visit([this](std::size_t row) { return values_[row]; });
    return visit([this](std::size_t) { return base_; });
}

// Calls visit with a function from row to value.
template <class Visit>
auto IntChunk::with_values(Visit visit) const {
    if (divisor_ == 1) return with_quotients(visit);
    return with_quotients([this, visit](auto at) {
        return visit([this, at](std::size_t row) {
            return wrapping_sum(origin_, divisor_ * static_cast<std::uint64_t>(at(row)));
        });
    });
}

std::int64_t IntChunk::value(std::size_t row) const {
    ASSERT(row < rows_);
    return with_values([row](auto at) { return at(row); });
}

void IntChunk::values(std::span<std::int64_t> out) const {
    ASSERT(out.size() == rows_);
    with_values([out](auto at) {
        for (std::size_t row = 0; row < out.size(); ++row) out[row] = at(row);
    });
}

std::int64_t IntChunk::min() const {
    if (rows_ == 0) return 0;
    return with_values([this](auto at) {
        std::int64_t least = at(0);
        for (std::size_t row = 1; row < rows_; ++row) least = std::min(least, at(row));
        return least;
    });
}

std::int64_t IntChunk::max() const {
    if (rows_ == 0) return 0;
    return with_values([this](auto at) {
        std::int64_t most = at(0);
        for (std::size_t row = 1; row < rows_; ++row) most = std::max(most, at(row));
        return most;
    });
}

void IntChunk::match(std::int64_t min, std::int64_t max, Bitmap& out) const {
    ASSERT(out.rows() == rows_);
    if (divisor_ == 1) {
        match_quotients(min, max, out);
        return;
    }
    if (max < origin_) return;
    const auto origin = static_cast<std::uint64_t>(origin_);
    const std::uint64_t above = min <= origin_ ? 0 : static_cast<std::uint64_t>(min) - origin;
    const std::uint64_t low = above / divisor_ + (above % divisor_ != 0 ? 1 : 0);
    const std::uint64_t high = (static_cast<std::uint64_t>(max) - origin) / divisor_;
    if (low > high) return;  // else both are below 2^63: the divisor is at least 2
    match_quotients(static_cast<std::int64_t>(low), static_cast<std::int64_t>(high), out);
}

void IntChunk::match_quotients(std::int64_t min, std::int64_t max, Bitmap& out) const {
    if (min > max) return;
    std::uint64_t* bits = out.words().data();
    const Kernels& fast = kernels();
    if (!entries_.empty()) {
        std::array<std::uint64_t, entries_max / 64> wanted{};
        for (std::size_t i = 0; i < entries_.size(); ++i)
            wanted[i / 64] |= std::uint64_t{entries_[i] >= min && entries_[i] <= max} << i % 64;
        fast.set_8(codes8_.data(), rows_, wanted.data(), bits);
    } else if (!codes8_.empty()) {
        match_codes(codes8_, base_, min, max, fast.range_8, bits);
    } else if (!codes16_.empty()) {
        match_codes(codes16_, base_, min, max, fast.range_16, bits);
    } else if (!codes32_.empty()) {
        match_codes(codes32_, base_, min, max, fast.range_32, bits);
    } else if (!values_.empty()) {
        fast.range_64(values_.data(), rows_, min, max, bits);
    } else if (base_ >= min && base_ <= max) {
        out.fill();
    }
}

Result<std::vector<std::int64_t>> decode_ints(std::string_view bytes, std::size_t rows) {
    const IntChunk chunk = TRY(IntChunk::open(bytes, rows));
    std::vector<std::int64_t> values(rows);
    chunk.values(values);
    return values;
}

}  // namespace tomograph::column
