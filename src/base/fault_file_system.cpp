#include "base/fault_file_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/fault_disk.h"
#include "base/fault_state.h"

namespace tomograph {
namespace {

using State = FaultFileSystem::State;

class FaultLock final : public FileLock {
 public:
    FaultLock(std::shared_ptr<State> state, FaultDisk::Node node)
        : state_(std::move(state)), node_(std::move(node)), life_(state_->life) {}
    ~FaultLock() override {
        const std::lock_guard lock(state_->mutex);
        if (life_ == state_->life) state_->locked.erase(node_);
    }
    FaultLock(const FaultLock&) = delete;
    FaultLock& operator=(const FaultLock&) = delete;

 private:
    std::shared_ptr<State> state_;
    FaultDisk::Node node_;
    std::uint64_t life_;
};

/// The file at `path`, made if it is not there.
Result<FaultDisk::Node> find_or_create(FaultDisk& disk, const std::string& path) {
    auto found = disk.find(path);
    if (found || found.error().code() != ErrorCode::not_found) return found;
    return disk.create_file(path);
}

Result<FaultDisk::Node> find_for(FaultDisk& disk, const std::string& path, OpenMode mode) {
    switch (mode) {
        case OpenMode::read:
        case OpenMode::read_write:
            return disk.find(path);
        case OpenMode::create:
            return disk.create_file(path);
        case OpenMode::replace:
            return find_or_create(disk, path);
    }
    ASSERT(false);
}

Error not_a_file(const std::string& what) {
    return Error(ErrorCode::invalid, what + ": not a file");
}

}  // namespace

FaultFileSystem::FaultFileSystem(std::uint64_t seed) : state_(std::make_shared<State>(seed)) {}
FaultFileSystem::~FaultFileSystem() = default;

void FaultFileSystem::fail_call(std::uint64_t n) {
    const std::lock_guard lock(state_->mutex);
    state_->fail_at = state_->calls + n;
}

void FaultFileSystem::fail_sync(std::uint64_t n) {
    const std::lock_guard lock(state_->mutex);
    state_->fail_sync_at = state_->syncs + n;
}

void FaultFileSystem::crash_at_call(std::uint64_t n) {
    const std::lock_guard lock(state_->mutex);
    state_->crash_at = state_->calls + n;
}

bool FaultFileSystem::crashed() const {
    const std::lock_guard lock(state_->mutex);
    return state_->crashed;
}

std::uint64_t FaultFileSystem::calls() const {
    const std::lock_guard lock(state_->mutex);
    return state_->calls;
}

void FaultFileSystem::set_capacity(std::uint64_t bytes) {
    const std::lock_guard lock(state_->mutex);
    state_->capacity = std::min(bytes, State::no_capacity);
}

void FaultFileSystem::power_cut() {
    const std::lock_guard lock(state_->mutex);
    state_->disk.power_cut(state_->random);
    state_->restart();
}

void FaultFileSystem::process_kill() {
    const std::lock_guard lock(state_->mutex);
    state_->restart();
}

Result<void> FaultFileSystem::flip(const std::string& path, std::uint64_t offset,
                                   std::uint8_t mask) {
    const std::lock_guard lock(state_->mutex);
    const FaultDisk::Node node = TRY(state_->disk.find(path));
    if (offset >= node->data.visible().size())
        return Error(ErrorCode::invalid, fmt::format("flip {}: no byte at {}", path, offset));
    node->data.flip(offset, mask);
    return {};
}

Result<std::unique_ptr<File>> FaultFileSystem::open(const std::string& path, OpenMode mode) {
    const std::string what = "open " + path;
    return state_->call(what, [&]() -> Result<std::unique_ptr<File>> {
        const FaultDisk::Node node = TRY(find_for(state_->disk, path, mode));
        if (node->is_directory) return not_a_file(what);
        if (mode == OpenMode::replace) node->data.resize(0);
        return make_fault_file(state_, node, path, mode != OpenMode::read);
    });
}

Result<void> FaultFileSystem::rename(const std::string& from, const std::string& to) {
    return state_->call("rename " + from, [&] { return state_->disk.rename(from, to); });
}

Result<void> FaultFileSystem::link(const std::string& from, const std::string& to) {
    return state_->call("link " + from, [&] { return state_->disk.link(from, to); });
}

Result<void> FaultFileSystem::remove(const std::string& path) {
    return state_->call("remove " + path, [&] { return state_->disk.remove(path); });
}

Result<void> FaultFileSystem::make_directories(const std::string& path) {
    return state_->call("make directory " + path,
                        [&] { return state_->disk.make_directories(path); });
}

Result<std::vector<std::string>> FaultFileSystem::list(const std::string& directory) {
    return state_->call("list " + directory, [&]() -> Result<std::vector<std::string>> {
        const FaultDisk::Node node = TRY(state_->disk.find(directory));
        if (!node->is_directory)
            return Error(ErrorCode::not_found, directory + ": not a directory");
        std::vector<std::string> names;
        for (const auto& [name, child] : node->entries) names.push_back(name);
        return names;
    });
}

Result<void> FaultFileSystem::sync_directory(const std::string& directory) {
    return state_->call("sync directory " + directory, [&]() -> Result<void> {
        if (++state_->syncs != state_->fail_sync_at) return state_->disk.sync_directory(directory);
        TRY(state_->disk.forget_unsynced(directory));
        return injected("sync directory " + directory);
    });
}

Result<bool> FaultFileSystem::exists(const std::string& path) {
    return state_->call("stat " + path,
                        [&]() -> Result<bool> { return bool(state_->disk.find(path)); });
}

Result<DiskSpace> FaultFileSystem::space(const std::string& path) {
    return state_->call("space of " + path, [&]() -> Result<DiskSpace> {
        TRY(state_->disk.find(path));
        const std::uint64_t used = state_->disk.used_bytes();
        return DiskSpace{.total_bytes = state_->capacity,
                         .free_bytes = state_->capacity - std::min(state_->capacity, used)};
    });
}

Result<std::unique_ptr<FileLock>> FaultFileSystem::lock(const std::string& path) {
    const std::string what = "lock " + path;
    return state_->call(what, [&]() -> Result<std::unique_ptr<FileLock>> {
        const FaultDisk::Node node = TRY(find_or_create(state_->disk, path));
        if (node->is_directory) return not_a_file(what);
        if (!state_->locked.insert(node).second)
            return Error(ErrorCode::conflict, what + ": another process holds it");
        return std::unique_ptr<FileLock>(std::make_unique<FaultLock>(state_, node));
    });
}

}  // namespace tomograph
