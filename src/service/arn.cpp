#include "service/arn.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>

namespace tomograph {
namespace {

/// As AWS writes them: base32.
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t unique_letters = 52;

}  // namespace

Result<std::string> make_group_arn(const ArnScope& scope, std::string_view name) {
    std::array<unsigned char, unique_letters> random{};
    // Up to 256 bytes come whole once the kernel's pool is seeded (getrandom(2)).
    if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
        return error_from_errno(ErrorCode::io, "getrandom");
    std::string unique;
    for (const unsigned char byte : random) unique += letters[byte % letters.size()];
    return fmt::format("arn:aws:xray:{}:{}:group/{}/{}", scope.region, scope.account_id, name,
                       unique);
}

std::string make_rule_arn(const ArnScope& scope, std::string_view name) {
    return fmt::format("arn:aws:xray:{}:{}:sampling-rule/{}", scope.region, scope.account_id, name);
}

}  // namespace tomograph
