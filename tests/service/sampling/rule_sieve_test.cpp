#include "service/sampling/rule_sieve.h"

#include <doctest/doctest.h>

#include <random>

using namespace tomograph;

namespace {

/// Texts and patterns of few letters, so that many fit.
class RandomRules {
 public:
    explicit RandomRules(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t end) { return random_() % end; }

    std::string text(std::string_view letters) {
        std::string text;
        for (std::size_t n = below(6); n > 0; --n) text += letters[below(letters.size())];
        return text;
    }
    std::string pattern() { return below(3) == 0 ? "*" : text("aB/*?"); }
    std::optional<std::string> value() {
        return below(4) == 0 ? std::nullopt : std::optional(text("Ab/"));
    }

    SamplingRule rule() {
        SamplingRule rule{.service_name = pattern(),
                          .host = pattern(),
                          .http_method = pattern(),
                          .url_path = pattern()};
        if (below(8) == 0) rule.attributes["tier"] = "*";
        return rule;
    }

 private:
    std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("a sieve finds the rule that is found by asking each") {
    std::size_t fitting = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        RandomRules random(seed);
        std::vector<SamplingRule> rules;
        for (std::size_t n = random.below(12); n > 0; --n) rules.push_back(random.rule());
        const RuleSieve sieve(rules);
        for (int n = 0; n < 20; ++n) {
            SamplingRequest request{.service_name = random.value(),
                                    .host = random.value(),
                                    .http_method = random.value()};
            const auto beside = sieve.fitting_beside_path(request);
            for (int path = 0; path < 10; ++path) {
                const std::string text = random.text("Ab/");
                request.url_path = text.empty() ? std::nullopt : std::optional(text);
                const auto expected = first_fitting(rules, request);
                CHECK(sieve.first(beside, text) == expected);
                fitting += expected ? 1 : 0;
            }
        }
    }
    CHECK(fitting > 10'000);
}

TEST_CASE("a long pattern is told from paths that have almost all of it") {
    const std::vector<SamplingRule> rules = {{.url_path = "*/Orders-7/*"}, {.url_path = "*"}};
    const RuleSieve sieve(rules);
    const auto beside = sieve.fitting_beside_path({});
    CHECK(beside == std::vector<std::uint32_t>{0, 1});
    CHECK(sieve.first(beside, "/api/orders-7/1") == 0);
    CHECK(sieve.first(beside, "/api/orders-8/1") == 1);
    CHECK(sieve.first(beside, "") == 0);  // it does not say its path, and fits all
}
