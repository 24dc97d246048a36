#include "query/page_token.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/base64.h"

using namespace tomograph;

namespace {

constexpr Instant now = Instant::from_seconds(1'478'232'000);

/// Nobody who does not have the key makes a token; what decodes is the one spelling of its bytes.
void check_foreign(const PageTokenKey& key, const PageBinding& binding, std::string_view text) {
    ASSERT(!open_page_token(key, binding, text, now));
    const auto bytes = base64url_decode(text);
    if (bytes) ASSERT(base64_encode(*bytes, Base64Form::url) == text);
}

/// A token gives its place back, to its own request only, and not once a bit of it has changed.
void check_own(const PageTokenKey& key, const PageBinding& binding, std::string_view place,
               std::size_t bit) {
    std::string token = seal_page_token(key, binding, place, now);
    const auto opened = open_page_token(key, binding, token, now);
    ASSERT(opened && *opened == place);
    ASSERT(!open_page_token(key, PageBinding(binding).add(1), token, now));
    token[bit / 8 % token.size()] ^= static_cast<char>(1U << bit % 8);
    ASSERT(!open_page_token(key, binding, token, now));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    PageTokenKey key;
    key.bytes.fill(7);
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    PageBinding binding("GetTraceSummaries");
    binding.add(static_cast<std::int64_t>(size % 3));
    check_foreign(key, binding, input);
    const std::size_t bit = size == 0 ? 0 : data[0] * size;
    check_own(key, binding, input.substr(0, page_place_bytes_max), bit);
    return 0;
}
