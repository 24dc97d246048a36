#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace tomograph {

inline constexpr std::size_t secret_key_bytes = 32;

/// A key of AES-256. One owner, erased when it goes, and nothing here turns it into text: a key
/// reaches neither a log line nor an error message.
class SecretKey {
 public:
    /// From the kernel's random numbers. errors: io
    static Result<SecretKey> random();
    /// A copy of exactly secret_key_bytes; the caller erases its own.
    explicit SecretKey(std::string_view bytes);

    SecretKey(SecretKey&& other) noexcept;
    SecretKey& operator=(SecretKey&& other) noexcept;
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;
    ~SecretKey();

    /// For ciphers only.
    std::string_view bytes() const {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

 private:
    SecretKey() = default;

    std::array<std::uint8_t, secret_key_bytes> bytes_{};
};

/// Encrypts the bytes of one file, and no other.
using DataKey = SecretKey;

/// Random bytes of the kernel, fit for keys and nonces. errors: io
Result<void> fill_random(std::span<std::uint8_t> bytes);

/// Overwrites the bytes in a way that the compiler does not leave out.
void erase_secret(std::span<char> bytes);

}  // namespace tomograph
