// Runs many rounds of tests/store/power_cut.h:  power_cut_suite [rounds] [first seed]
#include <cstdio>
#include <cstdlib>

#define DOCTEST_CONFIG_IMPLEMENT
#include "../store/power_cut.h"

int main(int count, char** arguments) {
    const std::uint64_t rounds = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1000;
    const std::uint64_t first = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1;
    doctest::Context context;
    context.setAsDefaultForAssertsOutOfTestCases();
    std::uint64_t failures = 0;
    for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
        std::fflush(stdout);
        const bool retention = seed % 2 == 0;
        const auto failure = tomograph::testing::PowerCutRound(seed, retention).run();
        if (!failure) continue;
        ++failures;
        std::printf("%s\n", failure->c_str());
    }
    std::printf("power cut suite: %llu rounds from seed %llu, %llu failures\n",
                static_cast<unsigned long long>(rounds), static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(failures));
    return failures == 0 ? 0 : 1;
}
