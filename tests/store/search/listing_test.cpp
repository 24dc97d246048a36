#include <cstdlib>
#include <map>
#include <set>

#include "store/engine/trace_places.h"
#include "store/search/find_all.h"

namespace tomograph {
namespace {

using namespace testing;

// Pages of one listing while data arrives: what was there when it began comes once, whatever comes
// late, is sealed or merged in between.

/// Ids of three kinds: the second that they claim is that of the trace, none at all, or believable
/// for some of the starts only.
TraceId id_of_kind(std::uint64_t n) {
    constexpr std::int64_t claims[] = {test_second, 12'345, test_second + 400};
    return trace_number(n, claims[n % 3]);
}

/// A store and a plain one beside it, fed the same at random.
class Listings {
 public:
    explicit Listings(std::uint64_t seed) : random_(seed), fixture_(seed) {
        fixture_.must_open();
        for (std::uint64_t n = 0; n < 30; ++n) ids_.push_back(id_of_kind(n));
    }

    void run() {
        for (int i = 0; i < 30; ++i) happen();
        for (int i = 0; i < 6; ++i) list();
    }

 private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    /// Something comes, or time goes by.
    void happen() {
        switch (below(8)) {
            case 0:
                return fixture_.advance(
                    Duration::seconds(1 + static_cast<std::int64_t>(below(31))));
            case 1:
                return fixture_.settle();
            case 2:
                if (below(4) == 0) ids_.push_back(id_of_kind(ids_.size()));
                return;
            default:
                break;
        }
        std::vector<SegmentSpec> specs;
        for (std::uint64_t i = 1 + below(4); i > 0; --i) {
            SegmentSpec& spec = specs.emplace_back();
            spec.trace = ids_[below(ids_.size())];
            spec.id = 1 + below(5);
            spec.parent = below(3) == 0 ? 1 + below(5) : 0;
            spec.start_ms = static_cast<std::int64_t>(below(200'000));
            spec.end_ms = spec.start_ms + static_cast<std::int64_t>(below(30'000));
            spec.in_progress = below(5) == 0;
            spec.status = below(4) == 0 ? 500 : 200;
            spec.name = fmt::format("s{}", below(3));
        }
        const auto documents = documents_of(specs);
        REQUIRE(fixture_.append(documents));
        oracle_.append(documents, [](const Result<void>&) {});
    }

    TraceQuery question() {
        TraceQuery query{.range = all_time, .before = {}};
        query.type = static_cast<TimeRangeType>(below(3));
        if (below(2) == 0) {
            const auto from = static_cast<std::int64_t>(below(150));
            query.range = {Instant::from_seconds(test_second + from),
                           Instant::from_seconds(test_second + from + 1 +
                                                 static_cast<std::int64_t>(below(100)))};
        }
        if (below(2) == 0) {
            const TextTest name{.how = TextTest::How::equal, .text = "s1"};
            query.predicate = std::make_shared<Predicate>(
                some(Scope::span, condition({.field = Field::name, .path = {}}, name)));
        }
        return query;
    }

    /// The traces that a listing that began there has now.
    std::set<TraceId> all_of(TraceQuery query) {
        query.before.reset();
        query.limit = 1000;
        const auto page = oracle_.find(query);
        REQUIRE(page);
        std::set<TraceId> ids;
        for (const StoredTrace& trace : page->traces) ids.insert(trace.id);
        return ids;
    }

    void list() {
        TraceQuery query = question();
        std::set<TraceId> steady = all_of(query);  // there when it began, and all the time
        std::map<TraceId, int> given;
        while (true) {
            query.limit = 1 + below(5);
            const auto page = fixture_.store->find(query);
            REQUIRE(page);
            CHECK(page->traces.size() <= query.limit);
            if (query.as_of) CHECK(page->as_of == *query.as_of);
            query.as_of = page->as_of;
            const auto expected = oracle_.find(query);
            REQUIRE(expected);
            CHECK(texts_of(page->traces) == texts_of(expected->traces));
            for (const StoredTrace& trace : page->traces) ++given[trace.id];
            if (!page->next) break;
            query.before = page->next;
            for (std::uint64_t i = below(4); i > 0; --i) {
                happen();
                const std::set<TraceId> now = all_of(query);
                std::erase_if(steady, [&](TraceId id) { return !now.contains(id); });
            }
        }
        for (const auto& [id, times] : given) CHECK_MESSAGE(times == 1, to_hex(id));
        for (const TraceId id : steady) CHECK_MESSAGE(given.contains(id), to_hex(id));
    }

    std::mt19937_64 random_;
    StoreFixture fixture_;
    MemoryStore oracle_;
    std::vector<TraceId> ids_;
};

/// TOMOGRAPH_LISTINGS=20000 for more of them by hand.
std::uint64_t listings() {
    const char* count = std::getenv("TOMOGRAPH_LISTINGS");
    return count != nullptr ? std::strtoull(count, nullptr, 10) : 120;
}

TEST_CASE("pages of one listing neither lose nor repeat a trace while data arrives") {
    for (std::uint64_t seed = 1; seed <= listings(); ++seed) {
        CAPTURE(seed);
        Listings(seed).run();
    }
}

std::vector<DocumentPointer> documents(
    const std::vector<std::pair<std::uint64_t, SegmentSpec>>& all) {
    std::vector<DocumentPointer> pointers;
    for (const auto& [lsn, spec] : all)
        pointers.push_back(std::make_shared<const StoredDocument>(
            StoredDocument{.lsn = {lsn}, .document = document_of(spec)}));
    return pointers;
}

TEST_CASE("a trace stands where its earliest start is, as far as it had come") {
    const TraceId id = trace_number(1, 12'345);
    const auto steps = place_steps(id, {},
                                   documents({{7, {.trace = id, .id = 2, .start_ms = 5000}},
                                              {5, {.trace = id, .id = 1, .start_ms = 9000}},
                                              {9, {.trace = id, .id = 3, .start_ms = 7000}},
                                              {12, {.trace = id, .id = 4, .start_ms = 1000}}}),
                                   {});
    CHECK(steps == std::vector<PlaceStep>{
                       {{5}, test_second + 9}, {{7}, test_second + 5}, {{12}, test_second + 1}});
    CHECK(place_at(steps, {3}) == test_second + 9);  // later than the listing: its first place
    CHECK(place_at(steps, {6}) == test_second + 9);
    CHECK(place_at(steps, {11}) == test_second + 5);
    CHECK(place_at(steps, {20}) == test_second + 1);
}

TEST_CASE("an id that is believed keeps its trace in its place") {
    const TraceId id = trace_number(1, test_second);
    CHECK(place_steps(id, {},
                      documents({{7, {.trace = id, .id = 2, .start_ms = 5000}},
                                 {9, {.trace = id, .id = 3, .start_ms = 1000}}}),
                      {}) == std::vector<PlaceStep>{{{7}, test_second}});
}

TEST_CASE("a start that was taken back counts until then") {
    const TraceId id = trace_number(1, 12'345);
    const OutdatedStart outdated[] = {{.lsn = {2},
                                       .span = {1},
                                       .start = Instant::from_seconds(test_second + 3),
                                       .in_progress = true}};
    const auto steps =
        place_steps(id, {}, documents({{4, {.trace = id, .id = 1, .start_ms = 8000}}}), outdated);
    CHECK(steps == std::vector<PlaceStep>{{{2}, test_second + 3}, {{4}, test_second + 8}});
}

TEST_CASE("traces that moved are forgotten when no listing can ask for them") {
    MetricsRegistry registry;
    StoreMetrics metrics(registry);
    OpenTraces open(metrics, {});
    TracePlaces places(open, metrics);
    const TraceId id = trace_number(1, 12'345);
    CHECK_FALSE(places.is_asked_of({1}, {}));
    CHECK(places.begin_listing({}) == Lsn{});
    CHECK(places.is_asked_of({1}, {}));
    places.note(id, {{{1}, 50}, {{2}, 40}});
    CHECK(places.steps_of(id).size() == 2);
    const Duration later = Duration::minutes(59);
    places.go_on({}, later);
    CHECK(places.is_asked_of({1}, Duration::minutes(118)));
    CHECK_FALSE(places.is_asked_of({1}, Duration::minutes(120)));
    (void)places.begin_listing(Duration::minutes(120));
    CHECK(places.steps_of(id).empty());
}

}  // namespace
}  // namespace tomograph
