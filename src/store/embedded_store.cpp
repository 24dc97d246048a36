#include "store/embedded_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <thread>

#include "base/log.h"
#include "store/engine/maintenance.h"
#include "store/engine/read_graph.h"
#include "store/engine/read_trace.h"
#include "store/engine/recovery.h"
#include "store/engine/search/searches.h"
#include "store/engine/store_core.h"
#include "store/file_names.h"
#include "store/part/limits.h"
#include "store/signal/signal.h"

namespace tomograph {
namespace {

Result<void> check_count(std::span<const TraceId> ids) {
    if (ids.size() <= redaction_traces_max) return {};
    return Error(ErrorCode::limit,
                 fmt::format("{} traces at once, at most {}", ids.size(), redaction_traces_max));
}

std::vector<std::size_t> places_of_too_large(std::span<const Document> documents) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < documents.size(); ++i)
        if (documents[i].bytes.size() > part_document_bytes_max) places.push_back(i);
    return places;
}

/// places  ascending
void take_out(std::vector<Document>& documents, std::span<const std::size_t> places) {
    if (places.empty()) return;
    std::size_t kept = places.front();
    for (std::size_t i = kept; i < documents.size(); ++i) {
        if (!places.empty() && places.front() == i)
            places = places.subspan(1);
        else
            documents[kept++] = std::move(documents[i]);
    }
    documents.resize(kept);
}

/// Both ascending, the second ones counted when those at the first were out.
std::vector<std::size_t> places_of_all(const std::vector<std::size_t>& first,
                                       std::vector<std::size_t> second) {
    for (std::size_t& place : second)
        for (const std::size_t out : first)
            if (out <= place) ++place;
    std::vector<std::size_t> all;
    std::merge(first.begin(), first.end(), second.begin(), second.end(), std::back_inserter(all));
    return all;
}

/// What the log has made durable becomes readable.
class OpenTraceSink final : public WalSink {
 public:
    explicit OpenTraceSink(StoreCore& core) : core_(core) {}

    void apply(Lsn first, Instant, std::vector<Document> documents) override {
        core_.open.insert(first, std::move(documents), core_.clock.monotonic(), true);
    }
    void apply_telemetry(Lsn lsn, Instant received, std::string json) override {
        core_.telemetry.add(lsn, received, std::move(json));
    }
    void withdraw(const std::vector<Document>& documents) override {
        core_.open.release(documents);
    }

 private:
    StoreCore& core_;
};

class EmbeddedStoreImpl final : public EmbeddedStore {
 public:
    EmbeddedStoreImpl(FileSystem& files, const Clock& clock, MetricsRegistry& registry,
                      EmbeddedStoreOptions options)
        : core_(files, clock, registry, std::move(options)), sink_(core_) {}
    ~EmbeddedStoreImpl() override { close(); }

    Result<void> open();

    std::vector<std::size_t> append(std::vector<Document> documents, Appended done) override;
    void append_telemetry(std::string json, Appended done) override;
    Result<std::vector<std::string>> recent_telemetry(std::size_t limit) override;
    Result<std::vector<StoredTrace>> get(std::span<const TraceId> ids) override;
    Result<TracePage> find(const TraceQuery& query) override;
    Result<AttributeNames> attribute_names(const TraceSelection& traces,
                                           std::size_t limit) override;
    Result<AttributeValues> attribute_values(const AttributeValuesQuery& query) override;
    Result<ValueGroups> group(const GroupQuery& query) override;
    Result<TraceEntries> entries(const TraceSelection& traces) override;
    Result<Comparison> compare(const ComparisonQuery& query) override;
    Result<FilteredGraph> filtered_graph(const TraceSelection& traces, GraphGrain grain) override;
    Result<GraphRollup> graph(TimeRange range, GraphGrain grain, GroupId group) override;
    Result<GraphSeries> graph_series(const GraphSeriesQuery& query) override;
    StoreStatus status() override;
    Result<void> between_appends(const std::function<void(Lsn next)>& work) override;
    Result<void> change_master_key(SecretKey next) override;
    Result<SnapshotReport> snapshot(SnapshotOptions options) override;
    Result<std::uint64_t> compact(StoreProgressCall progress) override;
    Result<RetentionReport> retention() override;
    Result<void> set_policies(std::vector<RetentionPolicy> policies) override;
    Result<void> pin(TraceId id) override;
    Result<void> unpin(TraceId id) override;
    Result<std::vector<TraceId>> pins() override;
    Result<RedactionReport> redact(std::span<const TraceId> ids) override;
    Result<RedactionReport> plan_redaction(std::span<const TraceId> ids) override;
    Result<void> reevaluate(GroupId version) override;
    std::optional<Reevaluation> reevaluation() override { return maintenance_->reevaluation(); }
    Result<void> end_reevaluation(const std::function<Result<void>()>& work) override;
    void stop_reevaluation() override { maintenance_->stop_reevaluation(); }
    void tick() override { maintenance_->tick(); }
    void close() override;

 private:
    struct Phase {
        bool is_stopping = false;
        std::string reason = "starting";  ///< why not ready
    };

    Result<void> replay();
    void run();
    /// Why an append of that many bytes is refused, if it is.
    std::optional<Error> refusal();
    Error not_ready();
    /// The right to run one long operation; errors: conflict, unavailable
    Result<std::unique_lock<std::mutex>> begin_operation();
    /// Ends it as well when the store closes.
    StoreProgressCall stoppable(StoreProgressCall progress) const;

    StoreCore core_;
    OpenTraceSink sink_;
    std::unique_ptr<WalWriter> wal_;
    std::unique_ptr<Maintenance> maintenance_;
    std::unique_ptr<Recovery> recovery_;
    std::atomic<bool> is_ready_{false};
    Guarded<Phase> phase_;
    std::condition_variable wake_;
    std::mutex operation_mutex_;
    std::atomic<bool> is_closing_{false};
    std::mutex close_mutex_;
    bool is_closed_ = false;
    std::thread thread_;
};

Result<void> EmbeddedStoreImpl::open() {
    wal_ = std::make_unique<WalWriter>(
        core_.files, core_.clock, core_.metrics, sink_,
        WalOptions{.directory = core_.path(wal_directory),
                   .segment_bytes = core_.options.wal_segment_bytes,
                   .first_segment_bytes = core_.options.wal_first_segment_bytes,
                   .queue_bytes_max = core_.options.wal_queue_bytes_max,
                   .background = core_.options.background});
    maintenance_ = std::make_unique<Maintenance>(core_, *wal_);
    recovery_ = std::make_unique<Recovery>(core_, maintenance_->publisher(), maintenance_->sealer(),
                                           maintenance_->flusher());
    TRY(recovery_->open_directory());
    for (Signal* signal : core_.options.signals) TRY(signal->start());
    wal_->segments().set_store_id(recovery_->store_id());
    phase_.lock()->reason = "replaying the log";
    if (!core_.options.background) return replay();
    thread_ = std::thread([this] { run(); });
    return {};
}

Result<void> EmbeddedStoreImpl::replay() {
    auto replayed = recovery_->replay();
    if (!replayed) {
        log_error("the store cannot start", {{"error", replayed.error()}});
        phase_.lock()->reason = replayed.error().message();
        return replayed;
    }
    recovery_->start(*wal_);
    phase_.lock()->reason.clear();
    is_ready_ = true;
    core_.metrics.ready.set(1);
    return {};
}

void EmbeddedStoreImpl::run() {
    const bool is_ready = static_cast<bool>(replay());
    while (true) {
        {
            auto phase = phase_.lock();
            const auto wait = std::chrono::nanoseconds(core_.options.maintenance_interval.ns);
            wake_.wait_for(phase.mutex(), wait, [&] { return phase->is_stopping; });
            if (phase->is_stopping) return;
        }
        if (is_ready) maintenance_->tick();
    }
}

Error EmbeddedStoreImpl::not_ready() {
    return Error(ErrorCode::unavailable,
                 fmt::format("the store is not ready: {}", phase_.lock()->reason));
}

std::optional<Error> EmbeddedStoreImpl::refusal() {
    StoreMetrics& metrics = core_.metrics;
    if (!is_ready_) {
        metrics.refused_starting.add();
        return not_ready();
    }
    if (core_.disk_is_low) {
        metrics.refused_disk.add();
        return Error(ErrorCode::limit, "the disk is full");
    }
    const auto budget = static_cast<double>(core_.options.open_bytes_max);
    if (static_cast<double>(core_.open.bytes()) > budget * open_bytes_refuse_share) {
        metrics.refused_memory.add();
        return Error(ErrorCode::unavailable,
                     fmt::format("open traces take {} bytes", core_.open.bytes()));
    }
    return std::nullopt;
}

std::vector<std::size_t> EmbeddedStoreImpl::append(std::vector<Document> documents, Appended done) {
    if (auto refused = refusal()) {
        done(std::move(*refused));
        return {};
    }
    const auto too_large = places_of_too_large(documents);
    core_.metrics.documents_too_large.add(too_large.size());
    take_out(documents, too_large);
    const auto over_limit = core_.open.reserve(documents);
    take_out(documents, over_limit);
    if (documents.empty())
        done({});
    else
        wal_->submit({.documents = std::move(documents),
                      .telemetry = std::nullopt,
                      .done = std::move(done)});
    return places_of_all(too_large, over_limit);
}

void EmbeddedStoreImpl::append_telemetry(std::string json, Appended done) {
    if (auto refused = refusal()) return done(std::move(*refused));
    if (json.size() > telemetry_record_bytes_max)
        return done(Error(ErrorCode::limit, fmt::format("telemetry record of {} bytes, at most {}",
                                                        json.size(), telemetry_record_bytes_max)));
    if (core_.telemetry.is_full())
        return done(Error(ErrorCode::unavailable, "too many telemetry records are waiting"));
    wal_->submit({.documents = {}, .telemetry = std::move(json), .done = std::move(done)});
}

Result<std::vector<std::string>> EmbeddedStoreImpl::recent_telemetry(std::size_t limit) {
    if (!is_ready_) return not_ready();
    return core_.telemetry.recent(limit);
}

Result<std::vector<StoredTrace>> EmbeddedStoreImpl::get(std::span<const TraceId> ids) {
    if (!is_ready_) return not_ready();
    std::vector<StoredTrace> traces;
    for (const TraceId id : ids) {
        auto trace = TRY(read_whole_trace(core_, id));
        if (trace) traces.push_back(std::move(*trace));
    }
    return traces;
}

Result<TracePage> EmbeddedStoreImpl::find(const TraceQuery& query) {
    if (!is_ready_) return not_ready();
    return find_page(core_, query);
}

Result<AttributeNames> EmbeddedStoreImpl::attribute_names(const TraceSelection& traces,
                                                          std::size_t limit) {
    if (!is_ready_) return not_ready();
    return list_attribute_names(core_, traces, limit);
}

Result<AttributeValues> EmbeddedStoreImpl::attribute_values(const AttributeValuesQuery& query) {
    if (!is_ready_) return not_ready();
    return count_attribute_values(core_, query);
}

Result<ValueGroups> EmbeddedStoreImpl::group(const GroupQuery& query) {
    if (!is_ready_) return not_ready();
    return group_spans(core_, query);
}

Result<TraceEntries> EmbeddedStoreImpl::entries(const TraceSelection& traces) {
    if (!is_ready_) return not_ready();
    return list_entries(core_, traces);
}

Result<Comparison> EmbeddedStoreImpl::compare(const ComparisonQuery& query) {
    if (!is_ready_) return not_ready();
    return compare_traces(core_, query);
}

Result<FilteredGraph> EmbeddedStoreImpl::filtered_graph(const TraceSelection& traces,
                                                        GraphGrain grain) {
    if (!is_ready_) return not_ready();
    return graph_of_traces(core_, traces, grain);
}

Result<GraphRollup> EmbeddedStoreImpl::graph(TimeRange range, GraphGrain grain, GroupId group) {
    if (!is_ready_) return not_ready();
    return read_graph(core_, {.range = range, .grain = grain, .group = group});
}

Result<GraphSeries> EmbeddedStoreImpl::graph_series(const GraphSeriesQuery& query) {
    if (!is_ready_) return not_ready();
    return read_graph_series(core_, query);
}

StoreStatus EmbeddedStoreImpl::status() {
    StoreStatus status;
    status.ready = is_ready_;
    status.reason = phase_.lock()->reason;
    status.replay_bytes = recovery_->replay_bytes();
    status.replayed_bytes = recovery_->replayed_bytes();
    status.open_traces = core_.open.traces();
    status.open_bytes = core_.open.bytes();
    const Parts parts = core_.parts();
    status.parts = parts->parts.size();
    for (const auto& part : parts->parts) {
        status.part_bytes += part->facts().bytes;
        status.damaged_parts += part->is_damaged() ? 1 : 0;
    }
    const WalState wal = wal_->state();
    status.wal_bytes = wal.bytes;
    if (const std::int64_t full_at = core_.full_at_ns) status.full_at = Instant{full_at};
    status.quarantined = core_.quarantine.files();
    status.redacted_traces = core_.metrics.redacted_traces.value();
    if (core_.keys) status.encryption = core_.keys->status();
    status.encryption.is_mixed = core_.has_plain_files;
    status.read_only = wal.read_only || core_.disk_is_low;
    if (wal.read_only)
        status.reason = wal.reason;
    else if (core_.disk_is_low)
        status.reason = "the disk is full";
    return status;
}

Result<void> EmbeddedStoreImpl::between_appends(const std::function<void(Lsn next)>& work) {
    if (!is_ready_) return not_ready();
    wal_->between_groups(work);
    return {};
}

Result<void> EmbeddedStoreImpl::change_master_key(SecretKey next) {
    if (!is_ready_) return not_ready();
    if (!core_.keys)
        return Error(ErrorCode::invalid, "the store is not encrypted: start it with a key");
    return core_.keys->change(std::move(next));
}

Result<std::unique_lock<std::mutex>> EmbeddedStoreImpl::begin_operation() {
    if (!is_ready_) return not_ready();
    std::unique_lock lock(operation_mutex_, std::try_to_lock);
    if (!lock)
        return Error(ErrorCode::conflict, "a backup, a compaction or a redaction is running");
    if (is_closing_) return Error(ErrorCode::unavailable, "the store is closing");
    return lock;
}

StoreProgressCall EmbeddedStoreImpl::stoppable(StoreProgressCall progress) const {
    return [this, asked = std::move(progress)](const StoreProgress& state) {
        return asked(state) && !is_closing_;
    };
}

Result<SnapshotReport> EmbeddedStoreImpl::snapshot(SnapshotOptions options) {
    const auto held = TRY(begin_operation());
    options.progress = stoppable(std::move(options.progress));
    options.neighbours = core_.options.neighbours;
    const Duration start = core_.clock.monotonic();
    auto written = write_snapshot(core_.files, core_.options.directory, core_.clock.now(), options,
                                  [this] { return maintenance_->pin(); });
    StoreMetrics& metrics = core_.metrics;
    if (!written) {
        metrics.snapshot_failures.add();
        return written;
    }
    metrics.snapshots.add();
    metrics.snapshot_seconds.set((core_.clock.monotonic() - start).as_seconds());
    metrics.snapshot_time.set(core_.clock.now().as_seconds());
    return written;
}

Result<std::uint64_t> EmbeddedStoreImpl::compact(StoreProgressCall progress) {
    const auto held = TRY(begin_operation());
    return maintenance_->compact(stoppable(std::move(progress)));
}

Result<RetentionReport> EmbeddedStoreImpl::retention() {
    if (!is_ready_) return not_ready();
    return maintenance_->retention();
}

Result<void> EmbeddedStoreImpl::set_policies(std::vector<RetentionPolicy> policies) {
    if (!is_ready_) return not_ready();
    return maintenance_->set_policies(std::move(policies));
}

Result<void> EmbeddedStoreImpl::pin(TraceId id) {
    if (!is_ready_) return not_ready();
    return maintenance_->pin_trace(id);
}

Result<void> EmbeddedStoreImpl::unpin(TraceId id) {
    if (!is_ready_) return not_ready();
    return maintenance_->unpin_trace(id);
}

Result<std::vector<TraceId>> EmbeddedStoreImpl::pins() {
    if (!is_ready_) return not_ready();
    return maintenance_->pinned_traces();
}

Result<RedactionReport> EmbeddedStoreImpl::redact(std::span<const TraceId> ids) {
    TRY(check_count(ids));
    const auto held = TRY(begin_operation());
    return maintenance_->redact(ids);
}

Result<RedactionReport> EmbeddedStoreImpl::plan_redaction(std::span<const TraceId> ids) {
    TRY(check_count(ids));
    if (!is_ready_) return not_ready();
    return maintenance_->plan_redaction(ids);
}

Result<void> EmbeddedStoreImpl::reevaluate(GroupId version) {
    if (!is_ready_) return not_ready();
    return maintenance_->reevaluate(version);
}

Result<void> EmbeddedStoreImpl::end_reevaluation(const std::function<Result<void>()>& work) {
    const auto held = TRY(begin_operation());
    const auto state = maintenance_->reevaluation();
    if (!state || !state->is_done())
        return Error(ErrorCode::conflict, "not all stored traces are judged");
    TRY(work());
    maintenance_->stop_reevaluation();
    return {};
}

void EmbeddedStoreImpl::close() {
    const std::lock_guard lock(close_mutex_);
    if (is_closed_ || !recovery_) return;
    is_closed_ = true;
    is_closing_ = true;
    wal_->close();
    phase_.lock()->is_stopping = true;
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    const std::lock_guard operation(operation_mutex_);  // it ends soon
    for (Signal* signal : core_.options.signals) signal->close();
    if (is_ready_) maintenance_->close();
}

}  // namespace

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open(FileSystem& files, const Clock& clock,
                                                           MetricsRegistry& metrics,
                                                           EmbeddedStoreOptions options) {
    auto store = std::make_unique<EmbeddedStoreImpl>(files, clock, metrics, std::move(options));
    TRY(store->open());
    return std::unique_ptr<EmbeddedStore>(std::move(store));
}

}  // namespace tomograph
