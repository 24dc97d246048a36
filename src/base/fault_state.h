#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/fault_disk.h"
#include "base/fault_file_system.h"
#include "base/fault_random.h"

namespace tomograph {

/// How one call of the outside world ends.
enum class Fate {
    succeeds,
    fails,       ///< the call that was to fail, or one of a crashed process
    dies_after,  ///< the process dies during the call, and the call has done its work
};

/// The error of a call that was made to fail.
Error injected(const std::string& what);

/// The disk, the process that uses it, and the faults to come. Its files and locks share it.
struct FaultFileSystem::State {
    static constexpr std::uint64_t no_capacity = std::uint64_t{1} << 40;

    explicit State(std::uint64_t seed) : random(seed) {}

    /// Counts a call and decides how it ends.
    Fate next_fate();
    /// Runs one call of the outside world, or lets it fail.
    template <class Action>
    auto call(const std::string& what, Action action) -> decltype(action()) {
        std::unique_lock lock(mutex);
        const Fate fate = next_fate();
        if (fate == Fate::fails) return injected(what);
        auto result = action();
        if (fate == Fate::succeeds) return result;
        lock.unlock();  // a FileLock that nobody gets takes the mutex when it goes
        return injected(what);
    }
    /// Whether the file may take `size` bytes, given the capacity.
    bool has_room(const FaultNode& node, std::uint64_t size) const;
    void restart();

    mutable std::mutex mutex;
    FaultDisk disk;
    FaultRandom random;
    std::set<FaultDisk::Node> locked;
    std::uint64_t life = 0;  // of the process; its files and locks belong to one
    std::uint64_t calls = 0;
    std::uint64_t syncs = 0;
    std::uint64_t fail_at = 0;  // these three: 0 is never
    std::uint64_t fail_sync_at = 0;
    std::uint64_t crash_at = 0;
    bool crashed = false;
    std::uint64_t capacity = no_capacity;
};

/// A file of the simulated disk, opened by the process that lives now. The caller holds the state's
/// mutex.
std::unique_ptr<File> make_fault_file(std::shared_ptr<FaultFileSystem::State> state,
                                      FaultDisk::Node node, const std::string& path, bool writable);

}  // namespace tomograph
