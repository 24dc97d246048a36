#pragma once

#include <memory>
#include <vector>

#include "api/xray/call.h"
#include "server/server_catalog.h"
#include "server/settings.h"
#include "service/encryption/encryption_service.h"
#include "service/groups/group_meter.h"
#include "service/groups/group_reevaluation.h"
#include "service/groups/group_service.h"
#include "service/insights/insight_service.h"
#include "service/insights/insight_watch.h"
#include "service/policies/policy_service.h"
#include "service/sampling/sampling_rules.h"
#include "service/sampling/sampling_targets.h"
#include "service/tags/tag_service.h"
#include "service/transaction_search/transaction_search.h"
#include "service/watch_thread.h"
#include "store/embedded_store.h"

namespace tomograph {

/// What a server knows beside its traces, on one catalog: groups, tags, sampling, insights,
/// policies, encryption and indexing.
class ControlServices {
 public:
    /// What they stand on, and outlives them; the store is open.
    struct Parts {
        const Settings& settings;
        ServerCatalog& catalog;
        EmbeddedStore& store;
        const Clock& clock;
        MetricsRegistry& metrics;
    };
    /// errors  those of Catalog, and invalid (a record or a key that cannot be)
    static Result<std::unique_ptr<ControlServices>> open(const Parts& parts);

    /// For the operations of X-Ray's API.
    ControlPlane plane();
    GroupService& groups() { return groups_; }
    GroupReevaluation& reevaluation() { return reevaluation_; }
    EncryptionService& encryption() { return *encryption_; }

    /// What they do in the background. The services outlive it.
    std::vector<WatchTask> watches();

 private:
    /// Those that must read their records before they are of use.
    struct Opened {
        std::unique_ptr<EncryptionService> encryption;
        std::unique_ptr<TransactionSearch> transaction_search;
        std::unique_ptr<SamplingRules> sampling_rules;
    };
    ControlServices(const Parts& parts, Opened opened);

    GroupService groups_;
    GroupMeter group_meter_;
    GroupReevaluation reevaluation_;
    TagService tags_;
    InsightService insights_;
    InsightWatch insight_watch_;
    PolicyService policies_;
    std::unique_ptr<EncryptionService> encryption_;
    std::unique_ptr<TransactionSearch> transaction_search_;
    std::unique_ptr<SamplingRules> sampling_rules_;
    SamplingTargets sampling_targets_;
};

}  // namespace tomograph
