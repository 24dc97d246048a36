#include "server/control_services.h"

namespace tomograph {
namespace {

StoreKeyring keyring_of(EmbeddedStore& store) {
    return {.change = [&store](SecretKey next) { return store.change_master_key(std::move(next)); },
            .status = [&store] { return store.status().encryption; }};
}

}  // namespace

Result<std::unique_ptr<ControlServices>> ControlServices::open(const Parts& parts) {
    const Settings& settings = parts.settings;
    Catalog& catalog = parts.catalog.catalog();
    const ArnScope& scope = parts.catalog.scope();
    Opened opened;
    opened.encryption = TRY(EncryptionService::open({.catalog = catalog,
                                                     .store = keyring_of(parts.store),
                                                     .own_key = settings.key,
                                                     .named_keys = settings.named_keys,
                                                     .scope = scope}));
    opened.transaction_search = TRY(TransactionSearch::open(catalog, settings.narrows_listings));
    opened.sampling_rules = TRY(SamplingRules::open(catalog, parts.clock, scope));
    return std::unique_ptr<ControlServices>(new ControlServices(parts, std::move(opened)));
}

ControlServices::ControlServices(const Parts& parts, Opened opened)
    : groups_(parts.catalog.catalog(), parts.store, parts.catalog.groups(), parts.catalog.scope()),
      group_meter_({.store = parts.store,
                    .groups = parts.catalog.groups(),
                    .directory = groups_,
                    .clock = parts.clock,
                    .metrics = parts.metrics}),
      reevaluation_(groups_, parts.catalog.groups(), parts.store),
      tags_(parts.catalog.catalog()),
      insights_(parts.catalog.catalog(), groups_),
      insight_watch_({.catalog = parts.catalog.catalog(),
                      .store = parts.store,
                      .groups = parts.catalog.groups(),
                      .directory = groups_,
                      .clock = parts.clock,
                      .metrics = parts.metrics}),
      policies_(parts.catalog.catalog(), parts.settings.account_id),
      encryption_(std::move(opened.encryption)),
      transaction_search_(std::move(opened.transaction_search)),
      sampling_rules_(std::move(opened.sampling_rules)),
      sampling_targets_(*sampling_rules_, parts.clock, parts.metrics,
                        {.has_former_life = sampling_rules_->has_former_life()}) {}

ControlPlane ControlServices::plane() {
    return {.groups = &groups_,
            .tags = &tags_,
            .policies = &policies_,
            .encryption = encryption_.get(),
            .transaction_search = transaction_search_.get(),
            .sampling_rules = sampling_rules_.get(),
            .sampling_targets = &sampling_targets_,
            .insights = &insights_};
}

std::vector<WatchTask> ControlServices::watches() {
    return {{.name = "insights",
             .tick = [this] { return insight_watch_.tick(); },
             .stop = [this] { insight_watch_.stop(); }},
            {.name = "groups", .tick = [this] { return group_meter_.tick(); }},
            {.name = "reevaluation", .tick = [this] { return reevaluation_.tick(); }}};
}

}  // namespace tomograph
