#pragma once

#include <vector>

#include "model/graph.h"
#include "trace/trace.h"

namespace tomograph {

/// Tells which groups a trace belongs to, so that it is counted in their service graphs as well.
/// Asked whenever what a trace contributes is computed: for the whole trace as it is now, and for
/// what of it is in parts already, whose contribution is then taken back.
///
/// Must answer the same for the same trace for as long as a group exists, since corrections are
/// differences of two answers. Consequences: an edited filter gets a new id; a group counts traces
/// sealed after it was made, and of older ones what their late documents change.
/// Threads: any.
class GroupClassifier {
 public:
    virtual ~GroupClassifier() = default;

    /// Without group 0, which has every trace; none twice.
    virtual std::vector<GroupId> groups_of(const Trace& trace) const = 0;
};

}  // namespace tomograph
