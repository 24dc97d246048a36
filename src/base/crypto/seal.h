#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/crypto/secret_key.h"
#include "base/result.h"

namespace tomograph {

// AES-256-GCM. Sealed bytes are the ciphertext, as long as the plaintext, then a tag:
//
//   sealed = seal(key, counter_nonce(block, column), "what this is", bytes)
//   bytes  = TRY(unseal(key, counter_nonce(block, column), "what this is", sealed))
//
// A nonce must never seal twice under one key: that gives both plaintexts away and lets others
// forge tags. So a key belongs to one file, written once, and its nonces are counters of the places
// in it. `context` is authenticated but not stored: bytes moved to another place do not open.
//
// Threads: any; each keeps one cipher context, which holds the schedule of the last key it used.

struct Nonce {
    std::array<std::uint8_t, 12> bytes{};
};

/// A place in a file as a nonce: 8 bytes, then 4, little-endian.
Nonce counter_nonce(std::uint64_t major, std::uint32_t minor);

inline constexpr std::size_t seal_tag_bytes = 16;

/// size  plain + seal_tag_bytes; plain is at most 1 GiB
std::string seal(const SecretKey& key, const Nonce& nonce, std::string_view context,
                 std::string_view plain);

/// Seals what stands in `bytes` from `begin` on, without a copy; the tag is appended.
void seal_in_place(const SecretKey& key, const Nonce& nonce, std::string_view context,
                   std::string& bytes, std::size_t begin);

/// The plaintext, or nothing of it.
/// errors  corrupt  other bytes, key, nonce or context than those that were sealed
Result<std::string> unseal(const SecretKey& key, const Nonce& nonce, std::string_view context,
                           std::string_view sealed);

}  // namespace tomograph
