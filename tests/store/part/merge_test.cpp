#include "store/part/merge.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "base/fault_file_system.h"
#include "store/part/fixture.h"

namespace tomograph {
namespace {

using namespace testing;

struct Versioned {
    StoredDocument document;
    std::vector<SpanRow> spans;
};

// The rule written down once more, as simply as possible.
PartTrace naive_join(std::vector<PartTrace> rows) {
    sort_traces(rows);
    std::map<std::pair<std::int64_t, std::uint64_t>, Versioned> sorted;
    std::map<SpanId, Versioned> winners;
    for (const PartTrace& row : rows) {
        auto span = row.spans.begin();
        for (const StoredDocument& stored : row.documents) {
            const auto end = span + stored.document.header.span_count;
            Versioned& winner = winners[stored.document.header.id];
            if (winner.document.lsn.value == 0 || replaces(stored, winner.document))
                winner = {stored, std::vector<SpanRow>(span, end)};
            span = end;
        }
    }
    for (const auto& [id, winner] : winners)
        sorted[{winner.document.document.header.start.ns, id.value}] = winner;
    PartTrace joined{.row = rows.back().row, .documents = {}, .spans = {}};
    joined.row.flags =
        static_cast<std::uint16_t>((joined.row.flags & ~1) | (rows.front().row.flags & 1));
    if (rows.size() == 1) return rows.front();
    joined.row.flags |= trace_is_irregular;
    for (const auto& [key, winner] : sorted) {
        joined.documents.push_back(winner.document);
        joined.spans.insert(joined.spans.end(), winner.spans.begin(), winner.spans.end());
    }
    return joined;
}

std::vector<PartTrace> naive_union(const std::vector<std::vector<PartTrace>>& parts) {
    std::map<std::pair<std::int64_t, TraceId>, std::vector<PartTrace>> by_key;
    for (const auto& part : parts)
        for (const PartTrace& trace : part)
            by_key[{trace.row.trace_second, trace.row.id}].push_back(trace);
    std::vector<PartTrace> all;
    for (auto& [key, rows] : by_key) all.push_back(naive_join(std::move(rows)));
    return all;
}

// Few ids, few seconds and few span ids, so that everything meets everything.
std::vector<PartTrace> colliding_traces(TraceMaker& maker) {
    std::vector<PartTrace> traces;
    for (std::uint64_t i = maker.number(12); i > 0; --i) {
        PartTrace trace =
            maker.trace({1, 1 + maker.number(6)}, static_cast<std::int64_t>(maker.number(3)), 0);
        for (std::uint64_t n = maker.number(5); n > 0; --n) {
            const SpanId id{1 + maker.number(8)};
            const bool is_there =
                std::any_of(trace.documents.begin(), trace.documents.end(),
                            [&](const auto& stored) { return stored.document.header.id == id; });
            if (!is_there) maker.add_document(trace, id);
        }
        if (!trace.documents.empty()) trace.row.lsn_max = trace.documents.back().lsn;
        trace.row.span_count = static_cast<std::uint32_t>(trace.spans.size());
        traces.push_back(std::move(trace));
    }
    sort_traces(traces);
    return traces;
}

std::string path_of(std::size_t part) { return "/in" + std::to_string(part); }

TEST_CASE("random merges equal the naive union") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        FaultFileSystem files;
        TraceMaker maker(seed);
        std::vector<std::vector<PartTrace>> parts(1 + maker.number(5));
        std::vector<std::unique_ptr<PartReader>> readers;
        std::vector<PartReader*> inputs;
        GraphRollup sum;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            parts[i] =
                seed % 3 == 0 ? make_traces(maker, maker.number(1500), 2) : colliding_traces(maker);
            const GraphRollup rollup = make_rollup(maker, 30);
            sum.add(rollup);
            write_part(files, path_of(i), parts[i], rollup);
            readers.push_back(open_part(files, path_of(i)));
        }
        for (const auto& reader : readers) inputs.insert(inputs.begin(), reader.get());

        const std::vector<PartTrace> expected = naive_union(parts);
        const auto facts = merge_parts(files, inputs, "/out");
        REQUIRE(facts);
        CHECK(facts->traces == expected.size());
        const auto merged = open_part(files, "/out");
        for (std::uint32_t ordinal = 0; ordinal < expected.size(); ++ordinal) {
            const std::string got = describe(*merged, ordinal);
            const std::string want = describe(expected[ordinal]);
            CHECK(got == want);
        }
        const auto rollup = merged->rollup();
        REQUIRE(rollup);
        CHECK(*rollup == sum);
        CHECK(merged->verify());
    }
}

TEST_CASE("a merge of fragments forgets older rows when the oldest had none elsewhere") {
    struct Case {
        std::uint16_t oldest;
        std::uint16_t newest;
        std::uint16_t expected;
    };
    for (const Case& c :
         {Case{0, trace_has_older_rows, 0}, Case{trace_has_older_rows, 0, trace_has_older_rows},
          Case{trace_has_fault, trace_has_error | trace_has_older_rows, trace_has_error},
          Case{trace_is_summary, trace_has_fault, trace_has_fault | trace_is_summary}}) {
        FaultFileSystem files;
        TraceMaker maker(1);
        PartTrace oldest = maker.trace({1, 1}, 7, 1);
        PartTrace newest = maker.trace({1, 1}, 7, 1);
        oldest.row.flags = c.oldest;
        newest.row.flags = c.newest;
        write_part(files, "/a", {oldest});
        write_part(files, "/b", {newest});
        const auto a = open_part(files, "/a");
        const auto b = open_part(files, "/b");
        PartReader* const inputs[] = {b.get(), a.get()};
        const auto facts = merge_parts(files, inputs, "/out");
        REQUIRE(facts);
        const auto merged = open_part(files, "/out");
        REQUIRE(merged->facts().traces == 1);
        CHECK(merged->row(0)->flags == (c.expected | trace_is_irregular));
        CHECK(merged->row(0)->lsn_max == newest.row.lsn_max);
        CHECK(merged->documents(0)->size() == 2);
        CHECK(facts->has_fragments == ((c.expected & trace_has_older_rows) != 0));
    }
}

TEST_CASE("a merge is a summary when all that it joins are, and a summary has the sums it had") {
    for (const bool all_are : {false, true}) {
        FaultFileSystem files;
        TraceMaker maker(1);
        const GraphRollup rollup = make_rollup(maker, 30);
        write_part(files, "/a", {maker.trace({1, 1}, 7, 2)}, rollup);
        write_part(files, "/b", {maker.trace({1, 2}, 7, 2)}, {});
        write_part(files, "/sums", {}, rollup);
        std::vector<std::unique_ptr<PartReader>> readers;
        readers.push_back(open_part(files, "/sums"));
        for (const std::string path : {"/a", "/b"}) {
            readers.push_back(open_part(files, path));
            if (path == "/b" && !all_are) continue;
            PartReader* const whole = readers.back().get();
            MergeOptions options;
            options.summarise = [](PartTrace& trace) -> Result<void> {
                trace.row.flags |= trace_is_summary;
                return {};
            };
            REQUIRE(merge_parts(files, std::span(&whole, 1), path + "-summary", options));
            const auto before = whole->rollup();
            readers.back() = open_part(files, path + "-summary");
            CHECK(readers.back()->facts().is_summary);
            CHECK(*readers.back()->rollup() == *before);
            CHECK((readers.back()->row(0)->flags & trace_is_summary) != 0);
        }
        std::vector<PartReader*> inputs;
        for (const auto& reader : readers) inputs.push_back(reader.get());
        const auto facts = merge_parts(files, inputs, "/out");
        REQUIRE(facts);
        CHECK(facts->is_summary == all_are);
        CHECK(open_part(files, "/out")->facts().is_summary == all_are);
    }
}

TEST_CASE("a merge fails whatever call fails, and never ends with a wrong part") {
    TraceMaker maker(4);
    const std::vector<PartTrace> traces = make_traces(maker, 20, 2);
    for (std::uint64_t n = 1;; ++n) {
        FaultFileSystem files;
        write_part(files, "/a", traces);
        const auto a = open_part(files, "/a");
        PartReader* const inputs[] = {a.get()};
        const std::uint64_t before = files.calls();
        files.fail_call(n);
        const auto facts = merge_parts(files, inputs, "/out");
        if (files.calls() - before < n) {
            CHECK(facts);
            break;
        }
        CHECK_FALSE(facts);
        REQUIRE(n < 1000);
    }
}

TEST_CASE("no parts merge to an empty part") {
    FaultFileSystem files;
    const auto facts = merge_parts(files, {}, "/out");
    REQUIRE(facts);
    CHECK(facts->traces == 0);
    CHECK(open_part(files, "/out")->rows()->empty());
}

}  // namespace
}  // namespace tomograph
