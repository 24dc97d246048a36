#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/document.h"
#include "model/log_record.h"
#include "store/trace_search.h"

namespace tomograph {

/// The place of a line: newest first by (time, lsn, index); no two are equal.
struct LogPlace {
    Instant time;
    Lsn lsn;                  ///< of the request that brought it
    std::uint32_t index = 0;  ///< in that request
    auto operator<=>(const LogPlace&) const = default;
};

struct LogCondition {
    std::string key;    ///< of the line's attributes, else of its resource's
    std::string value;  ///< a text, or a scalar as it is printed
};

/// Lines that meet all that is said.
struct LogQuery {
    TimeRange range;
    std::optional<TraceId> trace{};
    std::optional<SpanId> span{};
    std::vector<std::string> services{};  ///< one of them; empty: any
    std::uint8_t severity_min = 0;
    std::vector<std::string> texts{};  ///< each in the body or a value of an attribute; case of
                                       ///< ASCII letters does not matter
    std::vector<LogCondition> attributes{};
    std::optional<LogPlace> before{};  ///< strictly older: the next page
    /// Lines of requests up to this one: LogPage::as_of of the first page. Absent: all.
    std::optional<Lsn> as_of{};
    Lsn after{};  ///< lines of later requests only: for those who follow
    std::size_t limit = 100;
    SearchBudget budget{};
};

struct FoundLog {
    LogPlace place;
    LogRecord record;  ///< `stream` says nothing
    LogStream stream;
};

/// Newest first.
struct LogPage {
    std::vector<FoundLog> lines;
    std::optional<LogPlace> next;  ///< for LogQuery::before; absent at the end
    Lsn as_of;
    std::uint64_t scanned = 0;  ///< lines looked at
    Instant oldest;             ///< start of the time that this page covers
    SearchStop stop = SearchStop::none;
};

struct LogStoreStatus {
    bool ready = false;
    bool read_only = false;
    std::string reason;
    std::uint64_t open_lines = 0;
    std::uint64_t open_bytes = 0;
    std::uint64_t lines = 0;  ///< in parts
    std::uint64_t parts = 0;
    std::uint64_t part_bytes = 0;
};

/// Keeps log lines and finds them. Threads: any. Reads see every append that was answered before
/// they began.
class LogStore {
 public:
    virtual ~LogStore() = default;

    /// Keeps all of them or none; never blocks on the disk. `done` comes once, from any thread.
    /// errors  invalid (more than one batch can hold), unavailable (overload, starting), limit
    /// (disk
    ///         full), io
    virtual void append(const LogBatch& batch, std::function<void(Result<void>)> done) = 0;

    /// errors  invalid (limit above log_page_lines_max), unavailable (starting)
    virtual Result<LogPage> find(const LogQuery& query) = 0;

    /// Above every request that was answered; for LogQuery::after.
    virtual Lsn next() const = 0;
    virtual LogStoreStatus status() = 0;
};

}  // namespace tomograph
