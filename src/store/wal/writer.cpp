#include "store/wal/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/log.h"
#include "store/wal/frame.h"

namespace tomograph {
namespace {

/// Zeros up to the end of the page: the kernel need not read the rest of a page that is written
/// whole, and the pages of a segment are not in memory when it is begun. The next group writes over
/// them.
void pad_page(const WalSegment& segment, std::string& bytes) {
    const std::uint64_t end = segment.used + bytes.size();
    const std::uint64_t page_end = (end + wal_page_bytes - 1) / wal_page_bytes * wal_page_bytes;
    if (page_end <= segment.size) bytes.append(static_cast<std::size_t>(page_end - end), '\0');
}

}  // namespace

std::uint64_t WalAppend::frame_bytes() const {
    if (telemetry) return telemetry_frame_bytes(*telemetry);
    return documents_frame_bytes(documents);
}

WalWriter::WalWriter(FileSystem& files, const Clock& clock, WalMetrics& metrics, WalSink& sink,
                     WalOptions options)
    : files_(files),
      clock_(clock),
      metrics_(metrics),
      sink_(sink),
      options_(std::move(options)),
      factory_(files, options_.directory) {}

WalWriter::~WalWriter() { close(); }

void WalWriter::start(Lsn next, std::deque<ClosedSegment> closed) {
    *closed_.lock() = std::move(closed);
    {
        auto log = log_.lock();
        log->next = next;
        next_ = next.value;
        log->salt = mix64(static_cast<std::uint64_t>(clock_.now().ns) ^ mix64(next.value));
        roll(*log, 0);
    }
    if (options_.background) thread_ = std::thread([this] { run(); });
}

std::optional<Error> WalWriter::refusal(const Queue& queue, std::uint64_t bytes) {
    if (queue.closing) {
        metrics_.refused_closing.add();
        return Error(ErrorCode::unavailable, "the store is closing");
    }
    if (queue.read_only) {
        metrics_.refused_read_only.add();
        return Error(ErrorCode::unavailable, "the store is read-only: " + queue.reason);
    }
    if (bytes > wal_frame_bytes_max)
        return Error(
            ErrorCode::invalid,  // not `limit`, which is a full disk: to come again is vain
            fmt::format("append of {} bytes, at most {}", bytes, wal_frame_bytes_max));
    if (queue.bytes + bytes > options_.queue_bytes_max && !queue.appends.empty()) {
        metrics_.refused_queue.add();
        return Error(ErrorCode::unavailable, fmt::format("{} bytes wait for the log", queue.bytes));
    }
    return std::nullopt;
}

void WalWriter::submit(WalAppend append) {
    const std::uint64_t bytes = append.frame_bytes();
    auto queue = queue_.lock();
    auto refused = refusal(*queue, bytes);
    if (refused) {
        queue.mutex().unlock();
        sink_.withdraw(append.documents);
        return append.done(std::move(*refused));
    }
    queue->bytes += bytes;
    metrics_.wal_queue_bytes.set(static_cast<double>(queue->bytes));
    queue->appends.push_back(std::move(append));
    queue.mutex().unlock();
    if (options_.background)
        wake_.notify_one();
    else
        write_group(take_group());
}

void WalWriter::run() {
    while (true) {
        {
            auto queue = queue_.lock();
            wake_.wait(queue.mutex(), [&] { return queue->closing || !queue->appends.empty(); });
            if (queue->appends.empty()) return;
        }
        write_group(take_group());
    }
}

WalWriter::Group WalWriter::take_group() {
    Group group;
    std::uint64_t bytes = 0;
    auto queue = queue_.lock();
    while (!queue->appends.empty()) {
        const std::uint64_t next = queue->appends.front().frame_bytes();
        if (!group.empty() && bytes + next > wal_group_bytes_max) break;
        bytes += next;
        group.push_back(std::move(queue->appends.front()));
        queue->appends.pop_front();
    }
    queue->bytes -= bytes;
    metrics_.wal_queue_bytes.set(static_cast<double>(queue->bytes));
    return group;
}

/// Writes the group in as many writes as it touches segments: nearly always one.
void WalWriter::write_group(Group group) {
    std::span<WalAppend> rest(group);
    while (!rest.empty()) {
        std::size_t count = 0;
        Result<void> written;
        {
            auto log = log_.lock();
            const auto& segment = log->segment;
            const std::uint64_t room =
                segment ? segment->size - segment->used : wal_frame_bytes_max;
            std::uint64_t bytes = 0;
            while (count < rest.size() && bytes + rest[count].frame_bytes() <= room)
                bytes += rest[count++].frame_bytes();
            if (count == 0) {
                roll(*log, rest.front().frame_bytes());
                continue;
            }
            written = write_some(*log, rest.first(count));
        }
        for (WalAppend& append : rest.first(count)) append.done(written);
        rest = rest.subspan(count);
    }
}

/// One write and sync, with one repetition in a new segment; then everything is applied.
Result<void> WalWriter::write_some(Log& log, std::span<WalAppend> appends) {
    const Instant received = clock_.now();
    Result<void> written =
        log.failure ? Result<void>(*log.failure) : write_frames(log, appends, received);
    if (!written && !log.failure) {
        log_error("log segment failed, writing to a new one", {{"error", written.error()}});
        std::uint64_t bytes = 0;
        for (const WalAppend& append : appends) bytes += append.frame_bytes();
        close_segment(log, true);
        written = begin_segment(log, bytes);
        if (written) written = write_frames(log, appends, received);
        if (!written) fail(log, written.error());
    }
    Lsn first = log.next;
    for (WalAppend& append : appends) {
        const std::uint64_t lsns = append.lsns();
        if (!written)
            sink_.withdraw(append.documents);
        else if (append.telemetry)
            sink_.apply_telemetry(first, received, std::move(*append.telemetry));
        else
            sink_.apply(first, received, std::move(append.documents));
        first.value += lsns;
    }
    // Numbers of a failed write are not used again: some of its frames may be on the disk.
    log.next = first;
    next_ = first.value;
    return written;
}

Result<void> WalWriter::write_frames(Log& log, std::span<WalAppend> appends, Instant received) {
    ASSERT(log.segment.has_value());
    WalSegment& segment = *log.segment;
    std::string& bytes = log.bytes;
    if (bytes.capacity() > 2 * wal_group_bytes_max) bytes = std::string();
    bytes.clear();
    const WalFrameTie tie{.seed = segment.seed, .key = segment.key ? &*segment.key : nullptr};
    WalFrameHead head{.first = log.next, .starts_group = true};
    for (const WalAppend& append : appends) {
        head.type = append.telemetry ? WalFrameType::telemetry : WalFrameType::documents;
        if (append.telemetry)
            write_telemetry_frame(bytes, tie, head, received, *append.telemetry);
        else
            write_documents_frame(bytes, tie, head, received, append.documents);
        head.first.value += append.lsns();
        head.starts_group = false;
    }
    const std::size_t frames_bytes = bytes.size();
    pad_page(segment, bytes);
    const Duration start = clock_.monotonic();
    auto done = segment.file->write(segment.used, bytes);
    if (done) done = segment.file->sync();
    metrics_.wal_sync_seconds.observe((clock_.monotonic() - start).as_seconds());
    if (!done) {
        metrics_.wal_failures.add();
        return done;
    }
    segment.used += frames_bytes;
    metrics_.wal_frames.add(appends.size());
    metrics_.wal_bytes.add(frames_bytes);
    metrics_.wal_group_appends.observe(static_cast<double>(appends.size()));
    return {};
}

Result<void> WalWriter::begin_segment(Log& log, std::uint64_t frame_bytes) {
    const bool is_first = segment_bytes_ == 0;
    close_segment(log, false);
    const std::uint64_t usual = is_first ? options_.first_segment_bytes : options_.segment_bytes;
    log.salt = mix64(log.salt + 1);
    auto begun =
        factory_.begin(log.next, std::max(usual, wal_frames_offset + frame_bytes), log.salt);
    if (!begun) {
        metrics_.wal_failures.add();
        return std::move(begun).error().within("begin a log segment");
    }
    log.segment = std::move(*begun);
    segment_bytes_ = log.segment->size;
    metrics_.wal_segments.add();
    return {};
}

/// One repetition, as for a write.
void WalWriter::roll(Log& log, std::uint64_t frame_bytes) {
    auto begun = begin_segment(log, frame_bytes);
    if (!begun) begun = begin_segment(log, frame_bytes);
    if (!begun) fail(log, begun.error());
}

void WalWriter::close_segment(Log& log, bool is_bad) {
    if (!log.segment) return;
    closed_.lock()->push_back({.path = log.segment->path,
                               .size = log.segment->size,
                               .last = Lsn{log.next.value - 1},
                               .closed_at = clock_.monotonic(),
                               .is_bad = is_bad,
                               .is_plain = !log.segment->key});
    log.segment.reset();
}

void WalWriter::fail(Log& log, const Error& error) {
    log_error("the store is read-only", {{"error", error}});
    close_segment(log, true);
    log.failure = error;
    log.next_probe = clock_.monotonic() + disk_probe_interval;
    metrics_.read_only.set(1);
    auto queue = queue_.lock();
    queue->read_only = true;
    queue->reason = error.message();
}

bool WalWriter::has_closed_below(Lsn floor) {
    auto closed = closed_.lock();
    return std::any_of(closed->begin(), closed->end(),
                       [&](const auto& segment) { return segment.last < floor; });
}

void WalWriter::free_below(Lsn floor) {
    while (true) {
        ClosedSegment segment;
        {
            auto closed = closed_.lock();
            const auto found = std::find_if(closed->begin(), closed->end(),
                                            [&](const auto& s) { return s.last < floor; });
            if (found == closed->end()) return;
            segment = *found;
            closed->erase(found);
        }
        // What a plain segment held must not be read from a spare.
        const bool is_readable = segment.is_plain && factory_.seals();
        const bool is_usual =
            !segment.is_bad && !is_readable && segment.size == options_.segment_bytes;
        const auto freed =
            is_usual ? factory_.give_back(segment.path, segment.size) : files_.remove(segment.path);
        if (!freed) log_warn("log segment not freed", {{"error", freed.error()}});
    }
}

bool WalWriter::is_crowded() { return closed_.lock()->size() > wal_closed_segments_max; }

Lsn WalWriter::older_than(Duration age) {
    const Duration now = clock_.monotonic();
    Lsn highest;
    auto closed = closed_.lock();
    // Oldest first. A program that dies again and again leaves a segment each time, and dies before
    // any is old: their number counts as well.
    std::size_t behind = closed->size();
    for (const ClosedSegment& segment : *closed) {
        const bool is_crowded = behind-- > wal_closed_segments_max;
        const bool must_go = segment.is_plain && factory_.seals();
        const bool is_old = is_crowded || must_go || now - segment.closed_at >= age;
        if (is_old && !segment.is_bad) highest = std::max(highest, segment.last);
    }
    return highest;
}

void WalWriter::maintain(bool disk_is_short) {
    if (disk_is_short) return;
    if (!queue_.lock()->read_only) {
        const auto prepared = factory_.prepare_spare(options_.segment_bytes);
        if (!prepared) log_warn("spare log segment not prepared", {{"error", prepared.error()}});
        return;
    }
    auto log = log_.lock();
    // After an io error only a new start, with a new look at the disk, may help.
    const auto& failure = log->failure;
    if (!failure || failure->code() != ErrorCode::limit) return;
    if (clock_.monotonic() < log->next_probe) return;
    log->next_probe = clock_.monotonic() + disk_probe_interval;
    if (!begin_segment(*log, 0)) return;
    log->failure.reset();
    metrics_.read_only.set(0);
    log_info("the store takes appends again");
    auto queue = queue_.lock();
    queue->read_only = false;
    queue->reason.clear();
}

WalState WalWriter::state() {
    WalState state;
    {
        auto queue = queue_.lock();
        state.read_only = queue->read_only;
        state.reason = queue->reason;
    }
    state.bytes = segment_bytes_;
    auto closed = closed_.lock();
    for (const ClosedSegment& segment : *closed) state.bytes += segment.size;
    state.closed_segments = closed->size();
    state.next = {next_};
    return state;
}

WalPin WalWriter::pin() {
    WalPin pin;
    ++pins_;
    pin.hold = std::shared_ptr<void>(nullptr, [this](void*) { --pins_; });
    auto log = log_.lock();
    auto closed = closed_.lock();
    for (const ClosedSegment& segment : *closed)
        pin.segments.push_back({.path = segment.path, .bytes = segment.size});
    pin.next = log->next;
    const auto& current = log->segment;
    if (current) pin.segments.push_back({.path = current->path, .bytes = current->used});
    return pin;
}

void WalWriter::close() {
    queue_.lock()->closing = true;
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void WalWriter::remove_all() {
    auto log = log_.lock();
    if (log->failure) return;
    close_segment(*log, false);
    auto closed = closed_.lock();
    for (const ClosedSegment& segment : *closed) {
        const auto removed = files_.remove(segment.path);
        if (!removed) log_warn("log segment not removed", {{"error", removed.error()}});
    }
    closed->clear();
}

}  // namespace tomograph
