#include "base/crypto/seal.h"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace tomograph;

namespace {

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes.push_back(
            static_cast<char>(std::strtol(std::string(hex.substr(i, 2)).c_str(), nullptr, 16)));
    return bytes;
}

Nonce nonce_of(std::string_view hex) {
    const std::string bytes = from_hex(hex);
    Nonce nonce;
    for (std::size_t i = 0; i < nonce.bytes.size(); ++i)
        nonce.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
    return nonce;
}

const std::string zero_key(64, '0');
constexpr auto key_of_15 = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr auto text_of_15 =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
constexpr auto sealed_of_15 =
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";

}  // namespace

// McGrew and Viega, "The Galois/Counter Mode of Operation", submitted to NIST, cases 13 to 16.
TEST_CASE("the published vectors of AES-256-GCM") {
    struct Case {
        std::string key, nonce, context, plain, sealed;
    };
    const Case cases[] = {
        {zero_key, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
        {zero_key, "000000000000000000000000", "", "00000000000000000000000000000000",
         "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
        {key_of_15, "cafebabefacedbaddecaf888", "", text_of_15,
         std::string(sealed_of_15) + "b094dac5d93471bdec1a502270e3cc6c"},
        {key_of_15, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
         std::string(text_of_15).substr(0, 120),
         std::string(sealed_of_15).substr(0, 120) + "76fc6ece0f4e1768cddf8853bb2d551b"},
    };
    for (const Case& c : cases) {
        const SecretKey key(from_hex(c.key));
        CHECK(seal(key, nonce_of(c.nonce), from_hex(c.context), from_hex(c.plain)) ==
              from_hex(c.sealed));
        const auto opened = unseal(key, nonce_of(c.nonce), from_hex(c.context), from_hex(c.sealed));
        REQUIRE(opened);
        CHECK(*opened == from_hex(c.plain));
    }
}

TEST_CASE("any changed bit, another key, place or context opens nothing") {
    const SecretKey key = SecretKey::random().value();
    const std::string plain = "acknowledged means on stable storage";
    const std::string sealed = seal(key, counter_nonce(7, 3), "block", plain);
    CHECK(sealed.size() == plain.size() + seal_tag_bytes);
    CHECK(sealed.find("stable") == std::string::npos);
    REQUIRE(unseal(key, counter_nonce(7, 3), "block", sealed));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        std::string other = sealed;
        other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
        const auto opened = unseal(key, counter_nonce(7, 3), "block", other);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code() == ErrorCode::corrupt);
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
        CHECK_FALSE(unseal(key, counter_nonce(7, 3), "block", sealed.substr(0, size)));
    CHECK_FALSE(unseal(key, counter_nonce(7, 2), "block", sealed));
    CHECK_FALSE(unseal(key, counter_nonce(6, 3), "block", sealed));
    CHECK_FALSE(unseal(key, counter_nonce(7, 3), "Block", sealed));
    CHECK_FALSE(unseal(SecretKey::random().value(), counter_nonce(7, 3), "block", sealed));
}

TEST_CASE("sealing in place leaves what stands before") {
    const SecretKey key = SecretKey::random().value();
    std::string bytes = "head|body";
    seal_in_place(key, counter_nonce(1, 0), "head|", bytes, 5);
    CHECK(bytes.substr(0, 5) == "head|");
    const auto opened = unseal(key, counter_nonce(1, 0), "head|", bytes.substr(5));
    REQUIRE(opened);
    CHECK(*opened == "body");
}

TEST_CASE("a key that was moved away is erased") {
    SecretKey key(std::string(secret_key_bytes, 'k'));
    const SecretKey other = std::move(key);
    CHECK(other.bytes() == std::string(secret_key_bytes, 'k'));
    CHECK(key.bytes() == std::string(secret_key_bytes, '\0'));  // NOLINT(bugprone-use-after-move)
}
