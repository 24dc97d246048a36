#include "query/page_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "query/limits.h"

namespace tomograph {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t head_bytes = sizeof version + sizeof(std::int64_t);
constexpr std::size_t seal_bytes = 16;
static_assert((head_bytes + page_place_bytes_max + seal_bytes) * 4 / 3 + 1 <= page_token_chars_max);

std::string seal_of(const PageTokenKey& key, const PageBinding& binding, std::string_view content) {
    std::string message;
    ByteWriter writer(message);
    writer.text(content);
    writer.text(binding.bytes());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const unsigned char* made =
        HMAC(EVP_sha256(), key.bytes.data(), static_cast<int>(key.bytes.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
             &size);
    ASSERT(made != nullptr && size >= seal_bytes);
    return {reinterpret_cast<const char*>(digest.data()), seal_bytes};
}

Error bad_token() {
    return Error(ErrorCode::invalid, "NextToken is not one that this request was answered with");
}

}  // namespace

PageBinding& PageBinding::add(std::string_view text) {
    ByteWriter(bytes_).text(text);
    return *this;
}

PageBinding& PageBinding::add(std::int64_t number) {
    ByteWriter(bytes_).fixed(number);
    return *this;
}

std::string seal_page_token(const PageTokenKey& key, const PageBinding& binding,
                            std::string_view place, Instant now) {
    ASSERT(place.size() <= page_place_bytes_max);
    std::string content;
    ByteWriter writer(content);
    writer.fixed(version);
    writer.fixed((now + page_token_lifetime).second());
    writer.raw(place);
    return base64_encode(content + seal_of(key, binding, content), Base64Form::url);
}

Result<std::string> open_page_token(const PageTokenKey& key, const PageBinding& binding,
                                    std::string_view token, Instant now) {
    if (token.size() > page_token_chars_max) return bad_token();
    const std::optional<std::string> bytes = base64url_decode(token);
    if (!bytes || bytes->size() < head_bytes + seal_bytes) return bad_token();
    const std::string_view content = std::string_view(*bytes).substr(0, bytes->size() - seal_bytes);
    const std::string seal = seal_of(key, binding, content);
    if (CRYPTO_memcmp(seal.data(), bytes->data() + content.size(), seal_bytes) != 0)
        return bad_token();

    ByteReader reader(content);
    if (reader.fixed<std::uint8_t>() != version) return bad_token();
    if (reader.fixed<std::int64_t>() < now.second())
        return Error(ErrorCode::invalid, "NextToken has expired; ask for the first page again");
    return std::string(reader.raw(reader.remaining()));
}

}  // namespace tomograph
