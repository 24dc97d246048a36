#include "catalog/sqlite_groups.h"

#include <fmt/format.h>

#include "catalog/limits.h"

namespace tomograph {
namespace {

constexpr std::string_view group_json =
    "SELECT json_object('name', name, 'arn', arn,"
    " 'filter', (SELECT filter FROM group_versions WHERE group_name = name AND use = 0"
    "            ORDER BY id DESC LIMIT 1),"
    " 'version', (SELECT max(id) FROM group_versions WHERE group_name = name AND use = 0),"
    " 'judging', (SELECT id FROM group_versions WHERE group_name = name AND use = 1),"
    " 'insightsEnabled', json(iif(insights_enabled, 'true', 'false')),"
    " 'notificationsEnabled', json(iif(notifications_enabled, 'true', 'false')))"
    " FROM groups WHERE name = ?1";

std::int64_t flag(bool value) { return value ? 1 : 0; }

}  // namespace

Result<std::vector<GroupRecord>> SqliteGroups::all() const {
    std::vector<GroupRecord> groups;
    TRY(database_.run(
        "SELECT name, arn, insights_enabled, notifications_enabled, id FROM groups"
        " ORDER BY name",
        {}, [&](const SqlRow& row) {
            groups.push_back(
                {.id = {static_cast<std::uint32_t>(row.integer(4))},
                 .name = row.text(0),
                 .arn = row.text(1),
                 .insights = {.enabled = row.integer(2) != 0, .notifications = row.integer(3) != 0},
                 .versions = {}});
        }));
    for (GroupRecord& group : groups) {
        TRY(read_versions(group));
        TRY(read_reevaluation(group));
    }
    return groups;
}

Result<void> SqliteGroups::read_versions(GroupRecord& group) const {
    return database_.run(
        "SELECT id, filter, since_ns, first_lsn, use FROM group_versions WHERE group_name = ?1"
        " ORDER BY id",
        {group.name}, [&](const SqlRow& row) {
            GroupVersionRecord version{.id = {static_cast<std::uint32_t>(row.integer(0))},
                                       .filter = row.text(1),
                                       .since = {row.integer(2)},
                                       .first = {static_cast<std::uint64_t>(row.integer(3))},
                                       .use = static_cast<GroupUse>(row.integer(4))};
            if (version.use == GroupUse::judging)
                group.judging = std::move(version);
            else
                group.versions.push_back(std::move(version));
        });
}

Result<void> SqliteGroups::read_reevaluation(GroupRecord& group) const {
    return database_.run(
        "SELECT state, began_ns, ended_ns, parts, parts_damaged FROM group_reevaluations"
        " WHERE group_name = ?1",
        {group.name}, [&](const SqlRow& row) {
            group.reevaluation =
                ReevaluationRecord{.state = static_cast<ReevaluationState>(row.integer(0)),
                                   .began = {row.integer(1)},
                                   .ended = {row.integer(2)},
                                   .parts = static_cast<std::uint64_t>(row.integer(3)),
                                   .parts_damaged = static_cast<std::uint64_t>(row.integer(4))};
        });
}

Result<void> SqliteGroups::add(const NewGroup& group) {
    return audit_.of(group.arn, group_json, group.name, [&]() -> Result<void> {
        TRY(database_.run("INSERT INTO groups VALUES (?1, ?2, 0, ?3, ?4)",
                          {group.name, group.arn, flag(group.insights.enabled),
                           flag(group.insights.notifications)}));
        TRY(insert_version(group.name, group.filter, group.first));
        return database_.run("UPDATE groups SET id = last_insert_rowid() WHERE name = ?1",
                             {group.name});
    });
}

Result<void> SqliteGroups::set_insights(std::string_view name, const InsightsRecord& insights) {
    return audited(name, [&] {
        return database_.run(
            "UPDATE groups SET insights_enabled = ?2, notifications_enabled = ?3"
            " WHERE name = ?1",
            {name, flag(insights.enabled), flag(insights.notifications)});
    });
}

Result<void> SqliteGroups::add_version(std::string_view name, std::string_view filter, Lsn first) {
    return audited(name, [&]() -> Result<void> {
        const GroupId judges = TRY(judging(name));
        if (!judges.is_all()) TRY(close_reevaluation(name, {.state = ReevaluationState::replaced}));
        TRY(insert_version(name, filter, first));
        return database_.run(
            "DELETE FROM group_versions WHERE group_name = ?1 AND id NOT IN"
            " (SELECT id FROM group_versions WHERE group_name = ?1 ORDER BY id DESC LIMIT ?2)",
            {name, static_cast<std::int64_t>(group_versions_max)});
    });
}

Result<GroupId> SqliteGroups::judging(std::string_view name) const {
    const std::int64_t id = TRY(database_.integer(
        "SELECT coalesce(max(id), 0) FROM group_versions WHERE group_name = ?1 AND use = 1",
        {name}));
    return GroupId{static_cast<std::uint32_t>(id)};
}

Result<void> SqliteGroups::begin_judging(std::string_view name) {
    return audited(name, [&]() -> Result<void> {
        const GroupId judges = TRY(judging(name));
        if (!judges.is_all())
            return Error(ErrorCode::conflict,
                         fmt::format("group {} is being re-evaluated already", name));
        TRY(database_.run(
            "INSERT INTO group_versions (group_name, filter, since_ns, first_lsn, use)"
            " SELECT group_name, filter, ?2, 0, 1 FROM group_versions"
            " WHERE group_name = ?1 ORDER BY id DESC LIMIT 1",
            {name, audit_.now().ns}));
        return database_.run(
            "INSERT OR REPLACE INTO group_reevaluations VALUES (?1, 0, ?2, 0, 0, 0)",
            {name, audit_.now().ns});
    });
}

Result<void> SqliteGroups::close_reevaluation(std::string_view name, const ReevaluationEnd& end) {
    if (end.state == ReevaluationState::done) {
        TRY(database_.run("UPDATE group_versions SET use = 2 WHERE group_name = ?1 AND use = 0",
                          {name}));
        TRY(
            database_.run("UPDATE group_versions SET use = 0, since_ns = ?2"
                          " WHERE group_name = ?1 AND use = 1",
                          {name, audit_.now().ns}));
    } else {
        TRY(database_.run("DELETE FROM group_versions WHERE group_name = ?1 AND use = 1", {name}));
    }
    return database_.run(
        "UPDATE group_reevaluations SET state = ?2, ended_ns = ?3, parts = ?4, parts_damaged = ?5"
        " WHERE group_name = ?1",
        {name, static_cast<std::int64_t>(end.state), audit_.now().ns,
         static_cast<std::int64_t>(end.parts), static_cast<std::int64_t>(end.parts_damaged)});
}

Result<void> SqliteGroups::end_judging(std::string_view name, const ReevaluationEnd& end) {
    return audited(name, [&]() -> Result<void> {
        const GroupId judges = TRY(judging(name));
        if (judges.is_all() || (!end.version.is_all() && end.version != judges))
            return Error(ErrorCode::conflict, fmt::format("group {} is not re-evaluated", name));
        return close_reevaluation(name, end);
    });
}

Result<void> SqliteGroups::remove(std::string_view name) {
    const std::string arn = TRY(arn_of(name));
    TRY(tags_.remove_all(arn));
    return audited(name,
                   [&] { return database_.run("DELETE FROM groups WHERE name = ?1", {name}); });
}

Result<std::string> SqliteGroups::arn_of(std::string_view name) const {
    const std::string arn = TRY(database_.text("SELECT arn FROM groups WHERE name = ?1", {name}));
    if (arn.empty()) return Error(ErrorCode::not_found, fmt::format("there is no group {}", name));
    return arn;
}

Result<void> SqliteGroups::insert_version(std::string_view name, std::string_view filter,
                                          Lsn first) {
    return database_.run(
        "INSERT INTO group_versions (group_name, filter, since_ns, first_lsn)"
        " VALUES (?1, ?2, ?3, ?4)",
        {name, filter, audit_.now().ns, static_cast<std::int64_t>(first.value)});
}

Result<void> SqliteGroups::audited(std::string_view name,
                                   const std::function<Result<void>()>& work) {
    const std::string arn = TRY(arn_of(name));
    return audit_.of(arn, group_json, name, work);
}

}  // namespace tomograph
