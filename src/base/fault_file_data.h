#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault_random.h"

namespace tomograph {

/// The bytes of one file as processes see them, as the disk would give them back after a power cut,
/// and the changes between the two. Not for threads.
class FaultFileData {
 public:
    static constexpr std::uint64_t sector_bytes = 512;

    const std::string& visible() const { return visible_; }

    /// Zeros fill a gap between the end and `offset`.
    void write(std::uint64_t offset, std::string_view bytes);
    /// New bytes are zero.
    void resize(std::uint64_t size);
    /// What was changed since the last sync is on the disk.
    void sync();
    /// A failed sync: what was changed is not on the disk, and no later sync() will bring it there.
    void forget_unsynced();
    /// Of each changed sector the disk holds the newest version, the synced one, or one between;
    /// the same for the size. What it holds is now both states. `file` makes files differ under one
    /// seed.
    void power_cut(const CutOdds& odds, std::uint64_t file);
    /// Damages one byte in both states.
    void flip(std::uint64_t offset, std::uint8_t mask);

 private:
    struct Change {
        std::uint64_t start;
        std::uint64_t end;
        std::string bytes;  // empty: zeros, or nothing when the file was cut
        std::uint64_t size_after;
    };
    /// What the disk has seen of one sector, or of the size.
    struct Seen {
        bool all = false;         // forgotten changes, too
        std::size_t changes = 0;  // the first ones of unsynced_
    };
    Seen seen(const CutOdds& odds, std::uint64_t file, std::uint64_t sector) const;
    void apply(const Change& change, std::uint64_t sector, std::string& disk) const;

    std::string visible_;
    std::string durable_;
    std::vector<Change> unsynced_;
    std::set<std::uint64_t>
        forgotten_sectors_;  // changed, not on the disk, and clean for the kernel
};

}  // namespace tomograph
