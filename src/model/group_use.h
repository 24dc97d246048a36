#pragma once

#include <cstdint>

namespace tomograph {

/// What the sums of a version of a group are for (docs/decisions/015-re-evaluation.md).
enum class GroupUse : std::uint8_t {
    counted,
    judging,  ///< stored traces are judged by it as well; nobody reads it yet
    history,  ///< read of traces that are gone, from rollup files: another counts all that are
              ///< there
};

}  // namespace tomograph
