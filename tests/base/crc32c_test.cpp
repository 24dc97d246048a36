#include "base/crc32c.h"

#include <doctest/doctest.h>

#include <string>

#include "base/hash.h"

namespace tomograph {
namespace {

std::string noise(std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(mix64(i + 1) & 0xff);
    return bytes;
}

std::string count_up(int step) {
    std::string bytes;
    for (int i = 0; i < 32; ++i) bytes += static_cast<char>(step > 0 ? i : 31 - i);
    return bytes;
}

}  // namespace

TEST_CASE("crc32c gives the known checksums") {
    struct Case {
        std::string bytes;
        std::uint32_t checksum;
    };
    // RFC 3720, B.4, and the check value of the CRC catalogue.
    const Case cases[] = {
        {"", 0},
        {"123456789", 0xe3069283},
        {std::string(32, '\0'), 0x8a9136aa},
        {std::string(32, '\xff'), 0x62a8ab43},
        {count_up(1), 0x46dd794e},
        {count_up(-1), 0x113fdb5c},
    };
    for (const auto& [bytes, checksum] : cases) {
        CAPTURE(bytes.size());
        CHECK(crc32c(bytes) == checksum);
        CHECK(crc32c_scalar(bytes) == checksum);
    }
}

TEST_CASE("the instruction and its scalar twin agree at every size and alignment") {
    const std::string bytes = noise(300);
    for (std::size_t start = 0; start < 9; ++start)
        for (std::size_t size = 0; size + start <= bytes.size(); ++size) {
            const auto part = std::string_view(bytes).substr(start, size);
            REQUIRE(crc32c(part) == crc32c_scalar(part));
        }
}

TEST_CASE("a checksum goes on where the last one ended") {
    const std::string bytes = noise(100);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        const std::string_view all = bytes;
        REQUIRE(crc32c(all.substr(cut), crc32c(all.substr(0, cut))) == crc32c(all));
    }
}

TEST_CASE("every flipped bit changes the checksum") {
    std::string bytes = noise(64);
    const std::uint32_t before = crc32c(bytes);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        char& byte = bytes[bit / 8];
        const auto mask = static_cast<char>(1 << (bit % 8));
        byte = static_cast<char>(byte ^ mask);
        REQUIRE(crc32c(bytes) != before);
        byte = static_cast<char>(byte ^ mask);
    }
}

}  // namespace tomograph
