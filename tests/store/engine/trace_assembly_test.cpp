#include "store/engine/trace_assembly.h"

#include "store/store_fixture.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

using namespace testing;

constexpr std::string_view trace_text = "1-581cf771-a006649127e371903a2de979";

std::string entity(std::string_view id, std::string_view rest) {
    return fmt::format(R"({{"id":"{}","trace_id":"{}",{}}})", id, trace_text, rest);
}

/// One trace with all that rows and graphs look at: calls of every kind, texts with escapes, links,
/// statuses, an orphan, something in progress.
std::vector<std::string> documents_of_all_kinds() {
    return {
        entity("00000000000000a1",
               R"("name":"front \"one\"","start_time":1478293361.25,"end_time":1478293362,
               "origin":"AWS::ECS::Container","aws":{"account_id":"123456789012"},
               "http":{"request":{"method":"GET","url":"http://a/b"},"response":{"status":502}},
               "fault":true,"user":"u","annotations":{"k":1},"metadata":{"default":{"m":[1,2]}},
               "subsegments":[
                 {"id":"00000000000000b1","name":"DynamoDB","namespace":"aws","start_time":1478293361.3,
                  "end_time":1478293361.4,"aws":{"operation":"GetItem","table_name":"orders"}},
                 {"id":"00000000000000b2","name":"SQS","namespace":"aws","start_time":1478293361.4,
                  "end_time":1478293361.5,"aws":{"queue_url":"https://sqs/q","account_id":"9"}},
                 {"id":"00000000000000b3","name":"db@host","namespace":"remote","start_time":1478293361.5,
                  "end_time":1478293361.6,"sql":{"database_type":"MySQL"},
                  "subsegments":[{"id":"00000000000000b4","name":"S3","namespace":"aws",
                   "start_time":1478293361.51,"end_time":1478293361.52,"throttle":true,"error":true,
                   "aws":{"bucket_name":"b"}}]},
                 {"id":"00000000000000b5","name":"back","namespace":"remote","start_time":1478293361.6,
                  "end_time":1478293361.9,"http":{"request":{"traced":true},"response":{"status":404}}},
                 {"id":"00000000000000b6","name":"Lambda","namespace":"aws","start_time":1478293361.7,
                  "end_time":1478293361.8,"aws":{"function_name":"f"}}])"),
        entity("00000000000000c1",
               R"("name":"back","parent_id":"00000000000000b5","start_time":1478293361.65,
               "end_time":1478293361.85,"error":true,"links":[{"trace_id":
               "1-581cf771-a006649127e371903a2de979","id":"00000000000000b2"},
               {"trace_id":"1-581cf771-a006649127e371903a2de979","id":"00000000000000b3","attributes":
               {"aws.queue_url":"https://q","SentTimestamp":"1478293361500"}}])"),
        entity(
            "00000000000000c2",
            R"("name":"call","type":"subsegment","parent_id":"00000000000000c1","namespace":"local",
               "start_time":1478293361.7,"in_progress":true)"),
        entity(
            "00000000000000c3",
            R"("name":"lost","type":"subsegment","parent_id":"00000000000000ff","namespace":"remote",
               "start_time":1478293361.7,"end_time":1478293361.6)"),
    };
}

std::string text_of(const SpanRow& row) {
    return fmt::format("{:x} {:x} {} {} {} {} {} {}", row.id.value, row.parent_id.value,
                       row.start.ns, row.duration.ns, row.flags, row.status, row.service, row.name);
}

TEST_CASE("an outline gives the rows and the graph that the document gives") {
    TraceAssembly of_outlines(AssemblyDepth::outline);
    TraceAssembly of_documents(AssemblyDepth::whole);
    std::vector<DocumentPointer> documents;
    TraceId id;
    for (const std::string& json : documents_of_all_kinds()) {
        auto document = of_documents.document(json);
        REQUIRE_MESSAGE(document, json);
        CHECK_FALSE(document->outline.empty());
        id = document->header.trace_id;
        documents.push_back(std::make_shared<const StoredDocument>(
            StoredDocument{.lsn = {documents.size() + 1}, .document = std::move(*document)}));
    }
    sort_documents(documents);

    const Trace outlined = of_outlines.assemble(id, documents);
    const Trace whole = of_documents.assemble(id, documents);
    CHECK(outlined.documents.front().segment.own().annotations.empty());
    CHECK(whole.documents.front().segment.own().annotations.size() == 1);

    CHECK(graph_of_trace(outlined) == graph_of_trace(whole));
    CHECK(graph_of_trace(whole).cells.size() > 10);
    CHECK(is_complete(outlined) == is_complete(whole));
    const TraceRow row = row_of(outlined, documents, {7});
    const TraceRow expected = row_of(whole, documents, {7});
    CHECK(row.flags == expected.flags);
    CHECK(row.root_service == expected.root_service);
    CHECK(row.end == expected.end);
    const std::vector<SpanRow> rows = span_rows(outlined, documents);
    const std::vector<SpanRow> expected_rows = span_rows(whole, documents);
    REQUIRE(rows.size() == expected_rows.size());
    CHECK(rows.size() == 10);
    for (std::size_t i = 0; i < rows.size(); ++i)
        CHECK(text_of(rows[i]) == text_of(expected_rows[i]));
}

GraphRollup graph_of(StoreFixture& fixture) {
    const TimeRange all{Instant::from_seconds(test_second - 100),
                        Instant::from_seconds(test_second + 1000)};
    auto graph = fixture.store->graph(all, GraphGrain::minute, {});
    REQUIRE(graph);
    return std::move(*graph);
}

TEST_CASE("a store without groups has the graph that one with groups has of all traces") {
    EmbeddedStoreOptions without = small_options();
    without.groups = nullptr;
    StoreFixture grouped(1);
    StoreFixture plain(1, without);
    const auto run = [](StoreFixture& fixture) {
        fixture.must_open();
        fixture.must_append({{.trace = trace_number(1), .id = 1, .status = 500},
                             {.trace = trace_number(1), .id = 2, .parent = 1, .start_ms = 5},
                             {.trace = trace_number(2), .in_progress = true}});
        const GraphRollup open = graph_of(fixture);
        fixture.settle();
        CHECK(graph_of(fixture) == open);
        fixture.must_append({{.trace = trace_number(1), .id = 3, .parent = 2, .start_ms = 9}});
        fixture.settle();
        return graph_of(fixture);
    };
    CHECK(run(plain) == run(grouped));
}

}  // namespace
}  // namespace tomograph
