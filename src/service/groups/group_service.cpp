#include "service/groups/group_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "service/groups/group_rules.h"
#include "service/limits.h"

namespace tomograph {
namespace {

Group shown(const GroupRecord& record) {
    return {.name = record.name,
            .arn = record.arn,
            .filter = record.versions.back().filter,
            .insights = record.insights};
}

/// The words that Terraform's provider looks for.
Error not_found() { return Error(ErrorCode::invalid, "Group not found"); }

Result<GroupRecord> find(const std::vector<GroupRecord>& groups, std::string_view name,
                         std::string_view arn) {
    if (name.empty() && arn.empty())
        return Error(ErrorCode::invalid, "GroupName or GroupARN is required");
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const GroupRecord& group) {
        return name.empty() ? group.arn == arn : group.name == name;
    });
    if (found == groups.end()) return not_found();
    if (!arn.empty() && found->arn != arn) {
        const bool is_other = std::any_of(groups.begin(), groups.end(),
                                          [&](const auto& group) { return group.arn == arn; });
        return is_other ? Error(ErrorCode::invalid, "GroupName and GroupARN are of two groups")
                        : not_found();
    }
    return *found;
}

Result<InsightsRecord> edited(InsightsRecord insights, const GroupEdit& edit) {
    insights.enabled = edit.insights.value_or(insights.enabled);
    if (!insights.enabled) insights.notifications = false;
    insights.notifications = edit.notifications.value_or(insights.notifications);
    TRY(check_insights(insights));
    return insights;
}

}  // namespace

Result<void> GroupService::change(
    const ChangeOrigin& origin, const std::function<Result<void>(CatalogChange&, Lsn next)>& work) {
    Result<void> changed;
    const auto placed = arrivals_.between_appends([&](Lsn next) {
        std::vector<GroupRecord> groups;
        changed = catalog_.change(origin, [&](CatalogChange& catalog) -> Result<void> {
            TRY(work(catalog, next));
            groups = TRY(catalog.groups().all());
            return {};
        });
        if (changed) classes_.set(std::move(groups));
    });
    return placed ? changed : placed;
}

Result<Group> GroupService::create(const ChangeOrigin& origin, const NewGroup& group) {
    TRY(check_group_name(group.name));
    TRY(check_group_filter(group.filter, scope_.account_id));
    TRY(check_insights(group.insights));
    const Tags tags = TRY(check_tags(group.tags));
    if (tags.size() > tags_per_resource_max)
        return Error(ErrorCode::invalid,
                     fmt::format("{} tags, at most {}", tags.size(), tags_per_resource_max));
    const std::string arn = TRY(make_group_arn(scope_, group.name));
    const auto work = [&](CatalogChange& catalog, Lsn next) -> Result<void> {
        const auto groups = TRY(catalog.groups().all());
        if (find(groups, group.name, ""))
            return Error(ErrorCode::invalid, fmt::format("Group {} already exists", group.name));
        if (groups.size() > groups_max)
            return Error(
                ErrorCode::invalid,
                fmt::format("there are {} groups already, which is the limit", groups_max));
        TRY(catalog.groups().add({.name = group.name,
                                  .arn = arn,
                                  .insights = group.insights,
                                  .filter = group.filter,
                                  .first = next}));
        return tags.empty() ? Result<void>() : catalog.tags().set(arn, tags);
    };
    TRY(change(origin, work));
    return Group{
        .name = group.name, .arn = arn, .filter = group.filter, .insights = group.insights};
}

Result<Group> GroupService::update(const ChangeOrigin& origin, const GroupKey& key,
                                   const GroupEdit& edit) {
    if (edit.filter) TRY(check_group_filter(*edit.filter, scope_.account_id));
    Group result;
    const auto work = [&](CatalogChange& catalog, Lsn next) -> Result<void> {
        const auto groups = TRY(catalog.groups().all());
        const GroupRecord before = TRY(find(groups, key.name, key.arn));
        result = shown(before);
        result.insights = TRY(edited(before.insights, edit));
        if (result.insights != before.insights)
            TRY(catalog.groups().set_insights(before.name, result.insights));
        if (!edit.filter || *edit.filter == result.filter) return {};
        if (before.name == default_group_name)
            return Error(ErrorCode::invalid, "the group Default has no filter");
        result.filter = *edit.filter;
        return catalog.groups().add_version(before.name, result.filter, next);
    };
    TRY(change(origin, work));
    return result;
}

Result<void> GroupService::remove(const ChangeOrigin& origin, const GroupKey& key) {
    return change(origin, [&](CatalogChange& catalog, Lsn) -> Result<void> {
        const auto groups = TRY(catalog.groups().all());
        const GroupRecord group = TRY(find(groups, key.name, key.arn));
        if (group.name == default_group_name)
            return Error(ErrorCode::invalid, "the group Default cannot be deleted");
        return catalog.groups().remove(group.name);
    });
}

Result<void> GroupService::begin_reevaluation(const ChangeOrigin& origin, const GroupKey& key) {
    return change(origin, [&](CatalogChange& catalog, Lsn) -> Result<void> {
        const auto groups = TRY(catalog.groups().all());
        const GroupRecord group = TRY(find(groups, key.name, key.arn));
        if (group.name == default_group_name)
            return Error(ErrorCode::invalid, "the group Default has every trace already");
        for (const GroupRecord& other : groups)
            if (other.judging)
                return Error(ErrorCode::conflict,
                             fmt::format("group {} is being re-evaluated", other.name));
        return catalog.groups().begin_judging(group.name);
    });
}

Result<void> GroupService::end_reevaluation(const ChangeOrigin& origin, const GroupKey& key,
                                            const ReevaluationEnd& end) {
    return change(origin, [&](CatalogChange& catalog, Lsn) -> Result<void> {
        const auto groups = TRY(catalog.groups().all());
        const GroupRecord group = TRY(find(groups, key.name, key.arn));
        return catalog.groups().end_judging(group.name, end);
    });
}

Result<GroupRecord> GroupService::record(const GroupKey& key) const {
    return find(classes_.now()->groups, key.name, key.arn);
}

Result<Group> GroupService::get(const GroupKey& key) const {
    const GroupRecord group = TRY(find(classes_.now()->groups, key.name, key.arn));
    return shown(group);
}

std::vector<Group> GroupService::list() const {
    const auto state = classes_.now();
    std::vector<Group> groups;
    for (const GroupRecord& record : state->groups) groups.push_back(shown(record));
    return groups;
}

Result<GroupId> GroupService::id_of(std::string_view name) const {
    const GroupRecord group = TRY(find(classes_.now()->groups, name, ""));
    return group.name == default_group_name ? GroupId{} : group.id;
}

std::string GroupService::name_of(GroupId id) const {
    const auto state = classes_.now();
    for (const GroupRecord& group : state->groups)
        if (group.id == id) return group.name;
    return "";
}

std::optional<std::string> GroupService::filter_of_name(std::string_view name) const {
    const auto group = find(classes_.now()->groups, name, "");
    return group ? std::optional(group->versions.back().filter) : std::nullopt;
}

std::optional<std::string> GroupService::filter_of_arn(std::string_view arn) const {
    const auto group = find(classes_.now()->groups, "", arn);
    return group ? std::optional(group->versions.back().filter) : std::nullopt;
}

Result<std::vector<GroupVersion>> GroupService::versions_of(std::string_view name,
                                                            std::string_view arn) const {
    const std::vector<GroupVersion> every_trace(1);
    if (name.empty() && arn.empty()) return every_trace;
    const GroupRecord group = TRY(find(classes_.now()->groups, name, arn));
    if (group.name == default_group_name) return every_trace;
    std::vector<GroupVersion> versions;
    for (const GroupVersionRecord& version : group.versions)
        versions.push_back({.id = version.id, .since = version.since});
    return versions;
}

}  // namespace tomograph
