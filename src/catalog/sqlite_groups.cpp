#include "catalog/sqlite_groups.h"

#include <fmt/format.h>

#include "catalog/limits.h"

namespace tomograph {
namespace {

constexpr std::string_view group_json =
    "SELECT json_object('name', name, 'arn', arn,"
    " 'filter', (SELECT filter FROM group_versions WHERE group_name = name"
    "            ORDER BY id DESC LIMIT 1),"
    " 'version', (SELECT max(id) FROM group_versions WHERE group_name = name),"
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
    for (GroupRecord& group : groups)
        TRY(database_.run(
            "SELECT id, filter, since_ns, first_lsn FROM group_versions WHERE group_name = ?1"
            " ORDER BY id",
            {group.name}, [&](const SqlRow& row) {
                group.versions.push_back({.id = {static_cast<std::uint32_t>(row.integer(0))},
                                          .filter = row.text(1),
                                          .since = {row.integer(2)},
                                          .first = {static_cast<std::uint64_t>(row.integer(3))}});
            }));
    return groups;
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
        TRY(insert_version(name, filter, first));
        return database_.run(
            "DELETE FROM group_versions WHERE group_name = ?1 AND id NOT IN"
            " (SELECT id FROM group_versions WHERE group_name = ?1 ORDER BY id DESC LIMIT ?2)",
            {name, static_cast<std::int64_t>(group_versions_max)});
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
