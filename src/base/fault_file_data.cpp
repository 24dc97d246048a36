#include "base/fault_file_data.h"

#include <algorithm>

#include "base/assert.h"

namespace tomograph {
namespace {

constexpr std::uint64_t sector_bytes = FaultFileData::sector_bytes;
constexpr std::uint64_t size_as_sector = ~std::uint64_t{0};

std::size_t index(std::uint64_t offset) { return static_cast<std::size_t>(offset); }

std::uint64_t first_sector(std::uint64_t start) { return start / sector_bytes; }
std::uint64_t end_sector(std::uint64_t end) { return (end + sector_bytes - 1) / sector_bytes; }

/// Copies [start, end) as far as both strings go.
void copy_range(const std::string& from, std::string& to, std::uint64_t start, std::uint64_t end) {
    end = std::min<std::uint64_t>({end, from.size(), to.size()});
    if (start < end)
        to.replace(index(start), index(end - start), from, index(start), index(end - start));
}

}  // namespace

void FaultFileData::write(std::uint64_t offset, std::string_view bytes) {
    if (bytes.empty()) return;
    const std::uint64_t end = offset + bytes.size();
    if (offset > visible_.size()) resize(offset);
    if (end > visible_.size()) visible_.resize(index(end));
    visible_.replace(index(offset), bytes.size(), bytes);
    unsynced_.push_back({offset, end, std::string(bytes), visible_.size()});
}

void FaultFileData::resize(std::uint64_t size) {
    const std::uint64_t old_size = visible_.size();
    if (size == old_size) return;
    visible_.resize(index(size));
    unsynced_.push_back({std::min(size, old_size), std::max(size, old_size), {}, size});
}

// The kernel writes whole pages: the sectors around a change go to the disk as they are seen now.
void FaultFileData::sync() {
    if (unsynced_.empty()) return;
    durable_.resize(visible_.size());
    for (const Change& change : unsynced_) {
        const std::uint64_t first = first_sector(change.start);
        const std::uint64_t end = end_sector(change.end);
        copy_range(visible_, durable_, first * sector_bytes, end * sector_bytes);
        forgotten_sectors_.erase(forgotten_sectors_.lower_bound(first),
                                 forgotten_sectors_.lower_bound(end));
    }
    unsynced_.clear();
}

void FaultFileData::forget_unsynced() {
    for (const Change& change : unsynced_)
        for (auto s = first_sector(change.start); s < end_sector(change.end); ++s)
            forgotten_sectors_.insert(s);
    unsynced_.clear();
}

FaultFileData::Seen FaultFileData::seen(const CutOdds& odds, std::uint64_t file,
                                        std::uint64_t sector) const {
    const std::uint64_t dice = mix64(odds.seed ^ mix64(file + 1) ^ mix64(~sector));
    if (dice % 16 < odds.kept_of_16) return {.all = true, .changes = unsynced_.size()};
    // An early writeback may have caught the sector between two writes: so for half of those not
    // kept.
    const bool is_caught_between = odds.kept_of_16 != 0 && (dice & 16) != 0 && !unsynced_.empty();
    return {.changes = is_caught_between ? (dice >> 8) % unsynced_.size() : 0};
}

void FaultFileData::apply(const Change& change, std::uint64_t sector, std::string& disk) const {
    const std::uint64_t start = std::max(change.start, sector * sector_bytes);
    const std::uint64_t end =
        std::min<std::uint64_t>({change.end, (sector + 1) * sector_bytes, disk.size()});
    if (start >= end) return;
    if (change.bytes.empty())
        std::fill(disk.begin() + static_cast<std::ptrdiff_t>(start),
                  disk.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    else
        disk.replace(index(start), index(end - start), change.bytes, index(start - change.start),
                     index(end - start));
}

void FaultFileData::power_cut(const CutOdds& odds, std::uint64_t file) {
    if (unsynced_.empty() && forgotten_sectors_.empty() && visible_.size() == durable_.size())
        return;

    const Seen size_seen = seen(odds, file, size_as_sector);
    const std::uint64_t size_after = size_seen.all ? visible_.size()
                                     : size_seen.changes == 0
                                         ? durable_.size()
                                         : unsynced_[size_seen.changes - 1].size_after;
    std::string disk = std::move(durable_);
    disk.resize(std::max(visible_.size(), disk.size()));
    for (std::size_t i = 0; i < unsynced_.size(); ++i) {
        const Change& change = unsynced_[i];
        for (auto s = first_sector(change.start); s < end_sector(change.end); ++s)
            if (i < seen(odds, file, s).changes) apply(change, s, disk);
    }
    for (const std::uint64_t s : forgotten_sectors_)
        if (seen(odds, file, s).all)
            copy_range(visible_, disk, s * sector_bytes, (s + 1) * sector_bytes);
    disk.resize(index(size_after));

    unsynced_.clear();
    forgotten_sectors_.clear();
    durable_ = disk;
    visible_ = std::move(disk);
}

void FaultFileData::flip(std::uint64_t offset, std::uint8_t mask) {
    ASSERT(offset < visible_.size());
    for (std::string* bytes : {&visible_, &durable_})
        if (offset < bytes->size())
            (*bytes)[index(offset)] = static_cast<char>((*bytes)[index(offset)] ^ mask);
}

}  // namespace tomograph
