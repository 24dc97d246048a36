#include "store/engine/search/group_tally.h"

#include <algorithm>
#include <limits>

#include "store/engine/search/top_entries.h"

namespace tomograph {
namespace {

/// What a group costs beside its value and durations: its counts and its place in the table.
constexpr std::uint64_t group_bytes = 1024;

constexpr unsigned flag_error = 1;
constexpr unsigned flag_throttle = 2;
constexpr unsigned flag_fault = 4;

}  // namespace

GroupTally::Index GroupTally::add(const Scalar* value) {
    ASSERT(groups_.size() < std::numeric_limits<Index>::max());
    bytes_ += group_bytes + (value == nullptr ? 0 : 2 * value->text.size());
    groups_.push_back({.by_flags = {}, .duration = {}, .value = value});
    return static_cast<Index>(groups_.size() - 1);
}

GroupTally::Index GroupTally::find(const ScalarView& value) {
    const auto found = places_.find(value);
    if (found != places_.end()) return found->second;
    const auto made = places_.emplace(Scalar{value.kind, std::string(value.text)}, Index{}).first;
    return made->second = add(&made->first);
}

GroupTally::Index GroupTally::find_absent() {
    if (!absent_) absent_ = add(nullptr);
    return *absent_;
}

ValueGroups GroupTally::take(std::size_t limit) {
    struct Place {
        const Group* group;
        std::uint64_t count;
    };
    std::vector<Place> order;
    order.reserve(groups_.size());
    for (const Group& group : groups_) {
        std::uint64_t count = 0;
        for (const std::uint64_t each : group.by_flags) count += each;
        order.push_back({.group = &group, .count = count});
    }
    std::sort(order.begin(), order.end(), [](const Place& a, const Place& b) {
        const Scalar* const left = a.group->value;
        const Scalar* const right = b.group->value;
        if (left == nullptr || right == nullptr) return right != nullptr;
        return *left < *right;
    });
    keep_top(order, limit, [](const Place& place) { return place.count; });
    ValueGroups groups;
    groups.distinct = groups_.size();
    for (const Place& place : order) {
        ValueGroup& group = groups.groups.emplace_back();
        if (place.group->value != nullptr) group.value = *place.group->value;
        group.count = place.count;
        for (unsigned flags = 0; flags < place.group->by_flags.size(); ++flags) {
            const std::uint64_t count = place.group->by_flags[flags];
            if ((flags & flag_error) != 0) group.errors += count;
            if ((flags & flag_throttle) != 0) group.throttles += count;
            if ((flags & flag_fault) != 0) group.faults += count;
        }
        group.duration = place.group->duration.histogram();
    }
    *this = {};
    return groups;
}

}  // namespace tomograph
