#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tomograph {

/// What a statement's ?1, ?2 … stand for. Texts are borrowed for the call.
using SqlValue = std::variant<std::int64_t, std::string_view>;

/// A row of a result, valid during the call that gives it.
class SqlRow {
 public:
    explicit SqlRow(sqlite3_stmt* statement) : statement_(statement) {}

    std::int64_t integer(int column) const;
    std::string text(int column) const;  ///< "" for null

 private:
    sqlite3_stmt* statement_;
};

/// One connection to an SQLite file. Threads: one at a time.
///
/// errors of all functions: conflict (another program has the file, or a row breaks a constraint),
/// corrupt (not a database, or damaged), limit (the disk is full), io, internal
class SqliteDatabase {
 public:
    enum class Mode { read_only, create };
    static Result<std::unique_ptr<SqliteDatabase>> open(const std::string& path, Mode mode);
    ~SqliteDatabase();
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;

    /// Runs one statement. It is prepared once and kept.
    ///
    /// sql     a literal: what comes from outside goes in by `values`
    /// on_row  called with each row of the result
    Result<void> run(std::string_view sql, std::initializer_list<SqlValue> values = {},
                     const std::function<void(const SqlRow&)>& on_row = {});

    /// The first column of the first row; 0 when there is none.
    Result<std::int64_t> integer(std::string_view sql, std::initializer_list<SqlValue> values = {});
    Result<std::string> text(std::string_view sql, std::initializer_list<SqlValue> values = {});

    /// Rows that the last statement changed.
    int changes() const;

    /// Runs `work` inside of a transaction that begins as the only writer; an error undoes it.
    Result<void> transaction(const std::function<Result<void>()>& work);

    /// A copy of all of it, by SQLite's backup interface, as a file that stands alone.
    Result<void> copy_to(const std::string& path);

 private:
    SqliteDatabase(sqlite3* handle, std::string path);
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

    Result<sqlite3_stmt*> prepare(std::string_view sql);
    Result<void> bind(sqlite3_stmt* statement, int place, const SqlValue& value);
    Error failure(int code, std::string_view what) const;

    sqlite3* handle_;
    std::string path_;
    std::map<std::string, Prepared, std::less<>> prepared_;
};

}  // namespace tomograph
