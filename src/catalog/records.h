#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/document.h"
#include "model/graph.h"
#include "model/group_use.h"
#include "model/sampling_rule.h"

namespace tomograph {

// Records of the control plane: plain values.

/// One filter of a group. In force for traces whose newest document has number `first` or a higher
/// one, until the next version's.
struct GroupVersionRecord {
    GroupId id;          ///< of no other version of any group, ever
    std::string filter;  ///< a filter expression; "" matches every trace
    Instant since;
    Lsn first;
    GroupUse use = GroupUse::counted;
    bool operator==(const GroupVersionRecord&) const = default;
};

enum class ReevaluationState : std::uint8_t {
    running,
    done,
    cancelled,
    replaced,  ///< the filter was edited meanwhile
};

/// The last order to judge stored traces by the filter of a group.
struct ReevaluationRecord {
    ReevaluationState state = ReevaluationState::running;
    Instant began{};
    Instant ended{};                  ///< once it has
    std::uint64_t parts = 0;          ///< that there were, once it is done
    std::uint64_t parts_damaged = 0;  ///< of them, that were left out
    bool operator==(const ReevaluationRecord&) const = default;
};

struct ReevaluationEnd {
    ReevaluationState state = ReevaluationState::cancelled;
    GroupId version{};  ///< that judged; 0: whichever does
    std::uint64_t parts = 0;
    std::uint64_t parts_damaged = 0;
};

struct InsightsRecord {
    bool enabled = false;
    bool notifications = false;
    bool operator==(const InsightsRecord&) const = default;
};

struct GroupRecord {
    GroupId id;  ///< that of its first version: stays when the filter is edited
    std::string name;
    std::string arn;
    InsightsRecord insights;
    /// By id; the last is in force; never empty.
    std::vector<GroupVersionRecord> versions;
    std::optional<GroupVersionRecord> judging{};  ///< its filter is the one in force
    std::optional<ReevaluationRecord> reevaluation{};
    bool operator==(const GroupRecord&) const = default;
};

struct SamplingRuleRecord {
    SamplingRule rule;
    std::string arn;
    Instant created{};
    Instant modified{};
    bool operator==(const SamplingRuleRecord&) const = default;
};

using Tags = std::map<std::string, std::string>;

/// A setting that the API changes, by a name of the program's own.
struct SettingRecord {
    std::string value;
    Instant changed;
    bool operator==(const SettingRecord&) const = default;
};
using SettingRecords = std::map<std::string, SettingRecord, std::less<>>;

/// Who besides our own principals may do what: an IAM policy, as it was sent.
struct PolicyRecord {
    std::string name;
    std::string document;
    std::uint64_t revision = 0;  ///< from 1; counts the puts of this name
    Instant updated;
    bool operator==(const PolicyRecord&) const = default;
};

/// Who asks for a change, and by which operation.
struct ChangeOrigin {
    std::string who;        ///< "anonymous" as long as nobody has to say
    std::string address;    ///< "127.0.0.1:51234"; "" for the program itself
    std::string operation;  ///< "CreateGroup"
};

/// One change of one resource.
struct AuditRecord {
    std::uint64_t sequence = 0;  ///< ascending; never used twice
    Instant at;
    ChangeOrigin origin;
    std::string resource;  ///< an ARN; "setting/…" or "resource-policy/…" of what has none
    std::string before;    ///< JSON; "" when there was none
    std::string after;     ///< JSON; "" when there is none any more
};

}  // namespace tomograph
