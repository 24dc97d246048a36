#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/keys/store_keys.h"

namespace tomograph {

struct RewriteCount {
    std::uint64_t sealed = 0;
    std::uint64_t rewritten = 0;
    std::uint64_t plain = 0;
};

/// Wraps the data keys of files under the active master key. In place, unless a file has other
/// names: those are backups, which keep the key that they were made with, so the store gets a copy
/// of its own first.
class KeyRewriter {
 public:
    /// free_bytes_min  what a copy must leave free of the disk
    KeyRewriter(FileSystem& files, FileKeys& keys, std::uint64_t free_bytes_min)
        : files_(files), keys_(keys), free_bytes_min_(free_bytes_min) {}

    /// One file; nothing if it is not there (any more). Damaged ones are left as they are and told.
    /// Nobody else may rename or remove it meanwhile.
    /// errors  denied; limit  the disk has no room for a copy; io. Repeat it
    Result<void> rewrite(const std::string& path);
    /// Every file in the directory. errors: as above; some files may be rewritten already
    Result<void> rewrite_all(const std::string& directory);

    const RewriteCount& count() const { return count_; }

 private:
    struct Sealed {
        SealedObject object;
        KeySlotPlaces places;
    };
    Result<std::optional<Sealed>> seal_of(File& file, const std::string& path);
    Result<void> rewrite_one(const std::string& path);
    Result<void> rewrite_copy(const std::string& path, std::uint64_t bytes, const Sealed& sealed);

    FileSystem& files_;
    FileKeys& keys_;
    std::uint64_t free_bytes_min_;
    RewriteCount count_;
};

}  // namespace tomograph
