#include "catalog/sqlite_catalog.h"

#include <fmt/format.h>

#include "base/guarded.h"
#include "catalog/limits.h"
#include "catalog/schema.h"
#include "catalog/sqlite_audit.h"
#include "catalog/sqlite_database.h"
#include "catalog/sqlite_groups.h"
#include "catalog/sqlite_insights.h"
#include "catalog/sqlite_policies.h"
#include "catalog/sqlite_sampling_rules.h"
#include "catalog/sqlite_settings.h"
#include "catalog/sqlite_tags.h"

namespace tomograph {
namespace {

using Database = std::unique_ptr<SqliteDatabase>;

/// The tables of one transaction.
class SqliteTables final : public CatalogChange {
 public:
    SqliteTables(SqliteDatabase& database, const ChangeOrigin& origin, Instant now)
        : audit_(database, origin, now),
          tags_(database, audit_),
          groups_(database, audit_, tags_),
          settings_(database, audit_),
          policies_(database, audit_),
          sampling_rules_(database, audit_, tags_),
          insights_(database) {}

    const GroupTable& groups() const override { return groups_; }
    const SamplingRuleTable& sampling_rules() const override { return sampling_rules_; }
    const TagTable& tags() const override { return tags_; }
    const SettingTable& settings() const override { return settings_; }
    const PolicyTable& policies() const override { return policies_; }
    const InsightTable& insights() const override { return insights_; }
    GroupTable& groups() override { return groups_; }
    SamplingRuleTable& sampling_rules() override { return sampling_rules_; }
    TagTable& tags() override { return tags_; }
    SettingTable& settings() override { return settings_; }
    PolicyTable& policies() override { return policies_; }
    InsightTable& insights() override { return insights_; }

 private:
    SqliteAudit audit_;
    SqliteTags tags_;
    SqliteGroups groups_;
    SqliteSettings settings_;
    SqlitePolicies policies_;
    SqliteSamplingRules sampling_rules_;
    SqliteInsights insights_;
};

class SqliteCatalog final : public Catalog {
 public:
    SqliteCatalog(Database database, const Clock& clock)
        : clock_(clock), database_(std::move(database)) {}

    Result<void> read(const std::function<Result<void>(const CatalogView&)>& look) override {
        auto database = database_.lock();
        const ChangeOrigin nobody;
        return look(SqliteTables(**database, nobody, clock_.now()));
    }

    Result<void> change(const ChangeOrigin& origin,
                        const std::function<Result<void>(CatalogChange&)>& work) override {
        auto database = database_.lock();
        SqliteTables tables(**database, origin, clock_.now());
        return (*database)->transaction([&] { return work(tables); });
    }

    Result<std::vector<AuditRecord>> audit(std::uint64_t after, std::size_t limit) override {
        auto database = database_.lock();
        return read_audit(**database, after, limit);
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
