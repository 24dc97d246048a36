#include "query/page_token.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>

#include "query/limits.h"

using namespace tomograph;

namespace {

const Instant now = Instant::from_seconds(1'478'232'000);
const PageTokenKey key = [] {
    PageTokenKey made;
    made.bytes.fill(7);
    return made;
}();

PageBinding binding(std::string_view operation = "GetTraceSummaries", std::int64_t start = 5) {
    PageBinding made(operation);
    made.add(start);
    return made;
}

}  // namespace

TEST_CASE("a token gives its place back until it expires") {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{24}, page_place_bytes_max}) {
        const std::string place(size, '\xfe');
        const std::string token = seal_page_token(key, binding(), place, now);
        CHECK(token.size() <= page_token_chars_max);
        CHECK(std::all_of(token.begin(), token.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
        }));
        const auto opened = open_page_token(key, binding(), token, now + page_token_lifetime);
        REQUIRE(opened);
        CHECK(*opened == place);
        const auto late = open_page_token(key, binding(), token,
                                          now + page_token_lifetime + Duration::seconds(1));
        REQUIRE_FALSE(late);
        CHECK(late.error().message() == "NextToken has expired; ask for the first page again");
    }
}

TEST_CASE("a token is good for its own request, operation and key only") {
    const std::string token = seal_page_token(key, binding(), "place", now);
    PageTokenKey other_key = key;
    other_key.bytes[31] ^= 1;
    CHECK_FALSE(open_page_token(other_key, binding(), token, now));
    CHECK_FALSE(open_page_token(key, binding("GetServiceGraph"), token, now));
    CHECK_FALSE(open_page_token(key, binding("GetTraceSummaries", 6), token, now));
    CHECK(open_page_token(key, binding(), token, now));
}

TEST_CASE("no changed token is accepted") {
    const std::string token = seal_page_token(key, binding(), "a place of some bytes", now);
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK_FALSE(open_page_token(key, binding(), changed, now));
        CHECK_FALSE(open_page_token(key, binding(), token.substr(0, i), now));
    }
    for (const std::string& bad : {token + "A", token + "=", std::string("forged"), std::string(),
                                   std::string(101, 'A'), std::string("\xff\x00", 2)}) {
        const auto opened = open_page_token(key, binding(), bad, now);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code() == ErrorCode::invalid);
        CHECK(opened.error().message().starts_with("NextToken"));
    }
}

TEST_CASE("members of a binding are kept apart") {
    PageBinding a("op"), b("op");
    a.add("xy").add("z");
    b.add("x").add("yz");
    CHECK(a.bytes() != b.bytes());
}
