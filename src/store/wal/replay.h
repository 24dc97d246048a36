#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto/file_keys.h"
#include "base/file_system.h"
#include "store/engine/quarantine.h"
#include "store/wal/segment.h"
#include "store/wal/wal_metrics.h"
#include "store/wal/writer.h"

namespace tomograph {

struct WalFrame;
struct WalFrameTie;

/// Who hears what the log held.
class WalReplaySink {
 public:
    virtual ~WalReplaySink() = default;
    virtual void replay(Lsn first, Instant received,
                        std::span<const std::string_view> documents) = 0;
    virtual void replay_telemetry(Lsn lsn, Instant received, std::string_view json) = 0;
};

/// A segment found at start.
struct FoundSegment {
    std::string path;
    WalSegmentHeader header;
    std::uint64_t size = 0;
    std::shared_ptr<const DataKey> key;  ///< of a sealed segment
};

/// What the log's directory holds, in the order of replay.
struct WalInventory {
    std::vector<FoundSegment> segments;
    std::vector<std::pair<std::string, std::uint64_t>> spares;  ///< names and sizes
    std::uint32_t serial_max = 0;
    std::uint64_t bytes = 0;
};

/// Lists the segments; what is not one is quarantined.
/// keys    null: no master key was given
/// errors  io; nothing is touched after
///         invalid  a segment's format is newer than this program
///         denied   a segment is sealed under a master key that was not given
Result<WalInventory> list_wal(FileSystem& files, const std::string& directory,
                              std::uint64_t store_id, FileKeys* keys, Quarantine& quarantine);

struct WalReplayOptions {
    Lsn floor;  ///< numbers below are not wanted
};

/// Reads a log back (docs/formats/wal.md, "Reading"): each number once, in order, damage skipped
/// and kept. Memory: one window, or one frame when that is larger.
class WalReplay {
 public:
    WalReplay(FileSystem& files, WalMetrics& metrics, Quarantine& quarantine, WalReplaySink& sink)
        : files_(files), metrics_(metrics), quarantine_(quarantine), sink_(sink) {}

    /// errors  io: a file could not be read; try again later, nothing was changed
    Result<void> run(const WalInventory& inventory, WalReplayOptions options);

    /// Above every number read. Valid after run().
    Lsn next() const { return next_; }
    /// The segments as the writer keeps them.
    std::deque<ClosedSegment> closed(const Clock& clock) const;

    std::uint64_t bytes_done() const { return bytes_done_; }

 private:
    Result<void> scan_segment(const FoundSegment& segment, bool is_newest);
    /// The frame's payload goes to the sink. errors: corrupt, for one that does not open
    Result<void> deliver(WalFrame frame, const WalFrameTie& tie);
    void report_damage(const FoundSegment& segment, std::uint64_t offset, std::string_view bytes,
                       std::string_view what);

    FileSystem& files_;
    WalMetrics& metrics_;
    Quarantine& quarantine_;
    WalReplaySink& sink_;
    Lsn floor_;
    Lsn next_;
    bool has_read_ = false;
    std::deque<ClosedSegment> closed_;
    std::atomic<std::uint64_t> bytes_done_{0};
};

}  // namespace tomograph
