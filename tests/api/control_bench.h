#pragma once

#include <doctest/doctest.h>

#include <future>

#include "api/segment_text.h"
#include "api/xray/xray_api.h"
#include "catalog/sqlite_catalog.h"
#include "service/encryption/encryption_service.h"
#include "service/groups/group_service.h"
#include "service/policies/policy_service.h"
#include "service/sampling/sampling_rules.h"
#include "service/sampling/sampling_targets.h"
#include "service/tags/tag_service.h"
#include "service/transaction_search/transaction_search.h"
#include "support/memory_store.h"

namespace tomograph::testing {

/// The API with a control plane whose catalog is in memory, of a store without encryption.
struct ControlBench {
    ManualClock clock{Instant::from_seconds(test_second)};
    MetricsRegistry metrics;
    std::unique_ptr<Catalog> catalog = open_sqlite_catalog(":memory:", clock).value();
    std::shared_ptr<GroupClasses> classes = std::make_shared<GroupClasses>(metrics);
    MemoryStore store{classes};
    GroupService groups{*catalog, store, *classes, {}};
    TagService tags{*catalog};
    std::unique_ptr<SamplingRules> sampling_rules =
        SamplingRules::open(*catalog, clock, {}).value();
    SamplingTargets sampling_targets{*sampling_rules, clock, metrics, {.has_former_life = false}};
    PolicyService policies{*catalog, "000000000000"};
    std::unique_ptr<EncryptionService> encryption =
        EncryptionService::open({.catalog = *catalog,
                                 .store = {.change = [](SecretKey) { return Result<void>(); },
                                           .status = [] { return EncryptionStatus(); }},
                                 .own_key = {},
                                 .named_keys = {},
                                 .scope = {}})
            .value();
    std::unique_ptr<TransactionSearch> search = TransactionSearch::open(*catalog, false).value();
    Ingest ingest{store, clock, metrics};
    XrayApi xray{{.token_key = {},
                  .control = {.groups = &groups,
                              .tags = &tags,
                              .policies = &policies,
                              .encryption = encryption.get(),
                              .transaction_search = search.get(),
                              .sampling_rules = sampling_rules.get(),
                              .sampling_targets = &sampling_targets}},
                 ingest,
                 store,
                 clock,
                 metrics};

    ControlBench() { REQUIRE(classes->load(*catalog, {})); }

    HttpReply post(std::string path, std::string body) {
        HttpRequest request;
        request.method = "POST";
        request.path = std::move(path);
        request.body = std::move(body);
        request.peer_address = "10.0.0.1:7";
        auto answered = std::make_shared<std::promise<HttpReply>>();
        auto reply = answered->get_future();
        xray.handle(std::move(request),
                    [answered](HttpReply each) { answered->set_value(std::move(each)); });
        return reply.get();
    }
};

}  // namespace tomograph::testing
