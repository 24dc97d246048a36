#include "base/fault_file_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "base/fault_disk.h"
#include "base/fault_random.h"
#include "base/limits.h"

namespace tomograph {
namespace {

constexpr std::uint64_t no_capacity = std::uint64_t{1} << 40;

enum class Fate {
    succeeds,
    fails,       ///< the call that was to fail, or one of a crashed process
    dies_after,  ///< the process dies during the call, and the call has done its work
};

Error injected(const std::string& what) { return Error(ErrorCode::io, what + ": injected fault"); }

Error disk_full(const std::string& what) {
    return Error(ErrorCode::limit, what + ": no space left on device");
}

}  // namespace

struct FaultFileSystem::State {
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

Fate FaultFileSystem::State::next_fate() {
    ++calls;
    if (crashed || calls == fail_at) return Fate::fails;
    if (crash_at == 0 || calls < crash_at) return Fate::succeeds;
    crashed = true;
    return random.below(2) == 0 ? Fate::fails : Fate::dies_after;
}

bool FaultFileSystem::State::has_room(const FaultNode& node, std::uint64_t size) const {
    const std::uint64_t now = node.data.visible().size();
    if (size <= now) return true;
    if (size > fault_file_bytes_max) return false;
    return capacity == no_capacity || disk.used_bytes() + (size - now) <= capacity;
}

void FaultFileSystem::State::restart() {
    ++life;
    locked.clear();
    fail_at = fail_sync_at = crash_at = 0;
    crashed = false;
}

namespace {

using State = FaultFileSystem::State;

class FaultFile final : public File {
 public:
    FaultFile(std::shared_ptr<State> state, FaultDisk::Node node, std::string path, bool writable)
        : state_(std::move(state)),
          node_(std::move(node)),
          path_(std::move(path)),
          life_(state_->life),
          writable_(writable) {}

    Result<std::string> read(std::uint64_t offset, std::size_t size) override;
    Result<void> write(std::uint64_t offset, std::string_view bytes) override;
    Result<void> sync() override;
    Result<void> truncate(std::uint64_t size) override { return resize("truncate", size, true); }
    Result<void> allocate(std::uint64_t size) override { return resize("allocate", size, false); }
    Result<std::uint64_t> size() override;

 private:
    Result<void> check(const std::string& what, bool to_write) const;
    Result<void> resize(std::string_view verb, std::uint64_t size, bool may_cut);
    void write_part(std::uint64_t offset, std::string_view bytes);

    std::shared_ptr<State> state_;
    FaultDisk::Node node_;
    std::string path_;
    std::uint64_t life_;
    bool writable_;
};

Result<void> FaultFile::check(const std::string& what, bool to_write) const {
    if (life_ != state_->life) return Error(ErrorCode::io, what + ": opened before the restart");
    if (to_write && !writable_) return Error(ErrorCode::io, what + ": opened for reading");
    return {};
}

Result<std::string> FaultFile::read(std::uint64_t offset, std::size_t size) {
    const std::string what = "read " + path_;
    return state_->call(what, [&]() -> Result<std::string> {
        TRY(check(what, false));
        const std::string& bytes = node_->data.visible();
        if (offset > bytes.size() || size > bytes.size() - offset)
            return Error(ErrorCode::corrupt,
                         fmt::format("{}: {} bytes at {}, but the file ends at {}", what, size,
                                     offset, bytes.size()));
        return bytes.substr(static_cast<std::size_t>(offset), size);
    });
}

/// A write that ends badly has written some of its bytes: none, all, or the first few.
void FaultFile::write_part(std::uint64_t offset, std::string_view bytes) {
    const std::uint64_t done = state_->random.below(bytes.size() + 1);
    const std::string_view part = bytes.substr(0, static_cast<std::size_t>(done));
    if (state_->has_room(*node_, offset + part.size())) node_->data.write(offset, part);
}

Result<void> FaultFile::write(std::uint64_t offset, std::string_view bytes) {
    const std::string what = "write " + path_;
    const std::lock_guard lock(state_->mutex);
    const bool was_crashed = state_->crashed;
    const Fate fate = state_->next_fate();
    TRY(check(what, true));
    if (offset > fault_file_bytes_max || bytes.size() > fault_file_bytes_max)
        return disk_full(what);
    if (fate != Fate::succeeds) {
        if (!was_crashed) write_part(offset, bytes);
        return injected(what);
    }
    if (!state_->has_room(*node_, offset + bytes.size())) {
        write_part(offset, bytes);
        return disk_full(what);
    }
    node_->data.write(offset, bytes);
    return {};
}

Result<void> FaultFile::sync() {
    const std::string what = "sync " + path_;
    return state_->call(what, [&]() -> Result<void> {
        TRY(check(what, false));
        if (++state_->syncs == state_->fail_sync_at) {
            node_->data.forget_unsynced();
            return injected(what);
        }
        node_->data.sync();
        return {};
    });
}

Result<void> FaultFile::resize(std::string_view verb, std::uint64_t size, bool may_cut) {
    const std::string what = fmt::format("{} {}", verb, path_);
    return state_->call(what, [&]() -> Result<void> {
        TRY(check(what, true));
        if (size <= node_->data.visible().size() && !may_cut) return {};
        if (!state_->has_room(*node_, size)) return disk_full(what);
        node_->data.resize(size);
        return {};
    });
}

Result<std::uint64_t> FaultFile::size() {
    const std::string what = "stat " + path_;
    return state_->call(what, [&]() -> Result<std::uint64_t> {
        TRY(check(what, false));
        return std::uint64_t{node_->data.visible().size()};
    });
}

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
    state_->capacity = std::min(bytes, no_capacity);
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
        return std::unique_ptr<File>(
            std::make_unique<FaultFile>(state_, node, path, mode != OpenMode::read));
    });
}

Result<void> FaultFileSystem::rename(const std::string& from, const std::string& to) {
    return state_->call("rename " + from, [&] { return state_->disk.rename(from, to); });
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
