#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "catalog/sqlite_catalog.h"
#include "query/filter/filter_expression.h"
#include "query/group_graph.h"
#include "service/groups/group_service.h"
#include "store/store_fixture.h"

namespace tomograph::testing {

inline const ChangeOrigin somebody{.who = "anonymous", .address = "", .operation = "Test"};
inline constexpr TimeRange all_time{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

/// An engine that classifies by the groups of a catalog, driven by hand.
struct GroupBench {
    ManualClock catalog_clock{Instant::from_seconds(test_second)};
    MetricsRegistry registry;
    std::unique_ptr<Catalog> catalog = open_sqlite_catalog(":memory:", catalog_clock).value();
    std::shared_ptr<GroupClasses> classes = std::make_shared<GroupClasses>(registry);
    StoreFixture fixture{1, options()};
    std::unique_ptr<GroupService> groups;
    QueryMetrics metrics{registry};
    PageTokenKey key{};

    GroupBench() {
        REQUIRE(classes->load(*catalog, {}));
        open();
    }
    void open() {
        fixture.must_open();
        groups = std::make_unique<GroupService>(*catalog, *fixture.store, *classes, ArnScope{});
    }

    EmbeddedStoreOptions options() const {
        EmbeddedStoreOptions its = small_options();
        its.groups = classes;
        return its;
    }

    QueryContext context(const GroupDirectory& directory) {
        return {.store = *fixture.store,
                .token_key = key,
                .metrics = metrics,
                .now = catalog_clock.now(),
                .groups = &directory};
    }
    QueryContext context() { return context(*groups); }

    GraphRollup searched(const std::string& filter, const TimeRange& range = all_time,
                         GraphGrain grain = GraphGrain::minute) {
        TraceSelection traces{.range = range};
        traces.predicate =
            std::make_shared<const Predicate>(compile_filter(filter, nullptr).value());
        return without_bounds(fixture.store->filtered_graph(traces, grain)->graph);
    }
};

}  // namespace tomograph::testing
