#pragma once

#include <optional>

#include "base/guarded.h"
#include "service/groups/group_service.h"
#include "store/embedded_store.h"

namespace tomograph {

/// Has stored traces judged by the filter that a group has now: the catalog knows what was ordered,
/// the store does it (docs/decisions/015-re-evaluation.md). One group at a time.
///
/// threads  tick() one; all else any, and blocks on the disk
class GroupReevaluation {
 public:
    /// All outlive it.
    GroupReevaluation(GroupService& groups, const GroupClasses& classes, EmbeddedStore& store)
        : groups_(groups), classes_(classes), store_(store) {}

    struct Status {
        std::string group;
        std::optional<ReevaluationRecord> order;  ///< absent: there never was one
        std::optional<Reevaluation> progress;     ///< of one that runs, once it was taken up
    };

    /// Answers when the order is durable; tick() takes it up.
    /// errors: invalid ("Group not found", Default), conflict (one is running), those of Catalog
    Result<Status> start(const ChangeOrigin& origin, const GroupKey& key);
    Result<Status> status(const GroupKey& key) const;
    /// The group stays what it was. errors: as start(); conflict (it does not run)
    Result<Status> cancel(const ChangeOrigin& origin, const GroupKey& key);

    /// Takes up what was ordered, before a start of the program as well, and puts in force what is
    /// done. Nothing to do costs nothing.
    Result<void> tick();

 private:
    Result<void> finish(const GroupRecord& group, const Reevaluation& done);

    GroupService& groups_;
    const GroupClasses& classes_;
    EmbeddedStore& store_;
    bool is_at_work_ = false;  ///< of tick(): the store was told to judge
};

}  // namespace tomograph
