#include <mutex>

#include "store_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

/// One group, whose filter people edit: version `n` wants a number of documents that is odd, or
/// even, or a certain text in them.
class EditedGroup final : public GroupSource, public GroupClassifier {
 public:
    void edit(Lsn first) { firsts_.push_back(first); }
    std::size_t versions() const { return firsts_.size(); }
    static GroupId id_of(std::size_t version) { return {static_cast<std::uint32_t>(10 + version)}; }

    std::shared_ptr<const GroupClassifier> classifier() const override {
        if (firsts_.empty()) return nullptr;
        return {std::shared_ptr<void>(), this};
    }

    bool needs_documents() const override { return true; }

    std::vector<GroupMatch> groups_of(const GroupSubject& subject) const override {
        std::size_t in_force = firsts_.size();
        while (in_force > 0 && firsts_[in_force - 1] > subject.newest) --in_force;
        if (in_force == 0) return {};
        const std::size_t version = in_force - 1;
        const bool is_odd = subject.trace.documents.size() % 2 == 1;
        if (version % 3 != 2 && is_odd != (version % 3 == 0)) return {};
        if (version % 3 == 2 && !says_even(subject)) return {};
        return {{.version = id_of(version), .group = id_of(0)}};
    }

 private:
    static bool says_even(const GroupSubject& subject) {
        CHECK(subject.texts.size() == subject.trace.documents.size());
        for (std::size_t i = 0; i < subject.texts.size(); ++i) {
            // The texts are those of the documents beside them.
            const std::string id = to_hex(subject.trace.documents[i].segment.own().id);
            CHECK(subject.texts[i].find(id) != std::string_view::npos);
            if (subject.texts[i].find(R"("mark":"even")") != std::string_view::npos) return true;
        }
        return false;
    }

    std::vector<Lsn> firsts_;
};

constexpr TimeRange all_time{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

class EditedTwins {
 public:
    explicit EditedTwins(std::uint64_t seed) : random_(seed), fixture_(seed, options()) {}

    void run() {
        fixture_.must_open();
        for (int step = 0; step < 60; ++step) {
            const std::uint64_t what = below(10);
            if (what < 6) append();
            if (what == 6) fixture_.advance(Duration::seconds(31));
            if (what == 7) edit();
            if (what == 8) check();
            if (what == 9 && below(2) == 0) restart();
        }
        check();
        fixture_.settle();
        check();
        restart();
        check();
    }

 private:
    EmbeddedStoreOptions options() const {
        EmbeddedStoreOptions its = small_options();
        its.groups = group_;
        return its;
    }

    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    void append() {
        std::vector<SegmentSpec> specs;
        for (std::uint64_t n = 1 + below(3); n > 0; --n) {
            SegmentSpec spec{.trace = trace_number(below(8)), .id = 1 + below(6)};
            spec.start_ms = static_cast<std::int64_t>(spec.id) * 10;
            spec.mark = below(2) == 0 ? "even" : "odd";
            specs.push_back(spec);
        }
        fixture_.must_append(specs);
        oracle_.append(documents_of(specs), [](const Result<void>&) {});
    }

    void edit() {
        Lsn next;
        REQUIRE(oracle_.between_appends([&](Lsn its) { next = its; }));
        REQUIRE(fixture_.store->between_appends([&](Lsn its) {
            CHECK(its == next);
            group_->edit(its);
        }));
    }

    void restart() {
        fixture_.kill();
        fixture_.must_open();
    }

    void check() {
        std::int64_t counted = 0;
        for (std::size_t version = 0; version < group_->versions(); ++version) {
            CAPTURE(version);
            const GroupId id = EditedGroup::id_of(version);
            const auto graph = fixture_.store->graph(all_time, GraphGrain::whole, id);
            REQUIRE(graph);
            CHECK(without_bounds(*graph) ==
                  without_bounds(*oracle_.graph(all_time, GraphGrain::whole, id)));
            for (const auto& [key, cell] : graph->cells) {
                CHECK(cell.presence > 0);
                counted += key.entry == GraphEntry::node ? cell.roots : 0;
            }
        }
        const auto of_all = fixture_.store->graph(all_time, GraphGrain::whole, {});
        REQUIRE(of_all);
        std::int64_t roots = 0;
        for (const auto& [key, cell] : of_all->cells)
            roots += key.entry == GraphEntry::node ? cell.roots : 0;
        CHECK(counted <= roots);  // no trace counts in two versions
    }

    std::mt19937_64 random_;
    std::shared_ptr<EditedGroup> group_ = std::make_shared<EditedGroup>();
    StoreFixture fixture_;
    MemoryStore oracle_{group_};
};

}  // namespace

TEST_CASE("a group that is edited counts each trace once, by the filter of its last change") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        EditedTwins(seed).run();
    }
}

TEST_CASE(
    "traces that came before a group was made are not in it, nor what is late of them alone") {
    auto group = std::make_shared<EditedGroup>();
    EmbeddedStoreOptions options = small_options();
    options.groups = group;
    StoreFixture fixture(1, options);
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1), .id = 1}});
    fixture.must_append({{.trace = trace_number(2), .id = 1}});
    fixture.settle();
    REQUIRE(fixture.store->between_appends([&](Lsn next) { group->edit(next); }));
    const auto requests = [&] {
        const auto graph = fixture.store->graph(all_time, GraphGrain::whole, EditedGroup::id_of(0));
        REQUIRE(graph);
        std::int64_t total = 0;
        for (const auto& [key, cell] : graph->cells)
            if (key.entry == GraphEntry::node && key.target.type != "client")
                total += cell.statistics.total();
        return total;
    };
    CHECK(requests() == 0);
    // The first leaves the group (two documents) before it was ever counted: no negative numbers.
    fixture.must_append({{.trace = trace_number(1), .id = 2}});
    CHECK(requests() == 0);
    fixture.must_append({{.trace = trace_number(1), .id = 3}});
    CHECK(requests() == 3);
    fixture.settle();
    CHECK(requests() == 3);
}

TEST_CASE("a retransmission after an edit moves the trace to the new filter, or nothing") {
    auto group = std::make_shared<EditedGroup>();
    EmbeddedStoreOptions options = small_options();
    options.groups = group;
    StoreFixture fixture(1, options);
    fixture.must_open();
    MemoryStore oracle(group);
    const SegmentSpec unfinished{.trace = trace_number(1), .id = 1, .in_progress = true};
    const SegmentSpec finished{.trace = trace_number(1), .id = 1};
    const auto count = [&](std::size_t version) {
        const auto graph =
            fixture.store->graph(all_time, GraphGrain::whole, EditedGroup::id_of(version));
        REQUIRE(graph);
        return graph->cells.size();
    };
    const auto edit = [&] {
        REQUIRE(fixture.store->between_appends([&](Lsn next) { group->edit(next); }));
    };
    edit();
    fixture.must_append({finished});
    CHECK(count(0) > 0);
    edit();  // version 1 wants an even number of documents
    edit();
    edit();                             // version 3 is as version 0
    fixture.must_append({unfinished});  // loses against what is there
    CHECK(count(0) == 0);
    CHECK(count(3) > 0);
    fixture.settle();
    CHECK(count(0) == 0);
    CHECK(count(3) > 0);
    // What loses against a part is not written: the trace stays where it is.
    edit();
    edit();
    edit();
    fixture.must_append({unfinished});
    CHECK(count(3) > 0);
    CHECK(count(6) == 0);
    fixture.settle();
    CHECK(count(3) > 0);
    CHECK(count(6) == 0);
}
