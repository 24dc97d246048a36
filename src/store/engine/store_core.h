#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/guarded.h"
#include "store/embedded_store_options.h"
#include "store/engine/manifest.h"
#include "store/engine/open_traces.h"
#include "store/engine/part_set.h"
#include "store/engine/quarantine.h"
#include "store/engine/store_metrics.h"
#include "store/engine/stretch_cache.h"
#include "store/engine/telemetry_log.h"
#include "store/engine/trace_places.h"
#include "store/keys/store_keys.h"
#include "store/wal/writer.h"

namespace tomograph {

/// What readers see beside the open traces; changes at once.
struct StoreView {
    Parts parts = make_snapshot({});
    /// Sum of the contributions of the open traces: what they add to the rollups of `parts`.
    GraphRollup open_sum;
};

/// What the pieces of the embedded store share.
///
/// Readers look at the open traces first and at the view after: traces move that way, so none is
/// missed; one that is seen twice is the same twice. Locks are taken in the order refresh, view,
/// shard.
struct StoreCore {
    StoreCore(FileSystem& file_system, const Clock& the_clock, MetricsRegistry& registry,
              EmbeddedStoreOptions the_options);

    std::string path(std::string_view name) const;
    /// Null without encryption.
    FileKeys* file_keys() { return keys ? &keys->file_keys() : nullptr; }
    PartFiles part_files() { return {.files = files, .keys = file_keys()}; }
    Parts parts() { return view.lock()->parts; }

    FileSystem& files;
    const Clock& clock;
    const EmbeddedStoreOptions options;
    StoreMetrics metrics;
    std::unique_ptr<StoreKeys> keys;  ///< null: no encryption; set while the store opens
    Quarantine quarantine;
    std::shared_ptr<PartCache> cache;
    StretchCache stretches;
    OpenTraces open;
    TracePlaces places;
    TelemetryLog telemetry;
    Guarded<StoreView> view;
    /// Held while contributions are computed, and while parts change: a contribution says what a
    /// trace adds to exactly the parts of the view.
    std::mutex refresh;
    std::atomic<bool> disk_is_low{false};
    /// When there will be no room for more parts, if that is foreseen; else 0.
    std::atomic<std::int64_t> full_at_ns{0};
    /// With a key set: some files were written before there was one.
    std::atomic<bool> has_plain_files{false};
};

/// Changes of the set of parts: first durable, then visible. Belongs to the thread that maintains
/// the store.
class Publisher {
 public:
    explicit Publisher(StoreCore& core)
        : core_(core), manifest_(core.files, core.options.directory) {}

    Manifest& manifest() { return manifest_; }

    /// Parts and rollups that will become visible, and the ids of those that go.
    struct Change {
        std::vector<std::shared_ptr<LivePart>> added{};
        std::vector<std::shared_ptr<LiveRollup>> rollups_added{};
        std::vector<std::uint64_t> removed{};
        /// Run when the change is durable: the first with `refresh` held, the second with the view
        /// locked as well, so readers wait for it.
        std::function<void()> prepare{};
        std::function<void(StoreView&)> show{};
    };

    /// Commits the edits, shows the change. After an error the change is pending: nothing more can
    /// be published until retry() succeeds, and the files it names must stay.
    Result<void> publish(std::vector<ManifestEdit> edits, Change change);
    /// True when nothing is pending (any more).
    bool retry();

    /// For parts and rollups.
    std::uint64_t next_part_id() { return next_part_id_++; }
    void start_ids_at(std::uint64_t id) { next_part_id_ = id; }

 private:
    void show(Change& change);

    StoreCore& core_;
    Manifest manifest_;
    std::vector<Change> pending_;
    std::uint64_t next_part_id_ = 1;
};

}  // namespace tomograph
