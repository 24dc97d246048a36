#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "query/group_directory.h"
#include "service/arn.h"
#include "service/groups/group_classes.h"
#include "service/tags/tag_rules.h"
#include "store/arrival_order.h"

namespace tomograph {

struct Group {
    std::string name;
    std::string arn;
    std::string filter;  ///< "": every trace
    InsightsRecord insights;
};

/// Which group is meant: by either, or by both when they agree.
struct GroupKey {
    std::string name{};
    std::string arn{};
};

/// What stays absent is left as it is.
struct GroupEdit {
    std::optional<std::string> filter{};
    std::optional<bool> insights{};
    /// Where insights are switched off and this is absent, notifications go off with them.
    std::optional<bool> notifications{};
};

/// The groups of traces (xray-api.md §3.4). A change is durable, and in force for all documents
/// that come later, when its call returns. Threads: any; changes block on the disk.
///
/// errors of all: invalid (a member breaks a rule; "Group not found"; the name is taken; there are
/// groups_max), unavailable (the store is starting), and those of Catalog
class GroupService final : public GroupDirectory {
 public:
    /// classes  loaded from the catalog; what the store classifies by
    /// All outlive it.
    GroupService(Catalog& catalog, ArrivalOrder& arrivals, GroupClasses& classes, ArnScope scope)
        : catalog_(catalog), arrivals_(arrivals), classes_(classes), scope_(std::move(scope)) {}

    struct NewGroup {
        std::string name;
        std::string filter{};
        InsightsRecord insights{};
        TagList tags{};
    };
    Result<Group> create(const ChangeOrigin& origin, const NewGroup& group);
    Result<Group> update(const ChangeOrigin& origin, const GroupKey& key, const GroupEdit& edit);
    Result<void> remove(const ChangeOrigin& origin, const GroupKey& key);
    Result<Group> get(const GroupKey& key) const;
    /// By name, Default among them.
    std::vector<Group> list() const;

    /// From now on traces that change are judged by a version of their own, which nobody reads.
    /// errors: conflict (this group or another one is being re-evaluated)
    Result<void> begin_reevaluation(const ChangeOrigin& origin, const GroupKey& key);
    /// As GroupTable::end_judging().
    Result<void> end_reevaluation(const ChangeOrigin& origin, const GroupKey& key,
                                  const ReevaluationEnd& end);
    /// With its versions, as it is now.
    Result<GroupRecord> record(const GroupKey& key) const;

    /// What policies know a group by: it stays when the filter is edited. That of Default is
    /// GroupId{}. errors: invalid "Group not found"
    Result<GroupId> id_of(std::string_view name) const;
    /// "" of a group that is gone.
    std::string name_of(GroupId id) const;

    std::optional<std::string> filter_of_name(std::string_view name) const override;
    std::optional<std::string> filter_of_arn(std::string_view arn) const override;
    Result<std::vector<GroupVersion>> versions_of(std::string_view name,
                                                  std::string_view arn) const override;

 private:
    /// Changes the catalog at a moment between two appends, and puts the groups in force.
    Result<void> change(const ChangeOrigin& origin,
                        const std::function<Result<void>(CatalogChange&, Lsn next)>& work);

    Catalog& catalog_;
    ArrivalOrder& arrivals_;
    GroupClasses& classes_;
    const ArnScope scope_;
};

}  // namespace tomograph
