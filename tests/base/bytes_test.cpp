#include "base/bytes.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace tomograph {
namespace {

constexpr auto u64_max = std::numeric_limits<std::uint64_t>::max();
constexpr auto i64_min = std::numeric_limits<std::int64_t>::min();
constexpr auto i64_max = std::numeric_limits<std::int64_t>::max();

std::string with_writer(auto write) {
    std::string out;
    ByteWriter writer(out);
    write(writer);
    return out;
}

}  // namespace

TEST_CASE("varints have their known spelling and read back") {
    const std::vector<std::pair<std::uint64_t, std::string>> cases = {
        {0, std::string(1, '\0')},
        {1, "\x01"},
        {127, "\x7f"},
        {128, "\x80\x01"},
        {300, "\xac\x02"},
        {u64_max, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
    };
    for (const auto& [value, bytes] : cases) {
        CAPTURE(value);
        CHECK(with_writer([&](ByteWriter& writer) { writer.varint(value); }) == bytes);
        ByteReader reader(bytes);
        CHECK(reader.varint() == value);
        CHECK(reader.remaining() == 0);
        CHECK_FALSE(reader.failed());
    }
}

TEST_CASE("signed varints are short near zero and read back") {
    const std::vector<std::pair<std::int64_t, std::size_t>> cases = {
        {0, 1}, {-1, 1}, {1, 1}, {-64, 1}, {64, 2}, {i64_min, 10}, {i64_max, 10}};
    for (const auto& [value, size] : cases) {
        CAPTURE(value);
        const std::string bytes =
            with_writer([&](ByteWriter& writer) { writer.signed_varint(value); });
        CHECK(bytes.size() == size);
        ByteReader reader(bytes);
        CHECK(reader.signed_varint() == value);
        CHECK_FALSE(reader.failed());
    }
}

TEST_CASE("everything written reads back in order") {
    const std::string bytes = with_writer([](ByteWriter& writer) {
        writer.fixed(std::uint8_t{7});
        writer.fixed(std::int32_t{-2});
        writer.fixed(u64_max);
        writer.text("hello");
        writer.text("");
        writer.raw("rest");
    });
    ByteReader reader(bytes);
    CHECK(reader.fixed<std::uint8_t>() == 7);
    CHECK(reader.fixed<std::int32_t>() == -2);
    CHECK(reader.fixed<std::uint64_t>() == u64_max);
    CHECK(reader.text() == "hello");
    CHECK(reader.text().empty());
    CHECK(reader.raw(4) == "rest");
    CHECK(reader.remaining() == 0);
    CHECK_FALSE(reader.failed());
}

TEST_CASE("fixed integers are little-endian") {
    CHECK(with_writer([](ByteWriter& writer) { writer.fixed(std::uint32_t{0x01020304}); }) ==
          "\x04\x03\x02\x01");
}

TEST_CASE("a damaged varint fails") {
    const std::vector<std::string> cases = {
        "",
        "\x80",
        std::string(9, '\xff'),
        std::string(9, '\xff') + "\x02",  // more than 64 bits
        std::string(10, '\x80') + "\x01",
    };
    for (const std::string& bytes : cases) {
        CAPTURE(bytes.size());
        ByteReader reader(bytes);
        CHECK(reader.varint() == 0);
        CHECK(reader.failed());
    }
}

TEST_CASE("after a failed read everything is zero and stays failed") {
    ByteReader reader("\x09short");
    CHECK(reader.text().empty());
    CHECK(reader.failed());
    CHECK(reader.remaining() == 0);
    CHECK(reader.fixed<std::uint64_t>() == 0);
    CHECK(reader.varint() == 0);
    CHECK(reader.signed_varint() == 0);
    CHECK(reader.raw(0).empty());
    CHECK(reader.failed());
}

TEST_CASE("a length near the end of the address space is only too long") {
    ByteReader reader("abc");
    CHECK(reader.raw(u64_max).empty());
    CHECK(reader.failed());
}

TEST_CASE("every prefix of a message fails, and none is read past") {
    const std::string bytes = with_writer([](ByteWriter& writer) {
        writer.varint(1'000'000);
        writer.text("name");
        writer.fixed(std::uint32_t{5});
    });
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        const std::vector<char> exact(bytes.begin(),
                                      bytes.begin() + static_cast<std::ptrdiff_t>(size));
        ByteReader reader(std::string_view(exact.data(), exact.size()));
        reader.varint();
        reader.text();
        reader.fixed<std::uint32_t>();
        CHECK(reader.failed());
    }
}

}  // namespace tomograph
