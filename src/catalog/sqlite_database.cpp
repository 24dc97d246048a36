#include "catalog/sqlite_database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/log.h"
#include "catalog/limits.h"

namespace tomograph {
namespace {

ErrorCode code_of(int sqlite_code) {
    switch (sqlite_code & 0xff) {  // without what extends it
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CONSTRAINT:
            return ErrorCode::conflict;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::corrupt;
        case SQLITE_FULL:
            return ErrorCode::limit;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return ErrorCode::io;
        default:
            return ErrorCode::internal;
    }
}

}  // namespace

std::int64_t SqlRow::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string SqlRow::text(int column) const {
    const unsigned char* bytes = sqlite3_column_text(statement_, column);
    if (bytes == nullptr) return {};
    return {reinterpret_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

SqliteDatabase::SqliteDatabase(sqlite3* handle, std::string path)
    : handle_(handle), path_(std::move(path)) {}

SqliteDatabase::~SqliteDatabase() {
    prepared_.clear();
    const int code = sqlite3_close(handle_);
    if (code != SQLITE_OK) log_warn("catalog not closed", {{"error", sqlite3_errstr(code)}});
}

void SqliteDatabase::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Error SqliteDatabase::failure(int code, std::string_view what) const {
    return Error(code_of(code), fmt::format("{}: {}: {}", path_, what, sqlite3_errmsg(handle_)));
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const std::string& path, Mode mode) {
    sqlite3* handle = nullptr;
    const int access =
        mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int code = sqlite3_open_v2(path.c_str(), &handle,
                                     access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    if (handle == nullptr) return Error(ErrorCode::internal, "no memory for a database");
    std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(handle, path));
    if (code != SQLITE_OK) return database->failure(code, "open");
    sqlite3_busy_timeout(handle, catalog_wait_ms);
    // A damaged file must not be able to do more than be refused.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    return database;
}

Result<sqlite3_stmt*> SqliteDatabase::prepare(std::string_view sql) {
    const auto found = prepared_.find(sql);
    if (found != prepared_.end()) return found->second.get();
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return failure(code, "prepare");
    prepared_.emplace(std::string(sql), Prepared(statement));
    return statement;
}

Result<void> SqliteDatabase::bind(sqlite3_stmt* statement, int place, const SqlValue& value) {
    int code = SQLITE_OK;
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        code = sqlite3_bind_int64(statement, place, *number);
    } else {
        const std::string_view text = std::get<std::string_view>(value);
        code = sqlite3_bind_text64(statement, place, text.data() == nullptr ? "" : text.data(),
                                   text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    return code == SQLITE_OK ? Result<void>() : failure(code, "bind");
}

Result<void> SqliteDatabase::run(std::string_view sql, std::initializer_list<SqlValue> values,
                                 const std::function<void(const SqlRow&)>& on_row) {
    sqlite3_stmt* statement = TRY(prepare(sql));
    int place = 0;
    for (const SqlValue& value : values) TRY(bind(statement, ++place, value));
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        if (on_row) on_row(SqlRow(statement));
    Result<void> done;
    if (code != SQLITE_DONE) done = failure(code, "run");
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return done;
}

Result<std::int64_t> SqliteDatabase::integer(std::string_view sql,
                                             std::initializer_list<SqlValue> values) {
    std::int64_t value = 0;
    TRY(run(sql, values, [&](const SqlRow& row) { value = row.integer(0); }));
    return value;
}

Result<std::string> SqliteDatabase::text(std::string_view sql,
                                         std::initializer_list<SqlValue> values) {
    std::string value;
    TRY(run(sql, values, [&](const SqlRow& row) { value = row.text(0); }));
    return value;
}

int SqliteDatabase::changes() const { return sqlite3_changes(handle_); }

Result<void> SqliteDatabase::transaction(const std::function<Result<void>()>& work) {
    TRY(run("BEGIN IMMEDIATE"));
    auto done = work();
    if (done) done = run("COMMIT");
    if (done || sqlite3_get_autocommit(handle_) != 0)
        return done;  // some errors undo by themselves
    const auto undone = run("ROLLBACK");
    if (!undone) log_error("catalog change not undone", {{"error", undone.error()}});
    return done;
}

Result<void> SqliteDatabase::copy_to(const std::string& path) {
    const auto target = TRY(open(path, Mode::create));
    sqlite3_backup* backup = sqlite3_backup_init(target->handle_, "main", handle_, "main");
    if (backup == nullptr) return target->failure(sqlite3_errcode(target->handle_), "copy");
    constexpr int all_pages = -1;
    sqlite3_backup_step(backup, all_pages);
    const int code = sqlite3_backup_finish(backup);
    if (code != SQLITE_OK) return target->failure(code, "copy");
    // The copy says of itself that it has a log: away with that, for it has none.
    return target->run("PRAGMA journal_mode = DELETE");
}

}  // namespace tomograph
