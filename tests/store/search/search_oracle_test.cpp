#include <array>

#include "store/engine/search/match_source.h"
#include "store/random_spans.h"
#include "store/store_fixture.h"
#include "support/predicate_text.h"
#include "support/random_predicate.h"

namespace tomograph {
namespace {

using namespace testing;

constexpr TimeRange all_time{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

Document document_from(const std::string& json) {
    static thread_local SegmentDecoder decoder;
    auto decoded = decoder.decode(json, std::nullopt);
    auto* segment = std::get_if<Segment>(&decoded);
    REQUIRE_MESSAGE(segment != nullptr, json);
    return {.header = segment->header(), .bytes = json};
}

/// Documents with all that predicates look at, of a few values each, so that much of it meets.
class RandomDocuments {
 public:
    explicit RandomDocuments(std::mt19937_64& random) : random_(random) {
        for (std::uint64_t i = 0; i < 16; ++i)
            ids_.push_back(
                trace_number(i, i % 5 == 4 ? 12'345 : test_second + static_cast<std::int64_t>(i)));
    }

    /// A trace whose rows in a part say all, but for calls in a ring: each span id stands once, and
    /// every span belongs to a segment.
    std::vector<Document> whole_trace(TraceId trace) {
        is_whole_ = true;
        std::vector<Document> documents;
        const std::uint64_t count = 1 + below(5);
        for (std::uint64_t id = 1; id <= count; ++id) {
            std::string json = fmt::format(R"({{"trace_id":"{}",)", to_xray_text(trace));
            const std::uint64_t caller = 1 + below(one_in(4) ? 6 : id);
            if (id > 1 || one_in(8))
                json += fmt::format(R"("parent_id":"{:016x}",)",
                                    one_in(3) ? caller : caller * 10 + below(2) + 100);
            documents.push_back(document_from(json + entity(id, 0) + "}"));
        }
        return documents;
    }

    Document next() {
        const TraceId trace = ids_[below(ids_.size())];
        const std::uint64_t id = 1 + below(6);
        std::string json = fmt::format(R"({{"trace_id":"{}",)", to_xray_text(trace));
        if (id > 1 && (id == 6 || below(4) != 0))
            json += fmt::format(R"("parent_id":"{:016x}",)", 1 + below(9));
        if (id == 6 && json.find("parent_id") != std::string::npos)
            json += R"("type":"subsegment",)";
        return document_from(json + entity(id, 0) + "}");
    }

 private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

    static std::string time(std::uint64_t tenths) {
        return fmt::format("{}.{}", test_second + static_cast<std::int64_t>(tenths / 10),
                           tenths % 10);
    }

    std::string value() {
        constexpr std::array values{"1",     "1.0",       "2",         "-0.5",  "true",
                                    "false", "\"acme\"",  "\"Acme\"",  "\"1\"", "null",
                                    "\"\"",  "[1,\"a\"]", "{\"k\":2}", "1e2",   "\"\\u00fc\""};
        return values[below(values.size())];
    }

    std::string name(int depth) {
        if (is_whole_ && depth > 0 && one_in(2)) return one_in(2) ? "S3" : " SNS ";
        return fmt::format("s{}", below(4));
    }

    /// The members of one entity, without its braces.
    std::string entity(std::uint64_t id, int depth) {
        const std::uint64_t start = below(900);
        std::string json = fmt::format(R"("id":"{:016x}","name":"{}","start_time":{})", id,
                                       name(depth), time(start));
        if (one_in(5))
            json += R"(,"in_progress":true)";
        else
            json += R"(,"end_time":)" + time(start + below(40));
        if (one_in(4)) json += R"(,"fault":true)";
        if (one_in(4)) json += R"(,"error":true)";
        if (one_in(3)) json += fmt::format(R"(,"user":"u{}")", below(3));
        if (one_in(4)) json += fmt::format(R"(,"origin":"AWS::T{}")", below(2));
        if (depth > 0 && one_in(2))
            json += fmt::format(R"(,"namespace":"{}")", one_in(2) ? "aws" : "remote");
        if (is_whole_ && one_in(6)) json += R"(,"traced":true)";
        if (is_whole_ && one_in(6)) json += R"(,"aws":{"bucket_name":"s1","account_id":"1"})";
        if (one_in(6)) json += R"(,"sql":{"database_type":"Postgre"})";
        if (one_in(2))
            json += fmt::format(
                R"(,"http":{{"request":{{"url":"http://h/{}"{}}},"response":{{"status":{}}}}})",
                below(3), start % 2 == 0 ? R"(,"method":"GET")" : "",
                std::array{200, 404, 429, 503}[below(4)]);
        if (one_in(2)) json += fmt::format(R"(,"annotations":{{"a":{},"b":{}}})", value(), value());
        if (one_in(4)) json += fmt::format(R"(,"metadata":{{"m":{{"n":{}}}}})", value());
        if (one_in(6)) json += R"(,"cause":{"exceptions":[{"id":"1","type":"E","message":"m"}]})";
        if (depth < 2 && one_in(2)) json += subsegments(id, depth);
        return json;
    }

    std::string subsegments(std::uint64_t id, int depth) {
        std::string json = R"(,"subsegments":[)";
        const std::uint64_t count = 1 + below(2);
        for (std::uint64_t i = 0; i < count; ++i) {
            // Some have the ids of documents that are sent on their own.
            const bool is_twice = !is_whole_ && one_in(6);
            const std::uint64_t own = is_twice ? 1 + below(6) : id * 10 + i + 100;
            json += fmt::format("{}{{{}}}", i > 0 ? "," : "", entity(own, depth + 1));
        }
        return json + "]";
    }

    std::mt19937_64& random_;
    std::vector<TraceId> ids_;
    bool is_whole_ = false;
};

/// What OTLP spans have, where their documents keep it.
RandomPredicates predicates_of_spans(std::mt19937_64& random) {
    return {random,
            {"annotations\x1ftenant", "annotations\x1fhttp.request.method",
             "annotations\x1fhttp.response.status_code",
             "annotations\x1f"
             "aws.region",
             "user", "http\x1frequest\x1fmethod", "http\x1fresponse\x1fstatus", "namespace",
             "sql\x1furl", "otel\x1fkind", "otel\x1fname",
             "otel\x1fstatus\x1f"
             "code",
             "otel\x1fresource\x1f"
             "attributes\x1fservice.name",
             "otel\x1fscope\x1fname"},
            {"GET", "get", "SERVER", "orders", "404", "503", "", "postgresql", "aws_ecs", "remote",
             "*", "span", "eight888"}};
}

/// Judges rows by the plain store, and leaves every third of them open.
class KnowingSource final : public MatchSource {
 public:
    KnowingSource(MemoryStore& oracle, const Predicate& predicate) {
        const auto page = oracle.find({.range = all_time,
                                       .before = {},
                                       .limit = 100'000,
                                       .predicate = std::make_shared<Predicate>(predicate)});
        for (const StoredTrace& trace : page->traces) matching_.insert(trace.id);
    }

    Result<std::vector<Verdict>> judge(const LivePart& part, std::size_t run) override {
        const TraceRun& rows = part.reader().runs()[run];
        std::vector<Verdict> verdicts;
        for (std::uint32_t row = rows.first; row < rows.first + rows.rows; ++row) {
            const TraceRow there = TRY(part.reader().row(row));
            const bool is_match = matching_.contains(there.id);
            verdicts.push_back(row % 3 == 2 ? Verdict::unknown
                                            : (is_match ? Verdict::yes : Verdict::no));
        }
        return verdicts;
    }

 private:
    std::set<TraceId> matching_;
};

/// Sorted: entries have no order. All but their bytes.
std::vector<std::string> entry_texts(const TraceEntries& entries) {
    std::vector<std::string> texts;
    for (const auto& batch : entries.batches)
        for (const TraceEntry& entry : batch->traces) {
            const EntryPoint& point = batch->points.at(entry.point);
            texts.push_back(fmt::format(
                "{:x} at {}: {} {} {} {}, {} spans{}{}", entry.draw, entry.second, point.service,
                point.type, point.method, batch->urls.at(entry.url), entry.spans,
                entry.error ? ", error" : "", entry.fault ? ", fault" : ""));
        }
    std::sort(texts.begin(), texts.end());
    return texts;
}

/// Two stores that are given the same at random, and must answer the same.
class Searched {
 public:
    /// spans: of OTLP, in place of segments
    struct Spans {};
    Searched(std::uint64_t seed, Spans)
        : random_(seed),
          documents_(random_),
          predicates_(predicates_of_spans(random_)),
          fixture_(seed, options(false)),
          spans_(std::in_place, seed, traces(), 100) {
        fixture_.must_open();
    }

    Searched(std::uint64_t seed, bool has_columns)
        : random_(seed),
          documents_(random_),
          predicates_(random_),
          fixture_(seed, options(has_columns)) {
        fixture_.must_open();
    }

    void run() {
        for (int round = 0; round < 20; ++round) {
            const std::vector<Document> batch = spans_ ? spans_->next() : next();
            REQUIRE(fixture_.append(batch));
            oracle_.append(batch, [](const Result<void>&) {});
            if (below(3) == 0)
                fixture_.advance(Duration::seconds(static_cast<std::int64_t>(below(40))));
            if (below(12) == 0) {
                fixture_.store.reset();
                fixture_.must_open();
            }
            if (round % 4 == 3) check_some();
        }
        fixture_.settle();
        check_some();
    }

    void run_whole() {
        for (std::uint64_t i = 0; i < 40; ++i) {
            const TraceId id = trace_number(i, test_second + static_cast<std::int64_t>(i));
            const std::vector<Document> batch = documents_.whole_trace(id);
            REQUIRE(fixture_.append(batch));
            oracle_.append(batch, [](const Result<void>&) {});
        }
        fixture_.settle();
        // Where columns tell that nothing follows a full page, it is the last one earlier.
        page_limit_ = 1000;
        for (int i = 0; i < 10; ++i) check_some();
    }

    /// Traces that predicates found, all together.
    std::size_t matched() const { return matched_; }

 private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    static std::vector<TraceId> traces() {
        std::vector<TraceId> ids;
        for (std::uint64_t i = 0; i < 16; ++i)
            ids.push_back(trace_number(i, i % 5 == 4 ? 12'345 : test_second));
        return ids;
    }

    std::vector<Document> next() {
        std::vector<Document> batch;
        for (std::uint64_t n = 1 + below(8); n > 0; --n) batch.push_back(documents_.next());
        return batch;
    }

    EmbeddedStoreOptions options(bool has_columns) {
        EmbeddedStoreOptions options = small_options();
        if (has_columns)
            options.match_source = [this](const Predicate& predicate) {
                return std::make_shared<KnowingSource>(oracle_, predicate);
            };
        return options;
    }

    TraceSelection selection() {
        TraceSelection traces{.range = all_time};
        if (below(3) == 0) {
            const auto from = static_cast<std::int64_t>(below(100));
            traces.range = {Instant::from_seconds(test_second + from),
                            Instant::from_seconds(test_second + from + 1 +
                                                  static_cast<std::int64_t>(below(60)))};
        }
        traces.type = static_cast<TimeRangeType>(below(3));
        if (below(5) != 0) traces.predicate = std::make_shared<Predicate>(predicates_.next());
        return traces;
    }

    void check_some() {
        for (int i = 0; i < 6; ++i) {
            const TraceSelection traces = selection();
            CAPTURE((traces.predicate ? to_text(*traces.predicate) : "everything"));
            check_pages(traces);
            check_attributes(traces);
            check_groups(traces);
            check_graph(traces);
            check_entries(traces);
        }
    }

    void check_pages(const TraceSelection& traces) {
        TraceQuery query{.range = traces.range,
                         .type = traces.type,
                         .before = {},
                         .limit = page_limit_.value_or(1 + below(6)),
                         .sample = below(4) == 0 ? 0.5 : 1.0,
                         .predicate = traces.predicate};
        while (true) {
            const auto found = fixture_.store->find(query);
            const auto expected = oracle_.find(query);
            REQUIRE(found);
            REQUIRE(expected);
            CHECK(texts_of(found->traces) == texts_of(expected->traces));
            if (traces.predicate) matched_ += found->traces.size();
            if (!found->next && expected->next) {
                // Columns told that nothing else matches; the oracle learns it with its next page.
                query.before = expected->next;
                const auto rest = oracle_.find(query);
                CHECK(rest->traces.empty());
                CHECK_FALSE(rest->next.has_value());
                CHECK(found->processed == expected->processed + rest->processed);
                CHECK(found->oldest == rest->oldest);
                return;
            }
            CHECK(found->processed == expected->processed);
            CHECK(found->oldest == expected->oldest);
            CHECK(found->next == expected->next);
            CHECK(found->stop == SearchStop::none);
            if (!found->next || !expected->next) return;
            query.before = found->next;
        }
    }

    void check_attributes(const TraceSelection& traces) {
        const auto names = fixture_.store->attribute_names(traces);
        const auto expected = oracle_.attribute_names(traces, 10'000);
        REQUIRE(names);
        CHECK(names->names == expected->names);
        CHECK(names->coverage == expected->coverage);
        if (expected->names.empty()) return;
        const AttributeValuesQuery query{
            .traces = traces,
            .path = expected->names[below(expected->names.size())].path,
            .limit = 1 + below(5)};
        const auto values = fixture_.store->attribute_values(query);
        const auto expected_values = oracle_.attribute_values(query);
        REQUIRE(values);
        CHECK(values->values == expected_values->values);
        CHECK(values->distinct == expected_values->distinct);
        CHECK(values->count == expected_values->count);
        CHECK(values->coverage == expected_values->coverage);
    }

    void check_groups(const TraceSelection& traces) {
        GroupQuery query{.traces = traces, .unit = static_cast<GroupUnit>(below(2))};
        query.limit = 1 + below(8);
        if (below(2) == 0) query.spans = std::make_shared<Predicate>(predicates_.next_of_span());
        query.by = predicates_.subject(Scope::span);
        if (query.limit > 5) query.step = Duration::seconds(static_cast<std::int64_t>(query.limit));
        const auto groups = fixture_.store->group(query);
        const auto expected = oracle_.group(query);
        REQUIRE(groups);
        CHECK(groups->groups == expected->groups);
        CHECK(groups->distinct == expected->distinct);
        CHECK(groups->coverage == expected->coverage);
    }

    void check_graph(const TraceSelection& traces) {
        const auto grain = below(2) == 0 ? GraphGrain::minute : GraphGrain::whole;
        const auto graph = fixture_.store->filtered_graph(traces, grain);
        const auto expected = oracle_.filtered_graph(traces, grain);
        REQUIRE(graph);
        CHECK(graph->graph == expected->graph);
        CHECK(graph->coverage == expected->coverage);
    }

    void check_entries(const TraceSelection& traces) {
        const auto entries = fixture_.store->entries(traces);
        const auto expected = oracle_.entries(traces);
        REQUIRE(entries);
        REQUIRE(expected);
        CHECK(entry_texts(*entries) == entry_texts(*expected));
        CHECK(entries->coverage == expected->coverage);
    }

    std::mt19937_64 random_;
    RandomDocuments documents_;
    RandomPredicates predicates_;
    MemoryStore oracle_;
    StoreFixture fixture_;
    std::optional<RandomSpans> spans_;
    std::size_t matched_ = 0;
    std::optional<std::size_t> page_limit_;  ///< else a few, by chance
};

TEST_CASE("random predicates over random traces find what a plain store finds") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        Searched(seed, false).run();
    }
}

TEST_CASE("random predicates over spans of OTLP find what a plain store finds") {
    for (std::uint64_t seed = 301; seed <= 310; ++seed) {
        CAPTURE(seed);
        Searched searched(seed, Searched::Spans{});
        searched.run();
        CHECK(searched.matched() > 20);
    }
}

TEST_CASE("random predicates over traces whose rows say all find what a plain store finds") {
    for (std::uint64_t seed = 201; seed <= 206; ++seed) {
        CAPTURE(seed);
        Searched(seed, false).run_whole();
    }
}

TEST_CASE("what columns tell of rows is used, and what they leave open is read") {
    for (std::uint64_t seed = 101; seed <= 112; ++seed) {
        CAPTURE(seed);
        Searched(seed, true).run();
    }
}

TEST_CASE("the graph of every trace is the graph") {
    StoreFixture fixture;
    fixture.must_open();
    for (std::uint64_t i = 0; i < 20; ++i) {
        fixture.must_append({{.trace = trace_number(i % 12),
                              .id = 1 + i / 12,
                              .start_ms = static_cast<std::int64_t>(i) * 20'000,
                              .end_ms = static_cast<std::int64_t>(i) * 20'000 + 500}});
        if (i % 5 == 4) fixture.settle();
    }
    for (const auto grain : {GraphGrain::minute, GraphGrain::whole}) {
        const auto filtered = fixture.store->filtered_graph({.range = all_time}, grain);
        REQUIRE(filtered);
        CHECK(without_bounds(filtered->graph) ==
              without_bounds(*fixture.store->graph(all_time, grain)));
    }
}

TEST_CASE("entries come from columns where these tell all, and from documents where they do not") {
    std::mt19937_64 random(7);
    RandomDocuments documents(random);
    StoreFixture fixture;
    fixture.must_open();
    constexpr std::uint64_t traces = 40;
    const auto add = [&](std::uint64_t first) {
        for (std::uint64_t i = first; i < first + traces; ++i)
            REQUIRE(fixture.append(documents.whole_trace(
                trace_number(i, test_second + static_cast<std::int64_t>(i)))));
    };
    add(0);
    const auto open = fixture.store->entries({.range = all_time});
    REQUIRE(open);
    CHECK(open->traces() == traces);
    CHECK(open->read == traces);
    fixture.settle();
    const auto sealed = fixture.store->entries({.range = all_time});
    REQUIRE(sealed);
    CHECK(entry_texts(*sealed) == entry_texts(*open));
    CHECK(sealed->read <= traces / 4);  // calls in a ring
    const auto little =
        fixture.store->entries({.range = all_time, .budget = {.memory_bytes = 1, .time = {}}});
    REQUIRE(little);
    CHECK(little->coverage.stop == SearchStop::memory);
    add(traces);
    CHECK(fixture.store->entries({.range = all_time})->read == sealed->read + traces);
}

TEST_CASE("an entry says of its segment what the document does, whatever its values are") {
    StoreFixture fixture;
    fixture.must_open();
    const std::string cut(1'023, 'n');
    const std::array<std::string, 8> members = {
        R"("name":"api","http":{"request":{"url":"http://h/1","method":"GET"}})",
        R"("name":"api","http":{"request":{"url":"http://h/1","method":"POST"}},"origin":"A")",
        R"("name":"api","http":{"request":{"url":"http://h/2?q","method":"GET"}})",
        R"("name":"api","http":{"request":{"url":7,"method":"GET"}})",
        R"("name":"api","http":{"request":{"url":true,"method":null}},"origin":1.5)",
        R"("name":"api","http":{"request":{"url":null}},"origin":"")",
        R"("name":"api","http":{"request":{"url":{"a":"http://h/1"}}})",
        R"("name":"\u00fc)" + cut + R"(","http":{"request":{"url":"http://h/\u00fc"}})"};
    for (std::uint64_t i = 0; i < 200; ++i) {
        const std::string id = to_xray_text(trace_number(i, test_second));
        const std::string times =
            fmt::format(R"("start_time":{0},"end_time":{0})", test_second + 1);
        const std::vector<Document> documents = {
            document_from(fmt::format(R"({{"trace_id":"{}","id":"{:016x}",{},{}}})", id, 1, times,
                                      members[i % members.size()])),
            document_from(fmt::format(
                R"({{"trace_id":"{}","id":"{:016x}","parent_id":"{:016x}","name":"below",{},)"
                R"("http":{{"request":{{"url":"http://h/other","method":"PUT"}}}}}})",
                id, 2, 1, times))};
        REQUIRE(fixture.append(documents));
    }
    const auto open = fixture.store->entries({.range = all_time});
    REQUIRE(open);
    CHECK(open->read == 200);
    fixture.settle();
    const auto sealed = fixture.store->entries({.range = all_time});
    REQUIRE(sealed);
    CHECK(sealed->read < 130);  // three of eight have texts alone
    CHECK(entry_texts(*sealed) == entry_texts(*open));
}

}  // namespace
}  // namespace tomograph
