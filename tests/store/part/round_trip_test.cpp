#include <doctest/doctest.h>

#include <algorithm>

#include "base/fault_file_system.h"
#include "store/part/fixture.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

using namespace testing;

void check_same(PartReader& part, const std::vector<PartTrace>& traces) {
    REQUIRE(part.facts().traces == traces.size());
    for (std::uint32_t ordinal = 0; ordinal < traces.size(); ++ordinal)
        CHECK(describe(part, ordinal) == describe(traces[ordinal]));
    const auto rows = part.rows();
    REQUIRE(rows);
    REQUIRE(rows->size() == traces.size());
    for (std::size_t i = 0; i < traces.size(); ++i)
        CHECK(describe((*rows)[i]) == describe(traces[i].row));
    CHECK(part.verify());
}

TEST_CASE("a part gives back what was written") {
    struct Shape {
        std::size_t traces;
        std::size_t documents_max;
    };
    // Around the edges of blocks: none, one, a block of rows less one, more than a block of
    // everything.
    for (const Shape shape :
         {Shape{0, 0}, {1, 1}, {1, 0}, {7, 3}, {1023, 1}, {1024, 2}, {2500, 4}}) {
        CAPTURE(shape.traces);
        FaultFileSystem files;
        TraceMaker maker(shape.traces + 1);
        const std::vector<PartTrace> traces = make_traces(maker, shape.traces, shape.documents_max);
        const GraphRollup rollup = make_rollup(maker, shape.traces);
        const PartFacts facts = write_part(files, "/p", traces, rollup);
        const auto part = open_part(files, "/p");
        check_same(*part, traces);
        const auto read = part->rollup();
        REQUIRE(read);
        CHECK(*read == rollup);
        CHECK(part->facts().bytes == facts.bytes);
    }
}

TEST_CASE("a trace of very many documents and spans runs over blocks") {
    FaultFileSystem files;
    TraceMaker maker(5);
    std::vector<PartTrace> traces = {maker.trace({1, 1}, 100, 3), maker.trace({2, 2}, 100, 100'000),
                                     maker.trace({3, 3}, 100, 3)};
    write_part(files, "/p", traces);
    const auto part = open_part(files, "/p");
    CHECK(part->facts().documents == 100'006);
    for (std::uint32_t ordinal = 0; ordinal < 3; ++ordinal) {
        const bool is_same = describe(*part, ordinal) == describe(traces[ordinal]);
        CHECK(is_same);
    }
}

TEST_CASE("the facts bound what is inside") {
    FaultFileSystem files;
    TraceMaker maker(9);
    std::vector<PartTrace> traces = {maker.trace({100ull << 32, 1}, 50, 2),
                                     maker.trace({90ull << 32, 1}, 60, 2)};
    traces[0].row.flags = trace_has_fault;
    traces[1].row.flags = trace_has_older_rows;
    const GraphRollup rollup = make_rollup(maker, 20);
    const PartFacts facts = write_part(files, "/p", traces, rollup);
    const auto part = open_part(files, "/p");
    for (const PartFacts& seen : {facts, part->facts()}) {
        CHECK(seen.format == part_format);
        CHECK(seen.traces == 2);
        CHECK(seen.documents == 4);
        CHECK(seen.spans == traces[0].spans.size() + traces[1].spans.size());
        CHECK(seen.second_min == 50);
        CHECK(seen.second_max == 60);
        CHECK(seen.claimed_second_min == 90);
        CHECK(seen.claimed_second_max == 100);
        CHECK(seen.start_min == std::min(traces[0].row.start, traces[1].row.start));
        CHECK(seen.end_max == std::max(traces[0].row.end, traces[1].row.end));
        CHECK(seen.minute_min == rollup.cells.begin()->first.minute);
        CHECK(seen.minute_max == rollup.cells.rbegin()->first.minute);
        CHECK(seen.lsn_min == Lsn{1});
        CHECK(seen.lsn_max == Lsn{4});
        CHECK(seen.has_fragments);
    }
}

TEST_CASE("ids are found, all rows of one id, and absent ids are not") {
    FaultFileSystem files;
    TraceMaker maker(3);
    std::vector<PartTrace> traces = make_traces(maker, 3000, 0);
    const TraceId twice = traces[10].row.id;
    traces.push_back(maker.trace(twice, traces[10].row.trace_second, 1));
    traces.push_back(maker.trace(twice, traces[2000].row.trace_second, 1));
    sort_traces(traces);
    write_part(files, "/p", traces);
    const auto part = open_part(files, "/p");
    for (std::uint32_t ordinal = 0; ordinal < traces.size(); ++ordinal) {
        const auto found = part->find(traces[ordinal].row.id);
        REQUIRE(found);
        CHECK(std::is_sorted(found->begin(), found->end()));
        CHECK(std::count(found->begin(), found->end(), ordinal) == 1);
        CHECK(found->size() == (traces[ordinal].row.id == twice ? 3 : 1));
    }
    for (int i = 0; i < 1000; ++i) {
        const auto found = part->find(maker.trace_id());
        REQUIRE(found);
        CHECK(found->empty());
    }
}

TEST_CASE("extreme values survive") {
    constexpr std::int64_t min = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();
    FaultFileSystem files;
    TraceMaker maker(1);
    std::vector<PartTrace> traces = {maker.trace({0, 1}, 1, 2), maker.trace({~0ull, ~0ull}, 2, 2)};
    traces[0].row.trace_second = min;
    traces[1].row.trace_second = max;
    traces[0].row.end = {max};
    traces[0].row.segment_end_min = {min};
    traces[1].row.segment_end_max = {min};
    traces[1].spans[0].start = {min};
    traces[1].spans[0].duration = {max};
    traces[1].documents[1].document.header.start = {min};
    traces[1].documents[1].document.header.end = {max};
    traces[1].documents[0].document.bytes = std::string(part_document_bytes_max, '\0');
    traces[1].row.lsn_max = {~0ull};
    write_part(files, "/p", traces);
    check_same(*open_part(files, "/p"), traces);
}

TEST_CASE("a name that is too long for a column is cut between characters") {
    FaultFileSystem files;
    TraceMaker maker(1);
    std::vector<PartTrace> traces = {maker.trace({0, 1}, 1, 1)};
    std::string name = std::string(column_text_bytes_max - 1, 'x') + "ü";
    traces[0].spans[0].name = name;
    traces[0].row.root_service = name;
    write_part(files, "/p", traces);
    const auto part = open_part(files, "/p");
    Arena texts;
    CHECK(part->spans(0, texts)->front().name == std::string(column_text_bytes_max - 1, 'x'));
    CHECK(part->row(0)->root_service == std::string(column_text_bytes_max - 1, 'x'));
}

TEST_CASE("the writer refuses traces out of order, documents beyond the bound and existing files") {
    FaultFileSystem files;
    TraceMaker maker(1);
    auto writer = PartWriter::create(files, "/p");
    REQUIRE(writer);
    REQUIRE((*writer)->add(maker.trace({5, 5}, 10, 1)));
    CHECK((*writer)->add(maker.trace({4, 5}, 10, 1)).error().code() == ErrorCode::internal);
    PartTrace large = maker.trace({6, 5}, 10, 1);
    large.documents[0].document.bytes.assign(part_document_bytes_max + 1, 'x');
    CHECK((*writer)->add(large).error().code() == ErrorCode::limit);
    CHECK_FALSE(PartWriter::create(files, "/p"));
}

TEST_CASE("a row that does not exist is an error") {
    FaultFileSystem files;
    TraceMaker maker(1);
    write_part(files, "/p", {maker.trace({0, 1}, 1, 1)});
    const auto part = open_part(files, "/p");
    CHECK_FALSE(part->row(1));
    CHECK_FALSE(part->documents(~0u));
}

}  // namespace
}  // namespace tomograph
