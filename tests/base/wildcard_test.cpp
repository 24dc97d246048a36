#include "base/wildcard.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace tomograph;

namespace {

/// The definition, character by character.
bool naive(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() == '*')
        return naive(pattern.substr(1), text) || (!text.empty() && naive(pattern, text.substr(1)));
    if (text.empty()) return false;
    const bool is_same =
        pattern.front() == '?' || to_lower_ascii(pattern.front()) == to_lower_ascii(text.front());
    return is_same && naive(pattern.substr(1), text.substr(1));
}

}  // namespace

TEST_CASE("a wildcard pattern stands for all of a text") {
    CHECK(matches_wildcard("*", ""));
    CHECK(matches_wildcard("", ""));
    CHECK_FALSE(matches_wildcard("", "a"));
    CHECK(matches_wildcard("/api/*", "/api/"));
    CHECK(matches_wildcard("/API/*/x?", "/api/v1/xy"));
    CHECK_FALSE(matches_wildcard("/api/?", "/api/"));
    CHECK_FALSE(matches_wildcard("api", "/api"));
}

TEST_CASE("random patterns match as the definition says") {
    std::mt19937 random(7);
    const auto word = [&](std::string_view letters) {
        std::string text(random() % 8, ' ');
        for (char& c : text) c = letters[random() % letters.size()];
        return text;
    };
    for (int n = 0; n < 200'000; ++n) {
        const std::string pattern = word("aB*?");
        const std::string text = word("abA");
        INFO(pattern, " ", text);
        REQUIRE(matches_wildcard(pattern, text) == naive(pattern, text));
    }
}
