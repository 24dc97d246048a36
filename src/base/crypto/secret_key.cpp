#include "base/crypto/secret_key.h"

#include <openssl/crypto.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tomograph {

Result<void> fill_random(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
        if (got > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(got));
        else if (errno != EINTR)
            return error_from_errno(ErrorCode::io, "getrandom");
    }
    return {};
}

void erase_secret(std::span<char> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

Result<SecretKey> SecretKey::random() {
    SecretKey key;
    TRY(fill_random(key.bytes_));
    return key;
}

SecretKey::SecretKey(std::string_view bytes) {
    ASSERT(bytes.size() == bytes_.size());
    std::memcpy(bytes_.data(), bytes.data(), bytes.size());
}

SecretKey::SecretKey(SecretKey&& other) noexcept { *this = std::move(other); }

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
    if (this == &other) return *this;
    bytes_ = other.bytes_;
    OPENSSL_cleanse(other.bytes_.data(), other.bytes_.size());
    return *this;
}

SecretKey::~SecretKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

}  // namespace tomograph
