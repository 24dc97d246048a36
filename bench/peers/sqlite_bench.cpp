// SQLite: spans with their documents by (trace, span), indexes on (service, start) and on
// annotations; write-ahead log, synchronous NORMAL, 1,000 rows a transaction.
//
//   sqlite_bench DIRECTORY SPANS
#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "measure/measure.h"
#include "peers/peer_data.h"

namespace {

using namespace tomograph::peers;
using tomograph::TraceId;
using tomograph::measure::print_cell;
using tomograph::measure::require;

constexpr const char* schema = R"(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -262144;
    CREATE TABLE spans (trace BLOB, span INTEGER, start_us INTEGER, duration_us INTEGER, service TEXT, name TEXT,
                        status INTEGER, document TEXT, PRIMARY KEY (trace, span)) WITHOUT ROWID;
    CREATE INDEX spans_by_service ON spans (service, start_us);
    CREATE TABLE annotations (key TEXT, value TEXT, trace BLOB, span INTEGER,
                              PRIMARY KEY (key, value, trace, span)) WITHOUT ROWID;
)";

class Database {
 public:
    explicit Database(const std::string& path) {
        sqlite3* opened = nullptr;
        require(sqlite3_open(path.c_str(), &opened) == SQLITE_OK, "sqlite: cannot open " + path);
        handle_.reset(opened);
        run(schema);
    }

    void run(const char* sql) {
        require(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK, error());
    }
    sqlite3* handle() { return handle_.get(); }
    std::string error() { return std::string("sqlite: ") + sqlite3_errmsg(handle_.get()); }

 private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement; parameters are bound in their order.
class Statement {
 public:
    Statement(Database& database, const char* sql) : database_(database) {
        sqlite3_stmt* made = nullptr;
        require(sqlite3_prepare_v2(database.handle(), sql, -1, &made, nullptr) == SQLITE_OK,
                database.error());
        handle_.reset(made);
    }

    Statement& restart() {
        sqlite3_reset(handle_.get());
        next_ = 1;
        return *this;
    }
    Statement& text(std::string_view value) {
        check(sqlite3_bind_text(handle_.get(), next_++, value.data(),
                                static_cast<int>(value.size()), SQLITE_TRANSIENT));
        return *this;
    }
    Statement& blob(std::string_view value) {
        check(sqlite3_bind_blob(handle_.get(), next_++, value.data(),
                                static_cast<int>(value.size()), SQLITE_TRANSIENT));
        return *this;
    }
    Statement& number(std::int64_t value) {
        check(sqlite3_bind_int64(handle_.get(), next_++, value));
        return *this;
    }
    /// false: no more rows.
    bool step() {
        const int code = sqlite3_step(handle_.get());
        require(code == SQLITE_ROW || code == SQLITE_DONE, database_.error());
        return code == SQLITE_ROW;
    }
    std::string text_at(int column) const {
        return {reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column)),
                static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
    }
    std::uint64_t number_at(int column) const {
        return static_cast<std::uint64_t>(sqlite3_column_int64(handle_.get(), column));
    }

 private:
    void check(int code) { require(code == SQLITE_OK, database_.error()); }

    struct Finalize {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    Database& database_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    int next_ = 1;
};

void load(Database& database, PeerData& data) {
    const double before = tomograph::measure::cpu_seconds();
    const double begun = tomograph::measure::wall_seconds();
    Statement add_span(database, "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    Statement add_annotation(database, "INSERT INTO annotations VALUES (?, ?, ?, ?)");
    std::size_t rows = 0;
    database.run("BEGIN");
    data.visit([&](const std::vector<PeerSpan>& spans) {
        for (const PeerSpan& peer : spans) {
            const auto& span = *peer.span;
            const std::string trace = trace_key(peer.trace->id);
            const auto id = static_cast<std::int64_t>(span.id.value);
            add_span.restart()
                .blob(trace)
                .number(id)
                .number(span.start_us)
                .number(span.end_us - span.start_us);
            add_span.text(tomograph::workload::service_names[span.service]).text(peer.name);
            add_span.number(span.status).text(peer.document).step();
            for (const Pair& pair : peer.annotations)
                add_annotation.restart()
                    .text(pair.key)
                    .text(pair.value)
                    .blob(trace)
                    .number(id)
                    .step();
        }
        rows += spans.size();
        if (rows < 1'000) return;
        rows = 0;
        database.run("COMMIT; BEGIN");
    });
    database.run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    const auto spans = static_cast<double>(data.oracle().spans);
    print_cell("sqlite", "load_cpu_us",
               (tomograph::measure::cpu_seconds() - before - data.making_seconds()) * 1e6 / spans);
    print_cell("sqlite", "load_wall_us",
               (tomograph::measure::wall_seconds() - begun) * 1e6 / spans);
}

std::uint64_t count(Database& database, const char* sql, std::string_view tenant) {
    Statement statement(database, sql);
    require(statement.text(tenant).step(), "sqlite: no count");
    return statement.number_at(0);
}

Groups group(Database& database) {
    Statement statement(
        database,
        "SELECT value, count(*), sum(duration_us) FROM annotations JOIN spans USING (trace, span) "
        "WHERE key = 'tenant' GROUP BY value");
    Groups groups;
    while (statement.step())
        groups[statement.text_at(0)] = {statement.number_at(1), statement.number_at(2)};
    return groups;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "sqlite_bench DIRECTORY SPANS\n");
        return 2;
    }
    const std::string directory = argv[1];
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    Database database(directory + "/spans.db");
    PeerData data(std::strtoull(argv[2], nullptr, 10));
    load(database, data);
    print_cell("sqlite", "bytes_per_span",
               static_cast<double>(tomograph::measure::directory_bytes(directory)) /
                   static_cast<double>(data.oracle().spans));
    Statement by_trace(database, "SELECT document FROM spans WHERE trace = ?");
    measure_answers("sqlite", data,
                    {.documents =
                         [&](TraceId id) {
                             std::vector<std::string> documents;
                             by_trace.restart().blob(trace_key(id));
                             while (by_trace.step()) documents.push_back(by_trace.text_at(0));
                             return documents;
                         },
                     .search =
                         [&](std::string_view tenant) {
                             return count(database,
                                          "SELECT count(DISTINCT trace) FROM annotations WHERE key "
                                          "= 'tenant' AND value = ?",
                                          tenant);
                         },
                     .filter =
                         [&](std::string_view tenant) {
                             return count(database,
                                          "SELECT count(*) FROM (SELECT DISTINCT trace FROM "
                                          "annotations WHERE key = 'tenant' AND "
                                          "value = ?) AS a WHERE EXISTS (SELECT 1 FROM spans WHERE "
                                          "spans.trace = a.trace AND "
                                          "status >= 500)",
                                          tenant);
                         },
                     .group = [&] { return group(database); }});
}
