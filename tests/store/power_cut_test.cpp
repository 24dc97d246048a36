#include "store/power_cut.h"

namespace tomograph::testing {
namespace {

TEST_CASE("whatever dies when, every answered document is there once") {
    double summaries = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        PowerCutRound round(seed);
        const auto failure = round.run();
        CHECK_MESSAGE(!failure, (failure ? *failure : ""));
        summaries += round.summaries();
    }
    CHECK(summaries > 50);
}

TEST_CASE("whatever dies when, the sums of documents that expired stay, once") {
    double folds = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        PowerCutRound round(seed, true);
        const auto failure = round.run();
        CHECK_MESSAGE(!failure, (failure ? *failure : ""));
        folds += round.folds();
    }
    CHECK(folds > 100);
}

// A start removed files by a manifest record that was never synced, then lost that record.
TEST_CASE("a start that cannot write its manifest removes nothing") {
    const auto failure = PowerCutRound(616372, true).run();
    CHECK_MESSAGE(!failure, (failure ? *failure : ""));
}

TEST_CASE("whatever dies when, a redacted trace is gone, and nothing else") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const auto failure = PowerCutRound(seed, false, true).run();
        CHECK_MESSAGE(!failure, (failure ? *failure : ""));
    }
}

}  // namespace
}  // namespace tomograph::testing
