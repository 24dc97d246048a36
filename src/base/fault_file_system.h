#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file_system.h"

namespace tomograph {

/// A file system in memory that can be made to fail, for tests, fuzzers and the crash suite.
///
/// It keeps two states: what processes see now, and what would survive a power cut. sync() and
/// sync_directory() copy from the first to the second. power_cut() makes the second state the
/// present one, except that each unsynced 512-byte sector and each unsynced directory entry
/// survives or not by the seed: a real disk may have written any of them. Threads: any.
class FaultFileSystem final : public FileSystem {
 public:
    explicit FaultFileSystem(std::uint64_t seed = 0);
    ~FaultFileSystem() override;

    /// The n-th call from now that reads or changes anything fails with io (once; 1 is the next
    /// call).
    void fail_call(std::uint64_t n);
    /// Only the n-th sync from now fails; its bytes stay unsynced, later syncs claim success for
    /// nothing but bytes written after them (as Linux does).
    void fail_sync(std::uint64_t n);
    /// From the n-th call from now on, every call fails: the process is about to die.
    void crash_at_call(std::uint64_t n);
    bool crashed() const;
    /// Calls counted so far.
    std::uint64_t calls() const;
    /// Writes beyond this many bytes in all files fail with limit ("no space left on device").
    void set_capacity(std::uint64_t bytes);

    /// The machine loses power and starts again: open files are dead, locks are free, faults are
    /// cleared.
    void power_cut();
    /// The process dies and starts again: everything written stays, open files are dead, locks are
    /// free.
    void process_kill();

    /// Flips the bits of `mask` in one byte of a file. For damage tests.
    Result<void> flip(const std::string& path, std::uint64_t offset, std::uint8_t mask);

    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> link(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<void> make_directories(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& directory) override;
    Result<void> sync_directory(const std::string& directory) override;
    Result<bool> exists(const std::string& path) override;
    Result<DiskSpace> space(const std::string& path) override;
    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

    struct State;

 private:
    std::shared_ptr<State> state_;
};

}  // namespace tomograph
