#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "store/engine/store_metrics.h"

namespace tomograph {

/// Where damaged files are set aside: never deleted, never fatal, always reported. Threads: any.
class Quarantine {
 public:
    Quarantine(FileSystem& files, const std::string& data_directory, StoreMetrics& metrics);

    /// Counts what earlier starts left. errors: io
    Result<void> open();

    /// Moves the file away. errors: io; the file is where it was
    Result<void> move(const std::string& path, std::string_view why);
    /// Keeps a copy of damaged bytes, if there is room for it.
    void keep_copy(std::string_view name, std::string_view bytes, std::string_view why);

    std::uint64_t files() const { return count_; }

 private:
    std::string next_path(std::string_view name);
    void count_one();

    FileSystem& files_;
    std::string directory_;
    StoreMetrics& metrics_;
    std::atomic<std::uint64_t> count_{0};
    std::atomic<std::uint64_t> serial_{0};
};

}  // namespace tomograph
