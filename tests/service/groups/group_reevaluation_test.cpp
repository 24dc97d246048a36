#include "service/groups/group_reevaluation.h"

#include "group_bench.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

const GroupKey faults{.name = "faults"};

struct ReevaluationBench : GroupBench {
    std::unique_ptr<GroupReevaluation> reevaluation;

    ReevaluationBench() { begin(); }
    void begin() {
        reevaluation = std::make_unique<GroupReevaluation>(*groups, *classes, *fixture.store);
    }
    /// The program dies and starts again.
    void restart() {
        reevaluation.reset();
        groups.reset();
        fixture.kill();
        classes = std::make_shared<GroupClasses>(registry);
        REQUIRE(classes->load(*catalog, {}));
        fixture.options.groups = classes;
        open();
        begin();
    }

    /// Six traces in parts, two of them with a fault, one of them late.
    void send() {
        for (std::uint64_t n = 0; n < 6; ++n) {
            fixture.must_append({{.trace = trace_number(n), .status = n == 1 ? 500 : 200}});
            fixture.settle();
        }
        fixture.must_append({{.trace = trace_number(4), .id = 2, .parent = 1, .status = 500}});
        fixture.settle();
    }

    GroupGraph graph(const std::string& name = "faults") {
        auto graph = read_group_graph(context(), all_time, GraphGrain::minute, name, "");
        REQUIRE(graph);
        graph->rollup = without_bounds(std::move(graph->rollup));
        return *graph;
    }
    GroupReevaluation::Status status(const GroupKey& group = faults) {
        const auto status = reevaluation->status(group);
        REQUIRE(status);
        return *status;
    }
    ReevaluationState state() { return status().order.value().state; }
    void tick() {
        REQUIRE(reevaluation->tick());
        fixture.advance(Duration::seconds(1));
    }
    void run() {
        for (int i = 0; i < 100 && state() == ReevaluationState::running; ++i) tick();
        CHECK(state() == ReevaluationState::done);
    }
};

/// The groups, which are taken over right after somebody asked for the versions.
class TakenOver final : public GroupDirectory {
 public:
    explicit TakenOver(ReevaluationBench& bench) : bench_(bench) {}
    std::optional<std::string> filter_of_name(std::string_view name) const override {
        return bench_.groups->filter_of_name(name);
    }
    std::optional<std::string> filter_of_arn(std::string_view arn) const override {
        return bench_.groups->filter_of_arn(arn);
    }
    Result<std::vector<GroupVersion>> versions_of(std::string_view name,
                                                  std::string_view arn) const override {
        auto versions = bench_.groups->versions_of(name, arn);
        bench_.run();
        return versions;
    }

 private:
    ReevaluationBench& bench_;
};

}  // namespace

TEST_CASE("a group that is made late gets the stored traces when they are judged") {
    ReevaluationBench bench;
    bench.send();
    REQUIRE(bench.groups->create(somebody, {.name = "faults", .filter = "fault"}));
    CHECK(!bench.status().order);
    CHECK(!bench.status().progress);
    CHECK(bench.graph().rollup.cells.empty());
    const auto started = bench.reevaluation->start(somebody, faults);
    REQUIRE(started);
    CHECK(started->group == "faults");
    CHECK(started->order->state == ReevaluationState::running);
    CHECK(started->order->began == bench.catalog_clock.now());
    CHECK(!started->progress);
    bench.tick();
    const auto running = bench.status();
    REQUIRE(running.progress);
    CHECK(running.progress->parts > 1);
    CHECK(running.progress->parts_done == 1);
    CHECK(bench.graph().rollup.cells.empty());
    bench.run();
    CHECK(bench.status().order->parts == running.progress->parts);
    CHECK(!bench.status().progress);
    CHECK(!bench.fixture.store->reevaluation());
    const GroupGraph judged = bench.graph();
    CHECK_FALSE(judged.rollup.cells.empty());
    CHECK(judged.rollup == bench.searched("fault"));
    CHECK_FALSE(judged.contains_old_versions);
    // What comes later is counted once, whatever it changes.
    bench.fixture.must_append({{.trace = trace_number(5), .id = 2, .parent = 1, .status = 500}});
    CHECK(bench.graph().rollup == bench.searched("fault"));
    bench.restart();
    CHECK(bench.graph().rollup == bench.searched("fault"));
}

TEST_CASE("an edited filter counts for what came before it once that is judged") {
    ReevaluationBench bench;
    REQUIRE(bench.groups->create(somebody, {.name = "faults", .filter = "ok"}));
    bench.send();
    const std::string filter = R"(annotation.mark = "x" OR fault)";
    REQUIRE(bench.groups->update(somebody, faults, {.filter = filter}));
    bench.fixture.must_append({{.trace = trace_number(7), .mark = "x"}});
    CHECK(bench.graph().contains_old_versions);
    const GraphRollup before = bench.graph().rollup;
    REQUIRE(bench.reevaluation->start(somebody, faults));
    bench.tick();
    CHECK(bench.graph().rollup == before);
    bench.restart();  // in the middle
    CHECK(bench.graph().rollup == before);
    bench.run();
    CHECK_FALSE(bench.graph().contains_old_versions);
    CHECK(bench.graph().rollup == bench.searched(filter));
    // Again, by the same filter: nothing changes.
    REQUIRE(bench.reevaluation->start(somebody, faults));
    bench.run();
    CHECK(bench.graph().rollup == bench.searched(filter));
}

TEST_CASE("one order at a time; an edit, a removal and people end it") {
    ReevaluationBench bench;
    bench.send();
    REQUIRE(bench.groups->create(somebody, {.name = "faults", .filter = "fault"}));
    REQUIRE(bench.groups->create(somebody, {.name = "other", .filter = "ok"}));
    const GroupKey other{.name = "other"};
    CHECK(bench.reevaluation->cancel(somebody, faults).error().code() == ErrorCode::conflict);
    CHECK(bench.reevaluation->start(somebody, {.name = "Default"}).error().code() ==
          ErrorCode::invalid);
    CHECK(bench.reevaluation->start(somebody, {.name = "none"}).error().code() ==
          ErrorCode::invalid);
    CHECK(bench.reevaluation->status({.name = "none"}).error().code() == ErrorCode::invalid);
    REQUIRE(bench.reevaluation->start(somebody, faults));
    CHECK(bench.reevaluation->start(somebody, faults).error().code() == ErrorCode::conflict);
    CHECK(bench.reevaluation->start(somebody, other).error().code() == ErrorCode::conflict);
    bench.tick();
    const auto cancelled = bench.reevaluation->cancel(somebody, faults);
    REQUIRE(cancelled);
    CHECK(cancelled->order->state == ReevaluationState::cancelled);
    bench.tick();
    CHECK(!bench.fixture.store->reevaluation());
    CHECK(bench.graph().rollup.cells.empty());

    REQUIRE(bench.reevaluation->start(somebody, faults));
    bench.tick();
    REQUIRE(bench.groups->update(somebody, faults, {.filter = "error"}));
    CHECK(bench.state() == ReevaluationState::replaced);
    bench.tick();
    CHECK(!bench.fixture.store->reevaluation());
    CHECK(bench.graph().rollup.cells.empty());

    REQUIRE(bench.reevaluation->start(somebody, faults));
    bench.tick();
    REQUIRE(bench.groups->remove(somebody, faults));
    bench.tick();
    CHECK(!bench.fixture.store->reevaluation());
    REQUIRE(bench.reevaluation->start(somebody, other));
}

TEST_CASE("who reads while a group is taken over sees it as it is afterwards") {
    ReevaluationBench bench;
    REQUIRE(bench.groups->create(somebody, {.name = "faults", .filter = "ok"}));
    bench.send();
    REQUIRE(bench.groups->update(somebody, faults, {.filter = "fault"}));
    REQUIRE(bench.reevaluation->start(somebody, faults));
    const TakenOver directory(bench);
    const auto graph =
        read_group_graph(bench.context(directory), all_time, GraphGrain::minute, "faults", "");
    REQUIRE(graph);
    CHECK(without_bounds(graph->rollup) == bench.searched("fault"));
    CHECK_FALSE(graph->contains_old_versions);
}

TEST_CASE("orders are audited as changes of the group") {
    ReevaluationBench bench;
    REQUIRE(bench.groups->create(somebody, {.name = "faults", .filter = "fault"}));
    const ChangeOrigin origin{
        .who = "anonymous", .address = "127.0.0.1:1", .operation = "StartReevaluation"};
    REQUIRE(bench.reevaluation->start(origin, faults));
    bench.run();
    const auto audit = bench.catalog->audit(0, 100);
    REQUIRE(audit);
    REQUIRE(audit->size() == 4);  // Default, the group, the order, its end
    const AuditRecord& ordered = audit->at(2);
    CHECK(ordered.origin.operation == "StartReevaluation");
    CHECK(ordered.origin.address == "127.0.0.1:1");
    CHECK(ordered.resource == bench.groups->get(faults)->arn);
    CHECK(audit->at(3).origin.operation == "EndReevaluation");
    CHECK(audit->at(3).resource == ordered.resource);
}
