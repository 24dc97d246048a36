#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/guarded.h"
#include "model/document.h"
#include "model/graph.h"
#include "store/engine/store_metrics.h"
#include "store/engine/trace_id_map.h"
#include "store/limits.h"
#include "store/part/part.h"

namespace tomograph {

using DocumentPointer = std::shared_ptr<const StoredDocument>;

/// When a span began, as a document said that was replaced since.
struct OutdatedStart {
    Lsn lsn;
    SpanId span;
    Instant start;
    bool in_progress = false;
};

/// A trace that is not, or not wholly, in a part yet. Copies are cheap: documents are shared.
struct OpenTrace {
    TraceId id;
    std::vector<SpanId> span_ids;            ///< of `documents`, in the same order
    std::vector<DocumentPointer> documents;  ///< one per span id: last writes won
    Instant start;                           ///< the earliest of `documents`
    Instant end;                             ///< the latest
    std::uint64_t spans = 0;
    std::uint64_t bytes = 0;
    Lsn lsn_min;        ///< pins the log from here
    Lsn lsn_max;        ///< of all that came, kept or not
    Duration first_at;  ///< monotonic
    Duration last_at;
    bool limit_exceeded = false;
    /// Of documents that went into parts lately; they count towards the trace's limits too.
    std::uint64_t sealed_spans = 0;
    std::uint64_t sealed_bytes = 0;
    /// No span of `documents` began earlier. Of documents of several spans only their own start is
    /// known: then it is the beginning of time.
    Instant start_min{std::numeric_limits<std::int64_t>::max()};
    std::uint64_t version = 0;  ///< changes with `documents`
    /// Of documents that were replaced in it, at most outdated_starts_max: the trace's place may
    /// have hung on them (trace_places.h).
    std::vector<OutdatedStart> outdated;

    /// The newest row of this trace in the parts, once somebody looked: the inner optional is empty
    /// when there is none. Stays right until this trace is flushed itself.
    std::optional<std::optional<TraceRow>> older;

    /// What the trace adds to the graph beyond the parts, as of `described_version`; null: nothing
    /// yet.
    std::shared_ptr<const GraphRollup> contribution;
    std::uint64_t described_version = 0;
    Lsn described_newest;
    bool described_limit = false;
    std::uint64_t unfinished_version = 0;  ///< somebody looked at this version: it is not complete

    /// Set by the sealer in its copy: into a part only if it proves complete.
    bool only_if_complete = false;

    bool is_described() const { return contribution && described_version == version; }
    /// With groups: these look at what leaves the documents as they are, too.
    bool is_described_in_groups() const {
        return is_described() && described_newest == lsn_max && described_limit == limit_exceeded;
    }
    bool is_unfinished() const { return unfinished_version == version; }
};

/// Copies that go into parts. They are large, and many together: each has memory of its own, which
/// is used again as they go.
using ReadyTraces = std::deque<OpenTrace>;

/// Traces that reach one of these are due: opened or last heard of at that moment or before, or
/// with documents of the log up to that number.
struct OpenTracesDue {
    Duration opened;
    Duration quiet;
    Duration quiet_finished;  ///< for those that nobody found to be unfinished; later than `quiet`
    Lsn pinned;
};

struct OpenTracesOptions {
    std::uint32_t trace_spans_max = tomograph::trace_spans_max;
    std::uint64_t trace_bytes_max = tomograph::trace_bytes_max;
};

/// The traces that have documents outside of the parts, by id, readable at once. Kept in the orders
/// in which they become due as well, so that finding those costs what they are, not what is open.
/// Threads: any.
class OpenTraces {
 public:
    OpenTraces(StoreMetrics& metrics, OpenTracesOptions options)
        : metrics_(metrics), options_(options) {}

    /// Books room for the documents in their traces; the indexes of those whose trace has its
    /// limit.
    std::vector<std::size_t> reserve(std::span<const Document> documents);
    /// Gives the room back: the documents will not come.
    void release(std::span<const Document> documents);
    /// Takes documents numbered from `first`; those reserved give their booking back. By one thread
    /// at a time, in the order of the numbers.
    void insert(Lsn first, std::vector<Document> documents, Duration now, bool is_reserved);

    std::optional<OpenTrace> find(TraceId id) const;
    /// Whether some trace may have one. It has none that was described while this is false.
    bool has_contributions() const { return contributions_ > 0; }
    /// Null: nothing yet, or no such trace.
    std::shared_ptr<const GraphRollup> contribution(TraceId id) const;
    /// Calls with each trace that has documents, under a lock: arrivals wait meanwhile, also while
    /// the thread is kept from running, so short work only: a copy of the trace is long. The lock
    /// is given up now and then: a trace that leaves meanwhile may not come.
    void visit(const std::function<void(const OpenTrace&)>& look) const;
    /// Calls with each trace that is due, once, until `look` answers false; under a lock.
    /// cost: O(due), and those that were due once more and found unfinished
    void visit_due(const OpenTracesDue& due,
                   const std::function<bool(const OpenTrace&)>& look) const;
    /// Calls with the traces, the longest quiet first, until `look` answers false. All locks are
    /// held: what it does must be shorter still.
    void visit_quietest(const std::function<bool(const OpenTrace&)>& look) const;

    /// Remembers what was found out of this copy of a trace, unless it was flushed since.
    void set_older(const OpenTrace& seen, std::optional<TraceRow> row);
    /// Contributions stay until they are made anew, and count as outdated for groups: these ask for
    /// more than they did. Nobody describes traces meanwhile.
    void forget_descriptions();
    /// Replaces the contribution; gives back the one before. Nothing happens when the trace is
    /// gone: then the answer is empty.
    ///
    /// seen  the copy of the trace that it was made of
    std::optional<std::shared_ptr<const GraphRollup>> describe(
        const OpenTrace& seen, std::shared_ptr<const GraphRollup> contribution);

    /// The version of this copy is not complete: not to be looked at again until it changes.
    void set_unfinished(const OpenTrace& seen);

    /// Forgets the documents up to `lsn`: the parts have them. Gives back the contribution, which
    /// goes too.
    ///
    /// row  what the parts now say of the trace; absent when nothing was written
    std::shared_ptr<const GraphRollup> forget(TraceId id, Lsn lsn,
                                              const std::optional<TraceRow>& row);

    /// Forgets the documents up to `lsn`, and that the trace had any before, in parts as well.
    /// Gives back the contribution, which goes too.
    std::shared_ptr<const GraphRollup> redact(TraceId id, Lsn lsn);

    /// Of all documents that are, or were, in it; everything up to there can be seen.
    Lsn newest() const { return {newest_}; }
    std::uint64_t traces() const { return traces_; }
    std::uint64_t bytes() const { return bytes_; }
    /// The smallest number that is only in the log; nothing when all is in parts. cost: O(1)
    std::optional<Lsn> lsn_min() const;

 private:
    struct Size {
        std::uint64_t spans = 0;
        std::uint64_t bytes = 0;
        bool limit_exceeded = false;
    };
    /// A trace and where it stands in the orders of its shard.
    struct Held {
        OpenTrace trace;
        std::list<Held*>::iterator opened;
        std::multimap<Lsn, Held*>::iterator pin;
        std::optional<std::multimap<Duration, Held*>::iterator> parked;
    };
    struct Shard {
        // By last_at. Arrivals move to the end of `quiet`; those found unfinished are parked, so
        // that nobody walks over them until they are due without being complete.
        std::list<Held> quiet;
        std::list<Held> parked;  // in any order
        std::multimap<Duration, Held*> parked_by_last;
        std::list<Held*> opened;            // by first_at
        std::multimap<Lsn, Held*> pinning;  // by lsn_min
        TraceIdMap<std::list<Held>::iterator> traces;
        TraceIdMap<Size> reserved;
        // Sizes of sealed traces, in two generations: the older is dropped when the younger is
        // full.
        TraceIdMap<Size> sealed_young;
        TraceIdMap<Size> sealed_old;
    };
    static constexpr std::size_t shard_count = 16;

    Guarded<Shard>& shard_of(TraceId id) const {
        return shards_[std::hash<TraceId>()(id) % shard_count];
    }
    static const Size* sealed_size(const Shard& shard, TraceId id);
    static void remember_sealed(Shard& shard, TraceId id, const Size& added);
    /// What a shard has of one trace, looked up once for a run of its documents.
    struct Known {
        OpenTrace* open = nullptr;
        const Size* sealed = nullptr;  ///< of a trace that is not open
        Size* booked = nullptr;
    };
    static Known look_up(Shard& shard, TraceId id);
    bool fits(Shard& shard, Known& known, const Document& document) const;
    // Runs are of one trace, and not empty.
    static void release_run(Shard& shard, std::span<const Document> run);
    void insert_run(Shard& shard, Lsn first, std::span<Document> run, Duration now);
    void insert_one(OpenTrace& trace, Lsn lsn, Document document);
    static std::list<Held>::iterator open_trace(Shard& shard, TraceId id, Lsn lsn, Duration now);
    /// Takes out the documents up to `lsn`; the lowest number of those that stay, if some do.
    std::optional<Lsn> remove_through(OpenTrace& trace, Lsn lsn);
    /// What came while the rest went stays.
    static void keep_rest(Shard& shard, std::list<Held>::iterator held, Lsn lsn_min);
    static void close_trace(Shard& shard, std::list<Held>::iterator held);
    /// Gives the trace its place among the quiet ones; nearly always the last.
    static void queue_by_last(Shard& shard, std::list<Held>::iterator held);
    void count_bytes(std::uint64_t added, std::uint64_t removed);
    std::shared_ptr<const GraphRollup> exchange_contribution(
        OpenTrace& trace, std::shared_ptr<const GraphRollup> contribution);

    StoreMetrics& metrics_;
    OpenTracesOptions options_;
    mutable std::array<Guarded<Shard>, shard_count> shards_;
    std::atomic<std::uint64_t> contributions_{0};
    std::atomic<std::uint64_t> newest_{0};
    std::atomic<std::uint64_t> traces_{0};
    std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace tomograph
