#include "api/xray/segment_batch.h"

#include <doctest/doctest.h>

#include "api/limits.h"

using namespace tomograph;

TEST_CASE("documents come unescaped and in order, other members are passed by") {
    std::string body =
        R"( {"Other":{"TraceSegmentDocuments":[1]},"TraceSegmentDocuments":["{\"a\":\n\u00e9}","", "[]"],)"
        R"("More":[[]]} )";
    SegmentBatch batch;
    REQUIRE_FALSE(read_segment_batch(body, batch));
    CHECK(batch.documents == std::vector<std::string_view>{"{\"a\":\n\xc3\xa9}", "", "[]"});
}

TEST_CASE("an escape that is no text spoils its own document only") {
    std::string body = R"({"TraceSegmentDocuments":["a","\ud800 \q","b"]})";
    SegmentBatch batch;
    REQUIRE_FALSE(read_segment_batch(body, batch));
    CHECK(batch.documents == std::vector<std::string_view>{"a", "", "b"});
}

TEST_CASE("a body larger than what a thread keeps is read as well") {
    const std::string document(3U << 20, 'x');
    std::string body = R"({"TraceSegmentDocuments":[")" + document + R"("]})";
    SegmentBatch batch;
    REQUIRE_FALSE(read_segment_batch(body, batch));
    REQUIRE(batch.documents.size() == 1);
    CHECK(batch.documents[0] == document);
}

TEST_CASE("a call that is no list of strings is refused") {
    std::string many = R"({"TraceSegmentDocuments":[)";
    for (std::size_t i = 0; i < 1'000'000; ++i) many += "\"\",";
    many += "\"\"]}";
    struct Case {
        std::string body;
        std::string_view type;
        std::string_view message;
    };
    const Case cases[] = {
        {"", "InvalidRequestException", "TraceSegmentDocuments is required"},
        {std::string(20U << 20, ' '), "InvalidRequestException",
         "TraceSegmentDocuments is required"},
        {"{}", "InvalidRequestException", "TraceSegmentDocuments is required"},
        {R"({"TraceSegmentDocuments":null})", "InvalidRequestException",
         "TraceSegmentDocuments is required"},
        {many, "InvalidRequestException", "TraceSegmentDocuments holds more than 500 documents"},
        {R"({"TraceSegmentDocuments":"x"})", "SerializationException",
         "TraceSegmentDocuments must be a list"},
        {R"({"TraceSegmentDocuments":["x",{}]})", "SerializationException",
         "TraceSegmentDocuments[1] must be a string"},
        {"null", "SerializationException", "the body must be a JSON object"},
        {"[]", "SerializationException", "the body must be a JSON object"},
        {"\"x\"", "SerializationException", "the body must be a JSON object"},
        {"{", "SerializationException", "the body is not JSON"},
        {R"({"TraceSegmentDocuments":["x"]} {})", "SerializationException", "the body is not JSON"},
        {R"({"TraceSegmentDocuments":["x")", "SerializationException", "the body is not JSON"},
        {"{\"TraceSegmentDocuments\":[\"\xff\"]}", "SerializationException",
         "the body is not JSON"},
        {"\xef\xbb\xbf{}", "SerializationException", "the body must be a JSON object"},
        {std::string("{\0}\0", 4), "SerializationException", "the body is not JSON"},
        {R"({"TraceSegmentDocuments":)" + std::string(100'000, '['), "SerializationException",
         "the body is not JSON"},
    };
    for (const auto& [body, type, message] : cases) {
        CAPTURE(body.substr(0, 80));
        std::string copy = body;
        SegmentBatch batch;
        const auto refusal = read_segment_batch(copy, batch);
        REQUIRE(refusal);
        CHECK(refusal->type == type);
        CHECK(refusal->message == message);
    }
}
