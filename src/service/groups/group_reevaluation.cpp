#include "service/groups/group_reevaluation.h"

#include <algorithm>

#include "base/log.h"

namespace tomograph {
namespace {

const ChangeOrigin the_program{.who = "tomograph", .address = "", .operation = "EndReevaluation"};

/// The store starts, or does something else that is soon over.
bool is_for_later(const Error& error) {
    return error.code() == ErrorCode::unavailable || error.code() == ErrorCode::conflict;
}

Result<void> unless_later(Result<void> done) {
    return !done && is_for_later(done.error()) ? Result<void>() : done;
}

}  // namespace

Result<GroupReevaluation::Status> GroupReevaluation::start(const ChangeOrigin& origin,
                                                           const GroupKey& key) {
    TRY(groups_.begin_reevaluation(origin, key));
    return status(key);
}

Result<GroupReevaluation::Status> GroupReevaluation::cancel(const ChangeOrigin& origin,
                                                            const GroupKey& key) {
    TRY(groups_.end_reevaluation(origin, key, {.state = ReevaluationState::cancelled}));
    return status(key);
}

Result<GroupReevaluation::Status> GroupReevaluation::status(const GroupKey& key) const {
    const GroupRecord group = TRY(groups_.record(key));
    Status status{.group = group.name, .order = group.reevaluation, .progress = {}};
    if (!group.judging) return status;
    status.progress = store_.reevaluation();
    if (status.progress && status.progress->version != group.judging->id) status.progress.reset();
    return status;
}

Result<void> GroupReevaluation::tick() {
    const auto state = classes_.now();
    const auto group = std::find_if(state->groups.begin(), state->groups.end(),
                                    [](const GroupRecord& each) { return each.judging; });
    if (group == state->groups.end()) {
        // Cancelled, replaced, or the group is gone.
        if (is_at_work_) store_.stop_reevaluation();
        is_at_work_ = false;
        return {};
    }
    is_at_work_ = true;
    const auto progress = store_.status().ready ? store_.reevaluation() : std::nullopt;
    if (!progress || progress->version != group->judging->id)
        return unless_later(store_.reevaluate(group->judging->id));
    if (!progress->is_done()) return {};
    return unless_later(finish(*group, *progress));
}

Result<void> GroupReevaluation::finish(const GroupRecord& group, const Reevaluation& done) {
    TRY(store_.end_reevaluation([&] {
        return groups_.end_reevaluation(the_program, {.name = group.name},
                                        {.state = ReevaluationState::done,
                                         .version = done.version,
                                         .parts = done.parts,
                                         .parts_damaged = done.parts_damaged});
    }));
    is_at_work_ = false;
    log_info("stored traces are judged", {{"group", group.name}, {"parts", done.parts}});
    return {};
}

}  // namespace tomograph
