#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/guarded.h"
#include "model/document.h"
#include "store/engine/store_metrics.h"

namespace tomograph {

/// Telemetry records: in memory, behind the log, until flush() adds them to the file of their day
/// (docs/formats/data-directory.md). Threads: any; flush() and expire() from one.
class TelemetryLog {
 public:
    TelemetryLog(FileSystem& files, const std::string& data_directory, StoreMetrics& metrics);

    bool is_full();
    void add(Lsn lsn, Instant received, std::string json);

    /// Newest first. errors: io
    Result<std::vector<std::string>> recent(std::size_t limit);

    /// Writes what is pending. errors: io, limit; then it stays pending
    Result<void> flush();
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

    Result<void> flush_day(const std::string& name, const std::deque<Record>& records);

    FileSystem& files_;
    std::string directory_;
    StoreMetrics& metrics_;
    Guarded<std::deque<Record>> pending_;
};

}  // namespace tomograph
