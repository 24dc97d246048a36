#include "catalog/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>

namespace tomograph {
namespace {

// docs/formats/catalog.md says what the columns mean. A version that a release has carried never
// changes: what comes later is a step of its own.
constexpr std::string_view version_1[] = {
    "CREATE TABLE groups (name TEXT PRIMARY KEY, arn TEXT NOT NULL UNIQUE, id INTEGER NOT NULL,"
    " insights_enabled INTEGER NOT NULL, notifications_enabled INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE group_versions (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " group_name TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,"
    " filter TEXT NOT NULL, since_ns INTEGER NOT NULL, first_lsn INTEGER NOT NULL) STRICT",
    "CREATE INDEX group_versions_by_group ON group_versions (group_name, id)",
    "CREATE TABLE tags (arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (arn, key)) STRICT, WITHOUT ROWID",
    "CREATE TABLE audit (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at_ns INTEGER NOT NULL,"
    " who TEXT NOT NULL, address TEXT NOT NULL, operation TEXT NOT NULL, resource TEXT NOT NULL,"
    " before TEXT, after TEXT) STRICT",
};

constexpr std::string_view version_2[] = {
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL, changed_ns INTEGER NOT "
    "NULL)"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE resource_policies (name TEXT PRIMARY KEY, document TEXT NOT NULL,"
    " revision INTEGER NOT NULL, updated_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID",
};

constexpr std::string_view version_3[] = {
    "CREATE TABLE sampling_rules (name TEXT PRIMARY KEY, arn TEXT NOT NULL UNIQUE,"
    " created_ns INTEGER NOT NULL, modified_ns INTEGER NOT NULL DEFAULT 0,"
    " resource_arn TEXT NOT NULL DEFAULT '*', priority INTEGER NOT NULL DEFAULT 0,"
    " fixed_rate TEXT NOT NULL DEFAULT '0', reservoir_size INTEGER NOT NULL DEFAULT 0,"
    " service_name TEXT NOT NULL DEFAULT '*', service_type TEXT NOT NULL DEFAULT '*',"
    " host TEXT NOT NULL DEFAULT '*', http_method TEXT NOT NULL DEFAULT '*',"
    " url_path TEXT NOT NULL DEFAULT '*', boost_rate_max TEXT NOT NULL DEFAULT '',"
    " boost_cooldown_minutes INTEGER NOT NULL DEFAULT 0,"
    " boost_detection_disabled INTEGER NOT NULL DEFAULT -1) STRICT, WITHOUT ROWID",
    "CREATE TABLE sampling_rule_attributes (rule_name TEXT NOT NULL REFERENCES sampling_rules"
    " (name) ON DELETE CASCADE, key TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (rule_name, key)) STRICT, WITHOUT ROWID",
    "CREATE TABLE sampling_state (modified_ns INTEGER NOT NULL) STRICT",
    "INSERT INTO sampling_state VALUES (0)",
};

constexpr std::string_view version_4[] = {
    "CREATE TABLE insights (id TEXT PRIMARY KEY, kind INTEGER NOT NULL, group_name TEXT NOT NULL,"
    " group_arn TEXT NOT NULL, cause_name TEXT NOT NULL, cause_type TEXT NOT NULL,"
    " cause_account TEXT NOT NULL, start_minute INTEGER NOT NULL, end_minute INTEGER NOT NULL,"
    " updated_minute INTEGER NOT NULL, summary TEXT NOT NULL, client_ok INTEGER NOT NULL,"
    " client_fault INTEGER NOT NULL, client_total INTEGER NOT NULL, cause_ok INTEGER NOT NULL,"
    " cause_fault INTEGER NOT NULL, cause_total INTEGER NOT NULL, worst_milli INTEGER NOT NULL,"
    " usual_milli INTEGER NOT NULL, last_outside_minute INTEGER NOT NULL,"
    " settled_minute INTEGER NOT NULL, settled_client_ok INTEGER NOT NULL,"
    " settled_client_fault INTEGER NOT NULL, settled_client_total INTEGER NOT NULL,"
    " settled_cause_ok INTEGER NOT NULL, settled_cause_fault INTEGER NOT NULL,"
    " settled_cause_total INTEGER NOT NULL, event_minute INTEGER NOT NULL,"
    " event_severity_milli INTEGER NOT NULL, event_count INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX insights_by_start ON insights (start_minute, id)",
    "CREATE INDEX insights_by_end ON insights (end_minute)",
    "CREATE TABLE insight_services (insight_id TEXT NOT NULL, rank INTEGER NOT NULL,"
    " name TEXT NOT NULL, type TEXT NOT NULL, account TEXT NOT NULL, has_baseline INTEGER NOT NULL,"
    " expected_milli INTEGER NOT NULL, reach_milli INTEGER NOT NULL,"
    " requests_milli INTEGER NOT NULL, score_milli INTEGER NOT NULL,"
    " PRIMARY KEY (insight_id, rank)) STRICT, WITHOUT ROWID",
    "CREATE TABLE insight_events (insight_id TEXT NOT NULL, sequence INTEGER NOT NULL,"
    " minute INTEGER NOT NULL, summary TEXT NOT NULL, client_ok INTEGER NOT NULL,"
    " client_fault INTEGER NOT NULL, client_total INTEGER NOT NULL, cause_ok INTEGER NOT NULL,"
    " cause_fault INTEGER NOT NULL, cause_total INTEGER NOT NULL,"
    " PRIMARY KEY (insight_id, sequence)) STRICT, WITHOUT ROWID",
    "CREATE TABLE insight_event_services (insight_id TEXT NOT NULL, sequence INTEGER NOT NULL,"
    " rank INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, account TEXT NOT NULL,"
    " PRIMARY KEY (insight_id, sequence, rank)) STRICT, WITHOUT ROWID",
    "CREATE TABLE insight_progress (group_arn TEXT PRIMARY KEY, next_minute INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID",
};

constexpr std::string_view version_5[] = {
    "ALTER TABLE group_versions ADD COLUMN use INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE group_reevaluations (group_name TEXT PRIMARY KEY REFERENCES groups (name)"
    " ON DELETE CASCADE, state INTEGER NOT NULL, began_ns INTEGER NOT NULL,"
    " ended_ns INTEGER NOT NULL, parts INTEGER NOT NULL, parts_damaged INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID",
};

constexpr std::span<const std::string_view> steps[] = {version_1, version_2, version_3, version_4,
                                                       version_5};

/// A pragma takes no parameter, so each number has its literal.
constexpr std::string_view set_version[] = {"PRAGMA user_version = 1", "PRAGMA user_version = 2",
                                            "PRAGMA user_version = 3", "PRAGMA user_version = 4",
                                            "PRAGMA user_version = 5"};
static_assert(std::size(set_version) == std::size(steps));

/// Sums in parts are known by ids of groups. Were the file lost and made anew, ids from 1 on would
/// mean other groups than they did; seconds are beyond all that were given before.
Result<void> start_ids(SqliteDatabase& database, Instant now) {
    constexpr std::int64_t second_first = 1'577'836'800;  // 2020-01-01: 32 bits last until 2156
    return database.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('group_versions', ?1)",
                        {std::max<std::int64_t>(now.second() - second_first, 1)});
}

}  // namespace

std::int64_t schema_version() { return static_cast<std::int64_t>(std::size(steps)); }

Result<void> migrate_schema(SqliteDatabase& database, Instant now) {
    const std::int64_t found = TRY(database.integer("PRAGMA user_version"));
    if (found > schema_version())
        return Error(ErrorCode::invalid,
                     fmt::format("version {} is newer than {}, the newest that this program reads",
                                 found, schema_version()));
    if (found == schema_version()) return {};
    return database.transaction([&]() -> Result<void> {
        for (auto at = static_cast<std::size_t>(found); at < std::size(steps); ++at) {
            for (const std::string_view statement : steps[at]) TRY(database.run(statement));
            TRY(database.run(set_version[at]));
        }
        return found == 0 ? start_ids(database, now) : Result<void>();
    });
}

}  // namespace tomograph
