#include "base/crypto/seal.h"

#include <openssl/evp.h>

#include <cstring>
#include <memory>

namespace tomograph {
namespace {

constexpr std::size_t plain_bytes_max = 1 << 30;  // OpenSSL counts in int

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// Fetching the cipher costs more than sealing a log frame, so a thread does it once. Failures here
// are those of memory or of a broken library.
Context make_context(bool is_sealing) {
    Context context(EVP_CIPHER_CTX_new());
    ASSERT(context != nullptr);
    ASSERT(EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr,
                             is_sealing ? 1 : 0) == 1);
    return context;
}

const std::uint8_t* data_of(std::string_view bytes) {
    return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

EVP_CIPHER_CTX* begin(EVP_CIPHER_CTX* context, const SecretKey& key, const Nonce& nonce,
                      std::string_view what) {
    ASSERT(what.size() <= plain_bytes_max);
    ASSERT(EVP_CipherInit_ex(context, nullptr, nullptr, data_of(key.bytes()), nonce.bytes.data(),
                             -1) == 1);
    int size = 0;
    ASSERT(EVP_CipherUpdate(context, nullptr, &size, data_of(what),
                            static_cast<int>(what.size())) == 1);
    return context;
}

}  // namespace

Nonce counter_nonce(std::uint64_t major, std::uint32_t minor) {
    Nonce nonce;
    std::memcpy(nonce.bytes.data(), &major, sizeof major);
    std::memcpy(nonce.bytes.data() + sizeof major, &minor, sizeof minor);
    return nonce;
}

void seal_in_place(const SecretKey& key, const Nonce& nonce, std::string_view context,
                   std::string& bytes, std::size_t from) {
    static thread_local const Context kept = make_context(true);
    ASSERT(from <= bytes.size() && bytes.size() - from <= plain_bytes_max);
    EVP_CIPHER_CTX* cipher = begin(kept.get(), key, nonce, context);
    const std::size_t plain = bytes.size() - from;
    bytes.resize(bytes.size() + seal_tag_bytes);
    auto* at = reinterpret_cast<std::uint8_t*>(bytes.data()) + from;
    int size = 0;
    ASSERT(EVP_EncryptUpdate(cipher, at, &size, at, static_cast<int>(plain)) == 1);
    ASSERT(EVP_EncryptFinal_ex(cipher, at + plain, &size) == 1);
    ASSERT(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, seal_tag_bytes, at + plain) == 1);
}

std::string seal(const SecretKey& key, const Nonce& nonce, std::string_view context,
                 std::string_view plain) {
    std::string bytes;
    bytes.reserve(plain.size() + seal_tag_bytes);
    bytes.append(plain);
    seal_in_place(key, nonce, context, bytes, 0);
    return bytes;
}

Result<std::string> unseal(const SecretKey& key, const Nonce& nonce, std::string_view context,
                           std::string_view sealed) {
    static thread_local const Context kept = make_context(false);
    const Error damaged(ErrorCode::corrupt, "sealed bytes do not open");
    if (sealed.size() < seal_tag_bytes || sealed.size() - seal_tag_bytes > plain_bytes_max)
        return damaged;
    EVP_CIPHER_CTX* cipher = begin(kept.get(), key, nonce, context);
    const std::size_t size = sealed.size() - seal_tag_bytes;
    std::string plain(size, '\0');
    std::array<std::uint8_t, seal_tag_bytes> tag{};
    std::memcpy(tag.data(), sealed.data() + size, tag.size());
    auto* at = reinterpret_cast<std::uint8_t*>(plain.data());
    int done = 0;
    ASSERT(EVP_DecryptUpdate(cipher, at, &done, data_of(sealed), static_cast<int>(size)) == 1);
    ASSERT(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, seal_tag_bytes, tag.data()) == 1);
    if (EVP_DecryptFinal_ex(cipher, at + size, &done) == 1) return plain;
    erase_secret(plain);
    return damaged;
}

}  // namespace tomograph
