#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>

#include "store/engine/flusher.h"
#include "store/engine/sealer.h"
#include "store/engine/store_core.h"
#include "store/engine/version_file.h"
#include "store/signal/signal.h"
#include "store/wal/replay.h"

namespace tomograph {

/// Brings a data directory back to life after whatever happened to it
/// (docs/formats/data-directory.md): open_directory(), then replay().
class Recovery final : public WalReplaySink {
 public:
    Recovery(StoreCore& core, Publisher& publisher, Sealer& sealer, Flusher& flusher)
        : core_(core),
          publisher_(publisher),
          sealer_(sealer),
          flusher_(flusher),
          replay_(core.files, core.metrics, core.quarantine, *this) {}

    /// Locks the directory, reads the manifest, opens the parts, lists the log. A new directory is
    /// set up.
    ///
    /// errors  conflict  another process has the directory
    ///         invalid   made by a newer program; nothing was touched
    ///         denied    encrypted, and a key it needs was not given; nothing was touched
    ///         corrupt   there are manifests, but none can be read
    ///         io
    Result<void> open_directory();

    /// Reads the log into the open traces, flushing when they are over their budget. errors: io,
    /// limit
    Result<void> replay();

    /// Hands the log over to its writer. After replay().
    void start(WalWriter& wal);

    std::uint64_t store_id() const { return publisher_manifest_id_; }
    std::uint64_t replay_bytes() const { return inventory_.bytes; }
    std::uint64_t replayed_bytes() const { return replay_.bytes_done(); }

    void replay(Lsn first, Instant received, std::span<const std::string_view> documents) override;
    void replay_telemetry(Lsn lsn, Instant received, std::string_view json) override;

 private:
    SignalHome signal_home();
    Result<void> make_directories();
    Result<void> use_keys();
    /// Or rollups.
    Result<bool> has_parts();
    Result<void> load_manifest(const VersionFile& version);
    Result<void> open_parts();
    Result<std::vector<std::shared_ptr<LiveRollup>>> open_rollups();
    /// What is listed and cannot be opened: set aside if it is damaged, an error if that is not
    /// why.
    Result<void> give_up(std::uint64_t id, const std::string& path, Error error);
    Result<void> clean_up();
    Result<void> clean_spans();
    Result<void> clean_rollups();
    Result<void> remove_unlisted(const std::string& path);
    Result<void> remove_temporaries(const std::string& directory);
    Result<void> learn_known();
    bool is_redacted(TraceId id, Lsn lsn);
    void flush_if_over_budget();

    StoreCore& core_;
    Publisher& publisher_;
    Sealer& sealer_;
    Flusher& flusher_;
    WalReplay replay_;
    WalInventory inventory_;
    std::unique_ptr<FileLock> lock_;
    std::uint64_t publisher_manifest_id_ = 0;
    std::vector<ManifestEdit> edits_;
    /// Traces in parts that the log's numbers reach into: documents up to there are in a part.
    std::unordered_map<TraceId, Lsn> known_;
    TraceAssembly assembly_;
    std::optional<Error> flush_failure_;
};

}  // namespace tomograph
