#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace tomograph {

// Log. -------------------------------------------------------------------------------------------

/// A segment is the unit of giving space back: large enough that rolling is rare, small enough that
/// one stubborn trace does not pin much.
inline constexpr std::uint64_t wal_segment_bytes = 64 << 20;
/// The first segment after a start is filled with zeros while the first sender waits: keep that
/// short.
inline constexpr std::uint64_t wal_first_segment_bytes = 4 << 20;
/// Closed segments that wait for their traces to be sealed; the traces of older ones are sealed at
/// once. The log stays below 1 GiB and its replay below some seconds.
inline constexpr std::size_t wal_closed_segments_max = 15;
/// What one append may bring: a request body decoded is at most 20 MiB, framing adds little.
inline constexpr std::uint64_t wal_frame_bytes_max = 48 << 20;
/// Appends waiting for the disk; beyond, senders are told to come back.
inline constexpr std::uint64_t wal_queue_bytes_max = 32 << 20;
/// One group commit: what a disk takes in a few milliseconds, so that the first of the group is not
/// kept long.
inline constexpr std::uint64_t wal_group_bytes_max = 4 << 20;
/// Prepared segments kept for the next rolls: a flush gives several back at once, and filling a new
/// one with zeros competes with the syncs that senders wait for.
inline constexpr std::size_t wal_spares_max = 4;
/// Groups are written up to the end of a page of this size.
inline constexpr std::uint64_t wal_page_bytes = 4096;
/// Replay reads segments in windows of this size.
inline constexpr std::uint64_t wal_window_bytes = 1 << 20;

// Traces. ----------------------------------------------------------------------------------------

inline constexpr std::uint32_t trace_spans_max = 10'000;
inline constexpr std::uint64_t trace_bytes_max = 64 << 20;
/// All open traces; above it the idlest are sealed, above `open_bytes_refuse_share` of it appends
/// are refused.
inline constexpr std::uint64_t open_bytes_max = 512 << 20;
inline constexpr double open_bytes_refuse_share = 1.25;
/// Sealed traces whose size is remembered, so that late documents count towards the trace's limit.
/// Two generations of this many are kept, about 100 bytes each.
inline constexpr std::size_t sealed_sizes_max = 65'536;

// Sealing and parts. -----------------------------------------------------------------------------

inline constexpr Duration seal_idle_complete = Duration::seconds(10);
inline constexpr Duration seal_idle = Duration::seconds(30);
inline constexpr Duration seal_open_max = Duration::seconds(60);
inline constexpr Duration seal_wal_age_max = Duration::minutes(2);
inline constexpr Duration flush_interval = Duration::seconds(15);
inline constexpr std::uint64_t flush_spans = 64 << 10;
/// What is ready is counted this often: there is no more of it than one flush takes.
inline constexpr Duration count_interval = Duration::seconds(1);
inline constexpr Duration maintenance_interval = Duration::milliseconds(250);

inline constexpr std::size_t merge_fan_in = 8;
inline constexpr std::size_t merge_fan_in_max = 16;
/// A part's trace table is read whole by searches: about 200 bytes a trace in memory.
inline constexpr std::uint64_t merge_spans_max = 1 << 20;
inline constexpr std::uint32_t merge_level_max = 9;

/// A part is read from end to end that often: a month of eight parts a day in four hours.
inline constexpr Duration scrub_interval = Duration::minutes(1);

inline constexpr std::uint64_t manifest_bytes_max = 1 << 20;
/// A manifest larger than this is not ours: 1,000,000 parts would fit.
inline constexpr std::uint64_t manifest_read_bytes_max = 256 << 20;
inline constexpr std::uint64_t section_cache_bytes = 256 << 20;

// Reads. -----------------------------------------------------------------------------------------

/// Documents of one page of find(); the page ends early beyond it.
inline constexpr std::uint64_t page_bytes_max = 64 << 20;
inline constexpr std::size_t page_traces_max = 10'000;
/// Of a page without documents: 100 bytes each.
inline constexpr std::size_t page_ids_max = 1'000'000;

/// A listing of several pages lasts so long from its last one: as long as a page token is good.
inline constexpr Duration listing_age_max = Duration::hours(1);
/// Traces whose place moved while somebody listed them, about 150 bytes each; beyond, the oldest
/// are forgotten, and a listing may miss one or give it twice.
inline constexpr std::size_t moved_traces_max = 131'072;
/// Starts that an open trace had and lost, because documents came again with others.
inline constexpr std::size_t outdated_starts_max = 64;

// Disk. ------------------------------------------------------------------------------------------

inline constexpr Duration disk_check_interval = Duration::seconds(1);
inline constexpr Duration disk_probe_interval = Duration::seconds(10);
inline constexpr std::uint64_t disk_free_min_bytes = 1 << 30;
inline constexpr double disk_free_min_share = 0.05;
inline constexpr double disk_warn_used_share = 0.85;

inline constexpr Duration retention_age = Duration::days(30);
inline constexpr Duration retention_interval = Duration::minutes(1);
/// A wall clock that moved against the monotonic one by more than this is not believed for
/// `retention_hold`: a wrong date must not delete everything.
inline constexpr Duration clock_jump_max = Duration::minutes(5);
inline constexpr Duration retention_hold = Duration::hours(1);

/// Longer than anybody keeps anything; the dates stay far from the end of the clock.
inline constexpr std::uint32_t retention_days_max = 36'500;
inline constexpr std::size_t retention_service_bytes_max = 200;
/// What the disk's budget never drops: that old, counted from the newest activity.
inline constexpr Duration retention_keep_min = Duration::hours(24);
/// Complete days whose growth a forecast goes by, and how far it looks ahead.
inline constexpr int forecast_growth_days = 7;
inline constexpr int forecast_days_max = 3'650;
/// Ids are in the manifest, 17 bytes each, and looked for in every part that expires.
inline constexpr std::size_t pinned_traces_max = 10'000;
/// One call; and one record of it: the parts that hold these traces are written again while seals
/// wait.
inline constexpr std::size_t redaction_traces_max = 1'000;
inline constexpr std::size_t redaction_record_traces_max = 64;

/// Sums that outlive their spans: by the minute until this age, then by five minutes, then by the
/// hour, then gone. Ages of the end of a day, for hours of a month: folding rewrites whole files.
inline constexpr Duration rollup_minute_age = Duration::days(7);
inline constexpr Duration rollup_five_minutes_age = Duration::days(60);
inline constexpr Duration rollup_age = Duration::days(396);  // 13 months
/// Cells that one fold holds in memory, about 500 bytes each; more are folded by the next record.
inline constexpr std::size_t fold_cells_max = 200'000;
/// Files of one period are joined when there are as many: reading a range opens few of them, and a
/// cell is written few times.
inline constexpr std::size_t fold_fan_in = 8;
/// Tables that one read of the service graph holds; beyond, it sums up what it has.
inline constexpr std::size_t graph_tables_bytes_max = 64 << 20;
/// A read of the service graph over more is summed up from its cells: twenty years of whole days
/// are more pieces than that is worth, and no store is as old.
inline constexpr std::int64_t graph_stretch_minutes_max = 20 * 365 * 24 * 60;

/// A telemetry record of the SDKs' daemons is below 1 KiB.
inline constexpr std::size_t telemetry_record_bytes_max = 64 << 10;
inline constexpr std::uint64_t telemetry_day_bytes_max = 16 << 20;
inline constexpr Duration telemetry_flush_interval = Duration::minutes(1);
inline constexpr std::size_t telemetry_pending_max = 10'000;
inline constexpr std::size_t telemetry_recent_max = 10'000;

/// Files looked at in the quarantine, the log and the like: a directory with more is not ours.
inline constexpr std::uint64_t small_file_bytes_max = 4096;
/// Every file is opened to see whether it is sealed: not often.
inline constexpr Duration keys_look_interval = Duration::minutes(10);
/// After a file could not be rewritten: the disk needs the pause.
inline constexpr Duration keys_retry_interval = Duration::minutes(1);
/// A line of 120 bytes for each master key the store ever had.
inline constexpr std::uint64_t keyring_bytes_max = 1 << 20;
/// Files copied into the quarantine at most; after that damage is counted and reported only.
inline constexpr std::size_t quarantine_files_max = 1000;
inline constexpr std::uint64_t quarantine_copy_bytes_max = 64 << 20;

/// How long close() goes on writing out open traces; what is left stays in the log.
inline constexpr Duration close_flush_max = Duration::seconds(5);

}  // namespace tomograph
