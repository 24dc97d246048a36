#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/fault_state.h"
#include "base/limits.h"

namespace tomograph {
namespace {

using State = FaultFileSystem::State;

Error disk_full(const std::string& what) {
    return Error(ErrorCode::limit, what + ": no space left on device");
}

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
    Result<std::uint64_t> links() override;

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

Result<std::uint64_t> FaultFile::links() {
    const std::string what = "stat " + path_;
    return state_->call(what, [&]() -> Result<std::uint64_t> {
        TRY(check(what, false));
        return state_->disk.links_of(*node_);
    });
}

}  // namespace

std::unique_ptr<File> make_fault_file(std::shared_ptr<FaultFileSystem::State> state,
                                      FaultDisk::Node node, const std::string& path,
                                      bool writable) {
    return std::make_unique<FaultFile>(std::move(state), std::move(node), path, writable);
}

}  // namespace tomograph
