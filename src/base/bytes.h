#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace tomograph {

static_assert(std::endian::native == std::endian::little, "on-disk integers are little-endian");

/// Appends fixed-width little-endian integers, varints and strings to a byte string.
class ByteWriter {
 public:
    explicit ByteWriter(std::string& out) : out_(out) {}

    template <class T>
        requires std::is_integral_v<T>
    void fixed(T value) {
        out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    /// LEB128, 1 to 10 bytes.
    void varint(std::uint64_t value) {
        while (value >= 0x80) {
            out_.push_back(static_cast<char>(value | 0x80));
            value >>= 7;
        }
        out_.push_back(static_cast<char>(value));
    }
    /// Zigzag, then LEB128: small magnitudes of either sign are short.
    void signed_varint(std::int64_t value) {
        varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    }
    void raw(std::string_view bytes) { out_.append(bytes); }
    /// Length as a varint, then the bytes.
    void text(std::string_view bytes) {
        varint(bytes.size());
        out_.append(bytes);
    }

 private:
    std::string& out_;
};

/// Reads what ByteWriter wrote, from bytes that may be damaged: a read past the end gives zero
/// values and makes failed() true for ever, so a decoder checks once at its end (and before it
/// trusts a count).
class ByteReader {
 public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

    template <class T>
        requires std::is_integral_v<T>
    T fixed() {
        T value = 0;
        const std::string_view bytes = raw(sizeof value);
        if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());
        return value;
    }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (rest_.empty()) break;
            const auto byte = static_cast<std::uint8_t>(rest_.front());
            rest_.remove_prefix(1);
            if (shift == 63 && byte > 1) break;
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        return fail();
    }
    std::int64_t signed_varint() {
        const std::uint64_t value = varint();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
    /// The next `size` bytes, borrowed from the input; empty on failure.
    std::string_view raw(std::uint64_t size) {
        if (failed_ || size > rest_.size()) {
            fail();
            return {};
        }
        const std::string_view bytes = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(static_cast<std::size_t>(size));
        return bytes;
    }
    std::string_view text() { return raw(varint()); }

    std::size_t remaining() const { return rest_.size(); }
    bool failed() const { return failed_; }

 private:
    std::uint64_t fail() {
        failed_ = true;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace tomograph
