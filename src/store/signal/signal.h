#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/guarded.h"
#include "store/engine/clock_watch.h"
#include "store/engine/manifest.h"
#include "store/engine/quarantine.h"
#include "store/signal/signal_content.h"
#include "store/signal/signal_limits.h"
#include "store/signal/signal_metrics.h"
#include "store/wal/replay.h"
#include "store/wal/writer.h"

namespace tomograph {

class KeyRewriter;

/// What the store that a signal lives in lends it, from open() to close().
struct SignalHome {
    FileSystem& files;
    const Clock& clock;
    Quarantine& quarantine;
    FileKeys* keys = nullptr;  ///< null: no encryption
    std::string data_directory;
    std::uint64_t store_id = 0;
    bool background = true;
    std::function<bool()> disk_is_low;
};

struct SignalOptions {
    /// Its folder below the data directory and the word in its parts: one of signal_names.
    std::string name;
    Duration retention_age{};             ///< zero or less: for ever
    std::uint64_t disk_budget_bytes = 0;  ///< of parts; the oldest go beyond it; 0: none

    std::uint64_t wal_segment_bytes = signal_wal_segment_bytes;
    std::uint64_t wal_first_segment_bytes = signal_wal_first_segment_bytes;
    std::uint64_t flush_bytes = signal_flush_bytes;
    std::uint64_t open_bytes_max = signal_open_bytes_max;
    Duration flush_age = signal_flush_age;
    std::size_t merge_fan_in = signal_merge_fan_in;
    std::uint64_t merge_bytes_max = signal_merge_bytes_max;
    Duration maintenance_interval = tomograph::maintenance_interval;
};

/// A signal at one moment, for a backup. The files stay as long as it does.
struct SignalPin {
    std::string name;
    std::uint64_t store_id = 0;
    ManifestState manifest;
    std::shared_ptr<const SignalView> view;
    WalPin wal;
};

struct SignalStatus {
    bool ready = false;
    bool read_only = false;
    std::string reason;  ///< why not ready, or read-only; "" else
    std::uint64_t open_bytes = 0;
    std::uint64_t parts = 0;
    std::uint64_t part_bytes = 0;
    std::uint64_t wal_bytes = 0;
};

/// A kind of data beside traces, in a folder of the data directory (docs/formats/signal.md): its
/// own log, manifest and parts, in the formats of those of traces. Answered means on stable storage
/// and readable; after any crash the next start has each answered record once. What the records
/// mean is its content's business.
///
/// The store opens it, backs it up, wraps its keys again and closes it. There is no folder, log or
/// thread of the log before the first record.
class Signal final : private WalSink, private WalReplaySink {
 public:
    /// content outlives it.
    Signal(SignalOptions options, SignalContent& content, MetricsRegistry& registry);
    ~Signal() override;

    const std::string& name() const { return options_.name; }

    // For the content. Threads: any.

    /// Keeps a record; `done` comes when it is on stable storage and applied, or with the error.
    /// errors  unavailable (starting, overload, closing), limit (disk full, too large), io
    void append(std::string record, Appended done);
    std::shared_ptr<const SignalView> view() { return view_.lock()->shown; }
    /// Above every record that was applied.
    Lsn next() const { return wal_ ? std::max(wal_->next(), Lsn{1}) : Lsn{1}; }
    SignalStatus status();
    /// errors  unavailable: why reads have no answer yet
    Result<void> check_ready();
    /// One round of background work; only without `background`.
    void tick();

    // For the store.

    /// Opens what is there; writes nothing that is sealed.
    /// errors  as EmbeddedStore::open()
    Result<void> open(const SignalHome& home);
    /// Replays the log, takes records from then on; with `background` in a thread of its own.
    /// errors  io
    Result<void> start();
    /// Nothing when there is no folder. errors: unavailable
    Result<std::optional<SignalPin>> pin();
    /// Wraps the keys of its files again. errors: as KeyRewriter
    Result<void> rewrite_keys(KeyRewriter& rewriter);
    /// Answers what was taken, writes out what is open. Idempotent.
    void close();

 private:
    struct Shown {
        std::shared_ptr<const SignalView> shown = std::make_shared<SignalView>();
    };
    struct Phase {
        bool is_stopping = false;
        bool is_wanted = false;  ///< a record waits for the folder to be made
        std::string reason = "starting";
    };
    /// A change of the parts that becomes visible when it is durable.
    struct Change {
        std::vector<std::shared_ptr<SignalPart>> added;
        std::vector<std::uint64_t> removed;
        Lsn through;  ///< 0: as before
    };

    void apply(Lsn first, Instant received, std::vector<Document> documents) override;
    void apply_telemetry(Lsn lsn, Instant received, std::string json) override;
    void withdraw(const std::vector<Document>& documents) override;
    void replay(Lsn first, Instant received, std::span<const std::string_view> documents) override;
    void replay_telemetry(Lsn lsn, Instant received, std::string_view json) override;

    std::string path(std::string_view name) const;
    std::optional<Error> refusal();
    Result<void> open_folder();
    Result<void> open_parts();
    Result<void> clean_up();
    Result<void> make_directories();
    void begin();
    Result<void> replay_log();
    void become_ready();
    void run();
    void round();
    void flush();
    Result<void> flush_now();
    Result<std::shared_ptr<SignalPart>> write_part(const SignalPartPlan& plan, std::uint32_t level);
    Result<std::shared_ptr<SignalPart>> open_part(ManifestPart listed);
    void merge();
    Result<void> merge_parts(std::vector<std::shared_ptr<SignalPart>> parts);
    void retain();
    Result<void> drop_parts(const std::vector<std::shared_ptr<SignalPart>>& parts);
    Result<void> publish(std::vector<ManifestEdit> edits, Change change);
    bool retry();
    void show(Change& change);
    void set_gauges();

    SignalOptions options_;
    SignalContent& content_;
    SignalMetrics metrics_;
    std::optional<SignalHome> home_;
    std::string directory_;
    std::unique_ptr<Manifest> manifest_;
    std::unique_ptr<WalWriter> wal_;
    WalInventory inventory_;
    std::optional<ClockWatch> clock_watch_;
    std::vector<Change> pending_;
    std::uint64_t next_part_id_ = 1;
    Duration next_retention_;
    Guarded<Shown> view_;
    std::atomic<bool> has_folder_{false};
    std::atomic<bool> is_ready_{false};
    std::atomic<std::int64_t> open_since_ns_{-1};  ///< monotonic; -1: nothing is open
    std::mutex mutex_;  ///< held by round(), and while others touch what is its own
    Guarded<Phase> phase_;
    std::condition_variable wake_;
    std::mutex close_mutex_;
    bool is_closed_ = false;
    std::thread thread_;
};

}  // namespace tomograph
