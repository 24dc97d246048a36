#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tomograph {

/// What page tokens are sealed with: 32 random bytes, kept per data directory.
struct PageTokenKey {
    std::array<std::uint8_t, 32> bytes{};
};

/// What a token goes with: the operation and its request but for the token. Each member is
/// delimited, so that no two requests say the same.
class PageBinding {
 public:
    explicit PageBinding(std::string_view operation) { add(operation); }

    PageBinding& add(std::string_view text);
    PageBinding& add(std::int64_t number);

    const std::string& bytes() const { return bytes_; }

 private:
    std::string bytes_;
};

/// Makes an opaque NextToken: at most page_token_chars_max of [A-Za-z0-9_-].
///
///   base64url( version 1 B | expiry, epoch second 8 B | place | HMAC-SHA-256 of all of it and the
///              binding, first 16 B )
///
/// place  where the next page begins; at most page_place_bytes_max
std::string seal_page_token(const PageTokenKey& key, const PageBinding& binding,
                            std::string_view place, Instant now);

/// The place in a token.
/// errors  invalid  "NextToken …": not ours, of another request, or older than page_token_lifetime
Result<std::string> open_page_token(const PageTokenKey& key, const PageBinding& binding,
                                    std::string_view token, Instant now);

inline constexpr std::size_t page_place_bytes_max = 40;

}  // namespace tomograph
