#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "base/crypto/file_keys.h"
#include "base/file_system.h"
#include "store/engine/store_metrics.h"

namespace tomograph {

/// Where damaged files are set aside: never deleted, never fatal, always reported. Threads: any.
class Quarantine {
 public:
    Quarantine(FileSystem& files, const std::string& data_directory, StoreMetrics& metrics);

    /// Copies made from here on are sealed: damaged bytes may be readable.
    void set_keys(FileKeys* keys) { keys_ = keys; }

    /// Counts what earlier starts left. errors: io
    Result<void> open();

    /// Moves the file away. errors: io; the file is where it was
    Result<void> move(const std::string& path, std::string_view why);
    /// Keeps a copy of damaged bytes, if there is room for it.
    void keep_copy(std::string_view name, std::string_view bytes, std::string_view why);

    std::uint64_t files() const { return count_; }

 private:
    struct Place {
        std::string path;
        std::uint64_t serial = 0;
    };

    Place next_place(std::string_view name);
    Result<void> write_copy(const Place& place, std::string_view bytes);
    void count_one();

    FileSystem& files_;
    std::string directory_;
    StoreMetrics& metrics_;
    FileKeys* keys_ = nullptr;
    std::atomic<std::uint64_t> count_{0};
    std::atomic<std::uint64_t> serial_{0};
};

}  // namespace tomograph
