#include "store/signal/signal.h"

#include <fmt/format.h>

#include <chrono>

#include "base/log.h"
#include "store/file_names.h"
#include "store/keys/key_rewriter.h"

namespace tomograph {

Signal::Signal(SignalOptions options, SignalContent& content, MetricsRegistry& registry)
    : options_(std::move(options)), content_(content), metrics_(registry, options_.name) {}

Signal::~Signal() { close(); }

std::string Signal::path(std::string_view name) const { return join_path(directory_, name); }

Result<void> Signal::open(const SignalHome& home) {
    home_.emplace(home);
    directory_ = join_path(home.data_directory, options_.name);
    clock_watch_.emplace(home.clock);
    manifest_ = std::make_unique<Manifest>(home.files, directory_);
    WalSink& sink = *this;
    wal_ = std::make_unique<WalWriter>(
        home.files, home.clock, metrics_, sink,
        WalOptions{.directory = path(wal_directory),
                   .segment_bytes = options_.wal_segment_bytes,
                   .first_segment_bytes = options_.wal_first_segment_bytes,
                   .queue_bytes_max = signal_wal_queue_bytes_max,
                   .background = home.background});
    wal_->segments().set_keys(home.keys);
    has_folder_ = TRY(home.files.exists(directory_));
    if (has_folder_) TRY_WITHIN(options_.name, open_folder());
    return {};
}

Result<void> Signal::start() {
    if (has_folder_) {
        phase_.lock()->reason = "replaying the log";
        if (!home_->background) return replay_log();
    } else {
        become_ready();
    }
    if (home_->background) thread_ = std::thread([this] { run(); });
    return {};
}

void Signal::become_ready() {
    phase_.lock()->reason.clear();
    is_ready_ = true;
    metrics_.ready.set(1);
}

void Signal::run() {
    bool has_failed = false;
    if (!is_ready_) {
        const auto replayed = replay_log();
        has_failed = !replayed;
        if (has_failed) {
            log_error("signal cannot start",
                      {{"signal", options_.name}, {"error", replayed.error()}});
            phase_.lock()->reason = replayed.error().message();
        }
    }
    while (true) {
        {
            auto phase = phase_.lock();
            const auto wait = std::chrono::nanoseconds(options_.maintenance_interval.ns);
            wake_.wait_for(phase.mutex(), wait, [&] {
                return phase->is_stopping || (phase->is_wanted && !has_folder_);
            });
            if (phase->is_stopping) return;
        }
        if (!has_failed) round();
    }
}

void Signal::tick() { round(); }

std::optional<Error> Signal::refusal() {
    if (!is_ready_) {
        metrics_.refused_starting.add();
        return Error(ErrorCode::unavailable,
                     fmt::format("{} are not ready: {}", options_.name, phase_.lock()->reason));
    }
    if (home_->disk_is_low()) {
        metrics_.refused_disk.add();
        return Error(ErrorCode::limit, "the disk is full");
    }
    const std::uint64_t open = content_.open_bytes();
    if (open > options_.open_bytes_max) {
        metrics_.refused_memory.add();
        return Error(ErrorCode::unavailable,
                     fmt::format("{} that wait to be written take {} bytes", options_.name, open));
    }
    return std::nullopt;
}

void Signal::append(std::string record, Appended done) {
    if (auto refused = refusal()) return done(std::move(*refused));
    if (!has_folder_) {
        phase_.lock()->is_wanted = true;
        if (!home_->background) begin();
    }
    wal_->submit({.documents = {}, .telemetry = std::move(record), .done = std::move(done)});
    if (!has_folder_) wake_.notify_one();
}

Result<void> Signal::check_ready() {
    if (is_ready_) return {};
    return Error(ErrorCode::unavailable,
                 fmt::format("{} are not ready: {}", options_.name, phase_.lock()->reason));
}

void Signal::apply(Lsn first, Instant received, std::vector<Document> documents) {
    static_cast<void>(first);
    static_cast<void>(received);
    ASSERT(documents.empty());  // append() brings records only
}

void Signal::apply_telemetry(Lsn lsn, Instant received, std::string json) {
    metrics_.records.add();
    std::int64_t nothing = -1;
    open_since_ns_.compare_exchange_strong(nothing, home_->clock.monotonic().ns);
    content_.apply(lsn, received, std::move(json));
}

void Signal::withdraw(const std::vector<Document>& documents) { static_cast<void>(documents); }

SignalStatus Signal::status() {
    SignalStatus status;
    status.ready = is_ready_;
    status.reason = phase_.lock()->reason;
    status.open_bytes = content_.open_bytes();
    const auto shown = view();
    status.parts = shown->parts.size();
    for (const auto& part : shown->parts) status.part_bytes += part->facts().bytes;
    if (!wal_) return status;
    const WalState wal = wal_->state();
    status.wal_bytes = wal.bytes;
    status.read_only = wal.read_only;
    if (wal.read_only) status.reason = wal.reason;
    return status;
}

Result<std::optional<SignalPin>> Signal::pin() {
    const std::lock_guard lock(mutex_);
    if (!has_folder_) return std::optional<SignalPin>();
    if (!is_ready_ || !retry())
        return Error(ErrorCode::unavailable,
                     options_.name + ": not ready, or the manifest cannot be written");
    return std::optional(SignalPin{.name = options_.name,
                                   .store_id = manifest_->store_id(),
                                   .manifest = manifest_->state(),
                                   .view = view(),
                                   .wal = wal_->pin()});
}

Result<void> Signal::rewrite_keys(KeyRewriter& rewriter) {
    if (!has_folder_) return {};
    // A segment that was begun under the old key must be listed.
    wal_->wait_for_segment();
    TRY(rewriter.rewrite_all(path(wal_directory)));
    const auto shown = view();
    for (const auto& part : shown->parts) TRY(rewriter.rewrite(part->path()));
    return {};
}

void Signal::close() {
    const std::lock_guard once(close_mutex_);
    if (is_closed_ || !home_) return;
    is_closed_ = true;
    phase_.lock()->is_stopping = true;
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    const std::lock_guard lock(mutex_);
    if (is_ready_ && !has_folder_ && phase_.lock()->is_wanted) begin();
    wal_->close();
    if (!is_ready_ || !has_folder_ || !retry()) return;
    const auto flushed = flush_now();
    if (!flushed)
        return log_error("flush failed", {{"signal", options_.name}, {"error", flushed.error()}});
    const Lsn floor = view()->through;
    const auto marked = publish({MarkClean{}}, {});
    if (!marked) return log_error("shutdown not marked", {{"error", marked.error()}});
    if (floor.value + 1 == wal_->next().value) wal_->remove_all();
}

}  // namespace tomograph
