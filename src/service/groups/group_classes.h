#pragma once

#include <memory>
#include <vector>

#include "base/guarded.h"
#include "catalog/catalog.h"
#include "service/arn.h"
#include "service/groups/compiled_groups.h"
#include "store/group_classifier.h"

namespace tomograph {

/// The groups as they are now, for everyone who asks without waiting for the catalog: a snapshot
/// that is replaced whole when they change. Threads: any.
class GroupClasses final : public GroupSource {
 public:
    /// registry  outlives it and what it gives
    explicit GroupClasses(MetricsRegistry& registry) : metrics_(registry) {}

    struct State {
        std::vector<GroupRecord> groups;  ///< by name, Default among them
        std::shared_ptr<const GroupClassifier> classifier;
    };
    std::shared_ptr<const State> now() const { return *state_.lock(); }
    std::shared_ptr<const GroupClassifier> classifier() const override { return now()->classifier; }

    void set(std::vector<GroupRecord> groups);

    /// Reads the catalog, which gets its Default where it has none. Before the store replays its
    /// log. errors: those of Catalog
    Result<void> load(Catalog& catalog, const ArnScope& scope);

 private:
    GroupMetrics metrics_;
    mutable Guarded<std::shared_ptr<const State>> state_{std::make_shared<const State>()};
};

}  // namespace tomograph
