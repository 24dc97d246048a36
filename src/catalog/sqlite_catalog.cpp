#include "catalog/sqlite_catalog.h"

#include <fmt/format.h>

#include "base/guarded.h"
#include "catalog/limits.h"
#include "catalog/schema.h"
#include "catalog/sqlite_database.h"

namespace tomograph {
namespace {

using Database = std::unique_ptr<SqliteDatabase>;

constexpr std::string_view group_json =
    "SELECT json_object('name', name, 'arn', arn,"
    " 'filter', (SELECT filter FROM group_versions WHERE group_name = name"
    "            ORDER BY id DESC LIMIT 1),"
    " 'version', (SELECT max(id) FROM group_versions WHERE group_name = name),"
    " 'insightsEnabled', json(iif(insights_enabled, 'true', 'false')),"
    " 'notificationsEnabled', json(iif(notifications_enabled, 'true', 'false')))"
    " FROM groups WHERE name = ?1";

constexpr std::string_view tags_json =
    "SELECT json_group_object(key, value) FROM (SELECT key, value FROM tags WHERE arn = ?1"
    " ORDER BY key)";

Error no_group(std::string_view name) {
    return Error(ErrorCode::not_found, fmt::format("there is no group {}", name));
}

class SqliteView : public CatalogChange {
 public:
    SqliteView(SqliteDatabase& database, const ChangeOrigin& origin, Instant now)
        : database_(database), origin_(origin), now_(now) {}

    Result<std::vector<GroupRecord>> groups() override {
        std::vector<GroupRecord> groups;
        TRY(database_.run(
            "SELECT name, arn, insights_enabled, notifications_enabled, id FROM groups"
            " ORDER BY name",
            {}, [&](const SqlRow& row) {
                groups.push_back({.id = {static_cast<std::uint32_t>(row.integer(4))},
                                  .name = row.text(0),
                                  .arn = row.text(1),
                                  .insights = {.enabled = row.integer(2) != 0,
                                               .notifications = row.integer(3) != 0},
                                  .versions = {}});
            }));
        for (GroupRecord& group : groups)
            TRY(database_.run(
                "SELECT id, filter, since_ns, first_lsn FROM group_versions WHERE group_name = ?1"
                " ORDER BY id",
                {group.name}, [&](const SqlRow& row) {
                    group.versions.push_back(
                        {.id = {static_cast<std::uint32_t>(row.integer(0))},
                         .filter = row.text(1),
                         .since = {row.integer(2)},
                         .first = {static_cast<std::uint64_t>(row.integer(3))}});
                }));
        return groups;
    }

    Result<Tags> tags(std::string_view arn) override {
        Tags tags;
        TRY(database_.run("SELECT key, value FROM tags WHERE arn = ?1", {arn},
                          [&](const SqlRow& row) { tags.emplace(row.text(0), row.text(1)); }));
        return tags;
    }

    Result<void> add_group(const NewGroup& group) override {
        return audit_group(group.name, [&]() -> Result<void> {
            TRY(database_.run("INSERT INTO groups VALUES (?1, ?2, 0, ?3, ?4)",
                              {group.name, group.arn, flag(group.insights.enabled),
                               flag(group.insights.notifications)}));
            TRY(insert_version(group.name, group.filter, group.first));
            return database_.run("UPDATE groups SET id = last_insert_rowid() WHERE name = ?1",
                                 {group.name});
        });
    }

    Result<void> set_insights(std::string_view name, const InsightsRecord& insights) override {
        return audit_group(name, [&]() -> Result<void> {
            TRY(
                database_.run("UPDATE groups SET insights_enabled = ?2, notifications_enabled = ?3"
                              " WHERE name = ?1",
                              {name, flag(insights.enabled), flag(insights.notifications)}));
            return database_.changes() == 1 ? Result<void>() : no_group(name);
        });
    }

    Result<void> add_group_version(std::string_view name, std::string_view filter,
                                   Lsn first) override {
        return audit_group(name, [&]() -> Result<void> {
            if (TRY(database_.integer("SELECT count(*) FROM groups WHERE name = ?1", {name})) == 0)
                return no_group(name);
            TRY(insert_version(name, filter, first));
            return database_.run(
                "DELETE FROM group_versions WHERE group_name = ?1 AND id NOT IN"
                " (SELECT id FROM group_versions WHERE group_name = ?1 ORDER BY id DESC LIMIT ?2)",
                {name, static_cast<std::int64_t>(group_versions_max)});
        });
    }

    Result<void> remove_group(std::string_view name) override {
        const std::string arn = TRY(arn_of(name));
        if (arn.empty()) return no_group(name);
        TRY(remove_all_tags(arn));
        return audit_group(
            name, [&] { return database_.run("DELETE FROM groups WHERE name = ?1", {name}); });
    }

    Result<void> set_tags(std::string_view arn, const Tags& tags) override {
        return audited(arn, tags_json, arn, [&]() -> Result<void> {
            for (const auto& [key, value] : tags)
                TRY(
                    database_.run("INSERT INTO tags VALUES (?1, ?2, ?3)"
                                  " ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value",
                                  {arn, key, value}));
            return {};
        });
    }

    Result<void> remove_tags(std::string_view arn, const std::vector<std::string>& keys) override {
        return audited(arn, tags_json, arn, [&]() -> Result<void> {
            for (const std::string& key : keys)
                TRY(database_.run("DELETE FROM tags WHERE arn = ?1 AND key = ?2", {arn, key}));
            return {};
        });
    }

 private:
    static std::int64_t flag(bool value) { return value ? 1 : 0; }

    Result<std::string> arn_of(std::string_view name) {
        return database_.text("SELECT arn FROM groups WHERE name = ?1", {name});
    }

    Result<void> insert_version(std::string_view name, std::string_view filter, Lsn first) {
        return database_.run(
            "INSERT INTO group_versions (group_name, filter, since_ns, first_lsn)"
            " VALUES (?1, ?2, ?3, ?4)",
            {name, filter, now_.ns, static_cast<std::int64_t>(first.value)});
    }

    Result<void> remove_all_tags(std::string_view arn) {
        if (TRY(tags(arn)).empty()) return {};
        return audited(arn, tags_json, arn,
                       [&] { return database_.run("DELETE FROM tags WHERE arn = ?1", {arn}); });
    }

    Result<void> audit_group(std::string_view name, const std::function<Result<void>()>& work) {
        const std::string arn_before = TRY(arn_of(name));
        return audited(arn_before, group_json, name, work);
    }

    /// Does the work, and notes what `describe` says of the subject before and after.
    Result<void> audited(std::string_view arn, std::string_view describe, std::string_view subject,
                         const std::function<Result<void>()>& work) {
        const std::string before = TRY(database_.text(describe, {subject}));
        TRY(work());
        const std::string after = TRY(database_.text(describe, {subject}));
        const std::string resource(arn.empty() ? TRY(arn_of(subject)) : std::string(arn));
        return database_.run(
            "INSERT INTO audit (at_ns, who, address, operation, resource, before, after)"
            " VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, ''), nullif(?7, ''))",
            {now_.ns, origin_.who, origin_.address, origin_.operation, resource, before, after});
    }

    SqliteDatabase& database_;
    const ChangeOrigin& origin_;
    Instant now_;
};

class SqliteCatalog final : public Catalog {
 public:
    SqliteCatalog(Database database, const Clock& clock)
        : clock_(clock), database_(std::move(database)) {}

    Result<void> read(const std::function<Result<void>(CatalogView&)>& look) override {
        auto database = database_.lock();
        const ChangeOrigin nobody;
        SqliteView view(**database, nobody, clock_.now());
        return look(view);
    }

    Result<void> change(const ChangeOrigin& origin,
                        const std::function<Result<void>(CatalogChange&)>& work) override {
        auto database = database_.lock();
        SqliteView view(**database, origin, clock_.now());
        return (*database)->transaction([&] { return work(view); });
    }

    Result<std::vector<AuditRecord>> audit(std::uint64_t after, std::size_t limit) override {
        std::vector<AuditRecord> records;
        auto database = database_.lock();
        TRY((*database)->run(
            "SELECT sequence, at_ns, who, address, operation, resource, before, after FROM audit"
            " WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
            {static_cast<std::int64_t>(after), static_cast<std::int64_t>(limit)},
            [&](const SqlRow& row) {
                records.push_back({.sequence = static_cast<std::uint64_t>(row.integer(0)),
                                   .at = {row.integer(1)},
                                   .origin = {.who = row.text(2),
                                              .address = row.text(3),
                                              .operation = row.text(4)},
                                   .resource = row.text(5),
                                   .before = row.text(6),
                                   .after = row.text(7)});
            }));
        return records;
    }

    Result<void> copy_to(const std::string& path) override {
        auto database = database_.lock();
        return (*database)->copy_to(path);
    }

 private:
    const Clock& clock_;
    Guarded<Database> database_;
};

/// The checks that SQLite makes of its pages and of our keys.
Result<void> check_pages(SqliteDatabase& database) {
    std::string found;
    const auto note = [&](const SqlRow& row) { found = row.text(0); };
    TRY(database.run("PRAGMA quick_check(1)", {}, note));
    return found == "ok" ? Result<void>() : Error(ErrorCode::corrupt, found);
}

Result<void> prepare(SqliteDatabase& database, Instant now) {
    // Before all else: without shared memory, and nobody else gets in.
    TRY(database.run("PRAGMA locking_mode = EXCLUSIVE"));
    TRY(database.run("PRAGMA foreign_keys = ON"));
    TRY(database.run("PRAGMA synchronous = FULL"));
    TRY(check_pages(database));
    TRY(migrate_schema(database, now));
    TRY(database.run("PRAGMA journal_mode = WAL"));
    // Takes the lock now: a program that comes later is told at its start.
    return database.transaction(
        [&] { return database.run("DELETE FROM audit WHERE at_ns < ?1", {(now - audit_age).ns}); });
}

}  // namespace

Result<std::unique_ptr<Catalog>> open_sqlite_catalog(const std::string& path, const Clock& clock) {
    auto database = TRY(SqliteDatabase::open(path, SqliteDatabase::Mode::create));
    const auto prepared = prepare(*database, clock.now());
    if (!prepared && prepared.error().code() == ErrorCode::corrupt)
        return Error(ErrorCode::corrupt,
                     fmt::format("{} ({}): restore it from a backup, or move it away to begin "
                                 "without groups",
                                 prepared.error().message(), path));
    if (!prepared) return Error(prepared.error()).within(path);
    return std::unique_ptr<Catalog>(std::make_unique<SqliteCatalog>(std::move(database), clock));
}

Result<void> verify_sqlite_catalog(const std::string& path) {
    const auto database = TRY(SqliteDatabase::open(path, SqliteDatabase::Mode::read_only));
    TRY(check_pages(*database));
    const std::int64_t version = TRY(database->integer("PRAGMA user_version"));
    if (version > schema_version())
        return Error(ErrorCode::invalid,
                     fmt::format("version {} is newer than {}, the newest that this program reads",
                                 version, schema_version()));
    return {};
}

}  // namespace tomograph
