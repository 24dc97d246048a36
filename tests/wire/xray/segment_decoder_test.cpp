#include "wire/xray/segment_decoder.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "model/segment.h"
#include "wire/limits.h"
#include "wire/xray/segment_dump.h"

namespace tomograph {
namespace {

std::string document(std::string_view start, std::string_view end, std::string_view more = "") {
    return fmt::format(
        R"({{"id":"70de5b6f19ff9a0a","trace_id":"1-581cf771-a006649127e371903a2de979",)"
        R"("name":"svc","start_time":{},"end_time":{}{}}})",
        start, end, more);
}

Segment decoded(std::string_view json) {
    SegmentDecoder decoder;
    auto result = decoder.decode(json, {});
    REQUIRE(std::holds_alternative<Segment>(result));
    return std::get<Segment>(std::move(result));
}

}  // namespace

TEST_CASE("times are exact to the digit, in every spelling") {
    struct Case {
        std::string_view start;
        std::int64_t ns;
    };
    const Case cases[] = {
        {"0", 0},
        {"-0", 0},
        {"1.478293361271E9", 1'478'293'361'271'000'000},
        {"1478293361.271001", 1'478'293'361'271'001'000},
        {"1478293361.271000001", 1'478'293'361'271'000'001},
        {"\"1478293361.271001\"", 1'478'293'361'271'001'000},
        {"\"1.478293361271E9\"", 1'478'293'361'271'000'000},
        {"1478293361271e-3", 1'478'293'361'271'000'000},
        {"1700000000.0000010967254638671875", 1'700'000'000'000'001'097},
    };
    for (const Case& each : cases) {
        CAPTURE(each.start);
        CHECK(decoded(document(each.start, each.start)).own().start.ns == each.ns);
    }
}

TEST_CASE("an end before the start is moved to the start and marked") {
    const Segment segment = decoded(document("1700000000.5", "1700000000.4"));
    CHECK(segment.own().end == segment.own().start);
    CHECK(segment.own().end_was_clamped);
    CHECK_FALSE(decoded(document("5", "5")).own().end_was_clamped);
}

TEST_CASE("an end in a document that is in progress says nothing") {
    const Segment segment = decoded(document("5", "9", R"(,"in_progress":true)"));
    CHECK(segment.own().in_progress);
    CHECK(segment.own().end == segment.own().start);
    CHECK(decoded(document("5", "\"x\"", R"(,"in_progress":true)")).own().in_progress);
}

TEST_CASE("the window refuses what is too old or from the future") {
    const Instant now = Instant::from_seconds(1'700'000'000);
    const AcceptanceWindow window{.now = now};
    struct Case {
        std::int64_t second;
        std::string_view message;
    };
    const std::int64_t day = 86'400;
    const Case cases[] = {
        {now.second(), ""},
        {now.second() - 30 * day, ""},
        {now.second() - 30 * day - 1, "start_time is more than 30 days in the past"},
        {now.second() + day, ""},
        {now.second() + day + 1, "start_time is more than 24 hours in the future"},
        {-9'000'000'000, "start_time is more than 30 days in the past"},
        {9'000'000'000, "start_time is more than 24 hours in the future"},
    };
    SegmentDecoder decoder;
    for (const Case& each : cases) {
        CAPTURE(each.second);
        const std::string text = std::to_string(each.second);
        const auto result = decoder.decode(document(text, text), window);
        const auto* rejection = std::get_if<Rejection>(&result);
        CHECK((rejection == nullptr) == each.message.empty());
        if (rejection == nullptr) continue;
        CHECK(to_text(rejection->code) == "InvalidStartTime");
        CHECK(rejection->message.ends_with(each.message));
    }
}

TEST_CASE("the header says what the store must know, and decoding again says the same") {
    const std::string json = document(
        "100", "200",
        R"(,"type":"subsegment","parent_id":"00000000000000aa","subsegments":[{"id":"00000000000000bb",)"
        R"("name":"late","start_time":150,"end_time":300},{"id":"00000000000000cc","name":"broken"}])");
    const Segment segment = decoded(json);
    const SegmentHeader header = segment.header();
    CHECK(to_xray_text(header.trace_id) == "1-581cf771-a006649127e371903a2de979");
    CHECK(header.id == SpanId{0x70de5b6f19ff9a0a});
    CHECK_FALSE(header.is_segment);
    CHECK_FALSE(header.in_progress);
    CHECK(header.start == Instant::from_seconds(100));
    CHECK(header.end == Instant::from_seconds(300));
    CHECK(header.span_count == 2);
    CHECK(segment.subsegments_dropped == 1);
    CHECK(decoded(json).header() == header);
}

TEST_CASE("a decoder and its segments do not share memory") {
    SegmentDecoder decoder;
    std::string json =
        document("1", "2", R"(,"user":"a\u0062c","annotations":{"k\u0065y":"v\u0061lue"})");
    auto first = decoder.decode(json, {});
    const std::string before = dump(first);
    json.assign(json.size(), 'x');
    decoder.decode(document("3", "4", R"(,"user":"other","annotations":{"other":"other"})"), {});
    const auto moved = std::move(first);
    CHECK(dump(moved) == before);
    CHECK(before.find("annotation key = \"value\"") != std::string::npos);
}

TEST_CASE("thousands of annotations: of each key the last, in order") {
    std::string annotations;
    for (int i = 0; i < 3'000; ++i) annotations += fmt::format("\"k{}\":{},", i % 1'000, i);
    annotations.pop_back();
    const Segment segment = decoded(document("1", "2", ",\"annotations\":{" + annotations + "}"));
    REQUIRE(segment.own().annotations.size() == 1'000);
    for (std::size_t i = 0; i < 1'000; ++i) {
        const Annotation& annotation = segment.own().annotations[i];
        CHECK(annotation.key == fmt::format("k{}", i));
        CHECK(std::get<double>(annotation.value) == static_cast<double>(2'000 + i));
    }
}

TEST_CASE("a resource name becomes the table of a DynamoDB call only, and only when it is single") {
    struct Case {
        std::string_view name;
        std::string_view aws;
        std::string_view table;
    };
    const Case cases[] = {
        {"DynamoDB", R"({"resource_names":["t"]})", "t"},
        {"AWS.SDK.dynamodb", R"({"resource_names":["t"]})", "t"},
        {"DynamoDB", R"({"resource_names":["t"],"table_name":"own"})", "own"},
        {"DynamoDB", R"({"table_names":["u"],"resource_names":["t"]})", "u"},
        {"DynamoDB", R"({"resource_names":["t","u"]})", ""},
        {"DynamoDB", R"({"resource_names":[]})", ""},
        {"DynamoDB", R"({"resource_names":"t"})", ""},
        {"S3", R"({"resource_names":["t"]})", ""},
    };
    for (const Case& each : cases) {
        CAPTURE(each.aws);
        const auto json =
            document("1", "2", fmt::format(R"(,"name":"{}","aws":{})", each.name, each.aws));
        CHECK(decoded(json).own().aws.table_name == each.table);
    }
}

TEST_CASE("thirty subsegments inside each other are read, forty are not JSON to us") {
    const auto nested = [](int levels) {
        std::string open, close;
        for (int level = 1; level <= levels; ++level) {
            open += fmt::format(
                R"(,"subsegments":[{{"id":"{:016x}","name":"n","start_time":1,"end_time":2)",
                level);
            close += "}]";
        }
        return document("1", "2", open + close);
    };
    const Segment segment = decoded(nested(30));
    REQUIRE(segment.spans.size() == 31);
    CHECK(segment.spans[30].parent_id == SpanId{29});
    CHECK(segment.spans[30].parent_row == 29);
    SegmentDecoder decoder;
    const auto deeper = decoder.decode(nested(40), {});
    CHECK(std::get<Rejection>(deeper).message.ends_with("nested deeper than 64 levels"));
}

TEST_CASE("links say which queue an event came from and when it was sent, by several names") {
    struct Case {
        std::string_view attributes;
        std::string_view queue_url;
        std::int64_t sent_ns;
    };
    const Case cases[] = {
        {R"({})", "", 0},
        {R"([1])", "", 0},
        // As the attributes of an SQS message, which Lambda hands over.
        {R"({"SentTimestamp":"1545082649183","eventSourceARN":"arn:aws:sqs:eu-west-1:123456789012:orders"})",
         "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", 1'545'082'649'183'000'000},
        {R"({"eventSourceARN":"arn:aws-cn:sqs:cn-north-1:1:q"})",
         "https://sqs.cn-north-1.amazonaws.com.cn/1/q", 0},
        {R"({"eventSourceARN":"arn:aws:kinesis:eu-west-1:1:stream/s"})", "", 0},
        {R"({"eventSourceARN":"arn:aws:sqs:eu-west-1"})", "", 0},
        {R"({"eventSourceARN":"arn:aws:sqs:eu-west-1:1:"})", "", 0},
        // As OpenTelemetry says it.
        {R"({"aws.sqs.queue.url":"https://q","messaging.message.enqueue_time":1545082649})",
         "https://q", 1'545'082'649'000'000'000},
        {R"({"messaging.url":"https://q","SentTimestamp":1545082649183000})", "https://q",
         1'545'082'649'183'000'000},
        {R"({"aws.queue.url":"https://q","SentTimestamp":1545082649183000001})", "https://q",
         1'545'082'649'183'000'001},
        {R"({"messaging.destination.name":"orders"})", "orders", 0},
        {R"({"messaging.destination.name":"orders","messaging.url":"https://q"})", "https://q", 0},
        {R"({"messaging.url":"https://q","messaging.destination.name":"orders"})", "https://q", 0},
        {R"({"SentTimestamp":"soon","aws.queue_url":{}})", "", 0},
        {R"({"SentTimestamp":-5})", "", 0},
        {R"({"SentTimestamp":9223372036854775807})", "", 9'223'372'036'854'775'807},
        {R"({"SentTimestamp":99999999999999999999})", "", 0},
    };
    for (const Case& each : cases) {
        CAPTURE(each.attributes);
        const Segment segment = decoded(
            document("5", "6",
                     fmt::format(R"(,"links":[{{"trace_id":"1-581cf771-a006649127e371903a2de970",)"
                                 R"("id":"0000000000000009","attributes":{}}}])",
                                 each.attributes)));
        REQUIRE(segment.own().links.size() == 1);
        CHECK(segment.own().links[0].queue_url == each.queue_url);
        CHECK(segment.own().links[0].sent.ns == each.sent_ns);
    }
}

}  // namespace tomograph
