#pragma once

#include <cstdint>

#include "model/graph.h"

namespace tomograph {

/// How far the judging of stored traces by a version of a group came.
struct Reevaluation {
    GroupId version;
    std::uint64_t parts_done = 0;  ///< those that went meanwhile, too
    std::uint64_t parts = 0;
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes = 0;
    std::uint64_t parts_damaged = 0;  ///< left out, and done as far as it goes
    bool waits_for_disk = false;      ///< there is no room to write the next part again

    bool is_done() const { return parts_done == parts; }
};

}  // namespace tomograph
