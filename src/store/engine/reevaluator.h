#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "store/engine/open_graph.h"
#include "store/engine/store_core.h"
#include "store/reevaluation.h"

namespace tomograph {

/// A part that is written again with what a version of a group makes of its traces.
struct PartOrder {
    GroupId version;
    Groups groups;  ///< know the version
    Parts parts;    ///< where older rows of its traces are
};

/// What the part must have added for its cells of the version to be those of its rows: each adds
/// what its trace is with it, less what it was without, in the order of their numbers in the log.
/// Whatever the part has of the version already is taken back.
///
/// errors  io, corrupt; of parts with older rows, damage is reported and left out
/// cost    its documents are read whole
Result<GraphRollup> correction_of(const PartOrder& order, const LivePart& part);

/// Which parts a re-evaluation still has to write again (docs/decisions/015-re-evaluation.md). For
/// the thread that maintains the store; nothing while none is asked for.
class Reevaluator {
 public:
    explicit Reevaluator(StoreCore& core) : core_(core) {}

    /// From now on `groups` ask each trace that changes; what is in parts now is to be done.
    void begin(GroupId version);
    /// The parts changed otherwise than by merges of what holds() leaves out.
    void begin_again();
    void stop();

    const std::optional<Reevaluation>& state() const { return state_; }
    /// It waits, or was written again: whoever merges must leave it alone. Were a done part joined
    /// with a new one, its rows would be newer than those of parts that wait.
    bool holds(const LivePart& part) const {
        return pending_.contains(part.id()) || rewritten_.contains(part.id());
    }

    /// The next one; null when all are done. Those that went, or are damaged, are done.
    std::shared_ptr<LivePart> next();
    PartOrder order() const;
    /// `output` took its place.
    void done(std::uint64_t part, std::uint64_t output);
    void waits_for_disk(bool waits) { state_->waits_for_disk = waits; }

 private:
    void count(std::uint64_t part);

    StoreCore& core_;
    std::optional<Reevaluation> state_;
    std::map<std::uint64_t, std::uint64_t> pending_;  ///< bytes by id
    std::set<std::uint64_t> rewritten_;
};

}  // namespace tomograph
