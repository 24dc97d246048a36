#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "store/limits.h"
#include "store/trace_store.h"
#include "store/wal/segment.h"
#include "store/wal/wal_metrics.h"

namespace tomograph {

/// Where appends go once they are on stable storage; called in the order of their numbers.
class WalSink {
 public:
    virtual ~WalSink() = default;
    virtual void apply(Lsn first, Instant received, std::vector<Document> documents) = 0;
    virtual void apply_telemetry(Lsn lsn, Instant received, std::string json) = 0;
    /// They will not come: the log refused them.
    virtual void withdraw(const std::vector<Document>& documents) = 0;
};

/// One append: documents, or one telemetry record.
struct WalAppend {
    std::vector<Document> documents;
    std::optional<std::string> telemetry;
    Appended done;

    std::uint64_t lsns() const { return telemetry ? 1 : documents.size(); }
    std::uint64_t frame_bytes() const;
};

/// A segment that is no longer written.
struct ClosedSegment {
    std::string path;
    std::uint64_t size = 0;
    Lsn last;               ///< the highest number in it
    Duration closed_at;     ///< monotonic
    bool is_bad = false;    ///< a write or sync failed: never used again
    bool is_plain = false;  ///< not sealed
};

struct WalOptions {
    std::string directory;
    std::uint64_t segment_bytes = wal_segment_bytes;
    std::uint64_t first_segment_bytes = wal_first_segment_bytes;
    std::uint64_t queue_bytes_max = wal_queue_bytes_max;
    bool background =
        true;  ///< false: submit() writes before it returns, for tests that own every call
};

/// The log at one moment. As long as `hold` lives, no segment is given up or used again.
struct WalPin {
    struct Segment {
        std::string path;
        std::uint64_t bytes = 0;  ///< that hold all frames written until then
    };
    std::vector<Segment> segments;
    Lsn next;  ///< above every number in them
    std::shared_ptr<void> hold;
};

struct WalState {
    bool read_only = false;
    std::string reason;
    std::uint64_t bytes = 0;  ///< of all segments
    std::size_t closed_segments = 0;
    Lsn next;
};

/// The write end of the log: everything queued goes out with one write and one sync, is applied to
/// the sink, then its senders are answered. Threads: any.
///
/// A failed write or sync closes the segment for good and writes the same frames to a new one; when
/// that fails, too, the log is read-only: for ever after an io error, until probe() succeeds when
/// the disk was full.
class WalWriter {
 public:
    WalWriter(FileSystem& files, const Clock& clock, WalMetrics& metrics, WalSink& sink,
              WalOptions options);
    ~WalWriter();

    WalSegmentFactory& segments() { return factory_; }

    /// Begins a segment at `next` and takes appends from here on. `closed` are those that replay
    /// found. A failure leaves the log read-only.
    void start(Lsn next, std::deque<ClosedSegment> closed);

    /// Queues; `done` may be called before this returns.
    void submit(WalAppend append);

    /// The number that the next document gets: everything below is applied.
    Lsn next() const { return {next_}; }

    bool has_closed_below(Lsn floor);
    /// Gives up closed segments whose numbers are all below `floor`.
    void free_below(Lsn floor);
    /// More segments wait to be freed than there should.
    bool is_crowded();
    /// The highest number in segments closed longer than `age` ago, with too many closed after
    /// them, or plain although new ones are sealed.
    Lsn older_than(Duration age);
    /// Background work: fills the spare, or tries to leave read-only.
    void maintain(bool disk_is_short);

    /// Runs `work` between two groups: all numbers below `next` are applied, none from it on is
    /// given yet.
    void between_groups(const std::function<void(Lsn next)>& work) {
        auto log = log_.lock();
        work(log->next);
    }

    /// Returns when no segment is being begun: each that was has its name.
    void wait_for_segment() { static_cast<void>(log_.lock()); }

    WalState state();

    /// All that was answered so far lies in these segments. The writer must outlive the pin.
    WalPin pin();
    bool is_pinned() const { return pins_ > 0; }

    /// Writes what is queued, refuses the rest, ends the thread.
    void close();
    /// All of the log's numbers are in parts: nothing of it is needed.
    void remove_all();

 private:
    struct Queue {
        std::deque<WalAppend> appends;
        std::uint64_t bytes = 0;
        bool closing = false;
        bool read_only = false;
        std::string reason;
    };
    /// What the thread that writes owns.
    struct Log {
        std::optional<WalSegment> segment;
        Lsn next;
        std::optional<Error> failure;  ///< set: read-only
        Duration next_probe;
        std::uint64_t salt = 0;
        std::string bytes;  ///< of the group being written; keeps its room
    };
    using Group = std::vector<WalAppend>;

    std::optional<Error> refusal(const Queue& queue, std::uint64_t bytes);
    void run();
    Group take_group();
    void write_group(Group group);
    Result<void> write_some(Log& log, std::span<WalAppend> appends);
    Result<void> write_frames(Log& log, std::span<WalAppend> appends, Instant received);
    Result<void> begin_segment(Log& log, std::uint64_t frame_bytes);
    void roll(Log& log, std::uint64_t frame_bytes);
    void close_segment(Log& log, bool is_bad);
    void fail(Log& log, const Error& error);

    FileSystem& files_;
    const Clock& clock_;
    WalMetrics& metrics_;
    WalSink& sink_;
    WalOptions options_;
    WalSegmentFactory factory_;
    Guarded<Queue> queue_;
    std::condition_variable wake_;
    Guarded<Log> log_;
    Guarded<std::deque<ClosedSegment>> closed_;
    std::atomic<std::uint64_t> segment_bytes_{0};
    std::atomic<std::uint64_t> next_{0};
    std::atomic<unsigned> pins_{0};
    std::thread thread_;
};

}  // namespace tomograph
