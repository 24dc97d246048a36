#pragma once

#include <memory>
#include <string>
#include <utility>
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
    /// registry     outlives it and what it gives
    /// own_account  as of compile_filter()
    explicit GroupClasses(MetricsRegistry& registry, std::string own_account = {})
        : metrics_(registry), own_account_(std::move(own_account)) {}

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
    const std::string own_account_;
    mutable Guarded<std::shared_ptr<const State>> state_{std::make_shared<const State>()};
};

}  // namespace tomograph
