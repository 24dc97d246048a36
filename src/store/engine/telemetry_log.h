#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto/file_keys.h"
#include "base/file_system.h"
#include "base/guarded.h"
#include "model/document.h"
#include "store/engine/quarantine.h"
#include "store/engine/store_metrics.h"

namespace tomograph {

/// The lines of a day's file whose numbers are below `next`.
std::string telemetry_below(std::string_view text, Lsn next);

/// Whose data key a telemetry file of that name has.
SealedObject telemetry_object(std::string_view name);

/// Telemetry records: in memory, behind the log, until flush() adds them to the file of their day
/// (docs/formats/data-directory.md). Threads: any; flush() and expire() from one.
class TelemetryLog {
 public:
    TelemetryLog(FileSystem& files, const std::string& data_directory, StoreMetrics& metrics,
                 Quarantine& quarantine);

    /// Files written from here on are sealed. Before the first flush().
    void set_keys(FileKeys* keys) { keys_ = keys; }

    bool is_full();
    std::size_t pending();
    void add(Lsn lsn, Instant received, std::string json);

    /// Newest first. errors: io
    Result<std::vector<std::string>> recent(std::size_t limit);

    /// Writes what is pending. errors: io, limit; then it stays pending
    Result<void> flush();
    /// Seals the files that are still plain; nothing without keys. errors: io, limit
    Result<void> seal_plain_files();
    /// Removes the files of days before that second.
    Result<void> expire(std::int64_t second);

    /// The smallest number that is only in the log.
    std::optional<Lsn> lsn_min();

 private:
    struct Record {
        Lsn lsn;
        Instant received;
        std::string json;
    };

    Result<std::string> read_day(const std::string& path);
    Result<void> write_day(const std::string& name, std::string_view text);
    Result<void> flush_day(const std::string& name, const std::deque<Record>& records);

    FileSystem& files_;
    std::string directory_;
    StoreMetrics& metrics_;
    Quarantine& quarantine_;
    FileKeys* keys_ = nullptr;
    Guarded<std::deque<Record>> pending_;
};

}  // namespace tomograph
