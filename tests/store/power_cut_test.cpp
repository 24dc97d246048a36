#include "store/power_cut.h"

namespace tomograph::testing {
namespace {

TEST_CASE("whatever dies when, every answered document is there once") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const auto failure = PowerCutRound(seed).run();
        CHECK_MESSAGE(!failure, (failure ? *failure : ""));
    }
}

}  // namespace
}  // namespace tomograph::testing
