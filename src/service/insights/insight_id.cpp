#include "service/insights/insight_id.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace tomograph {
namespace {

/// A random UUID that stands for "insights of Tomograph" in all ids.
constexpr std::string_view name_space{
    "\x9f\x1c\x5a\x2e\x7d\x40\x4b\x8e\xa3\x61\x0c\xd4\x5e\x92\xb7\x18", 16};

}  // namespace

std::string make_insight_id(const StoredInsight& insight) {
    std::string name(name_space);
    ByteWriter writer(name);
    writer.text(insight.group_arn);
    writer.fixed(static_cast<std::uint8_t>(insight.kind));
    writer.text(insight.root_cause.name);
    writer.text(insight.root_cause.type);
    writer.text(insight.root_cause.account_id);
    writer.fixed(insight.start_minute);
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest.data());
    digest[6] = static_cast<unsigned char>((digest[6] & 0x0f) | 0x50);
    digest[8] = static_cast<unsigned char>((digest[8] & 0x3f) | 0x80);
    std::string id;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
        id += fmt::format("{:02x}", digest[i]);
    }
    return id;
}

bool is_insight_id(std::string_view text) {
    constexpr std::string_view shape = "xxxxxxxx-xxxx-Vxxx-Nxxx-xxxxxxxxxxxx";
    if (text.size() != shape.size()) return false;
    constexpr std::string_view hex = "0123456789abcdefABCDEF";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view allowed = shape[i] == 'x'   ? hex
                                         : shape[i] == 'V' ? std::string_view("12345")
                                         : shape[i] == 'N' ? std::string_view("89abAB")
                                                           : std::string_view("-");
        if (allowed.find(text[i]) == std::string_view::npos) return false;
    }
    return true;
}

}  // namespace tomograph
