#include "wire/xray/summary_document.h"

#include <doctest/doctest.h>

#include "wire/xray/segment_decoder.h"

namespace tomograph {
namespace {

std::string summary_of(std::string_view json) {
    SegmentDecoder decoder;
    const auto decoded = decoder.decode(json, {});
    REQUIRE_MESSAGE(std::holds_alternative<Segment>(decoded), json);
    return summary_document(std::get<Segment>(decoded));
}

struct Case {
    std::string_view document;
    std::string_view summary;
};

const Case cases[] = {
    // A segment: what it did goes, where it stands stays.
    {R"({"id":"194fcc8747581230","trace_id":"1-581cf771-a006649127e371903a2de979","name":"shop",
         "start_time":1478293361.271,"end_time":1.478293361449E9,"user":"kim","origin":"AWS::EC2::Instance",
         "annotations":{"color":"red"},"metadata":{"a":{"b":1}},"service":{"version":"1.2"},
         "aws":{"account_id":123456789012,"ec2":{"instance_id":"i-1"}},
         "http":{"request":{"method":"GET","url":"http://shop/x","client_ip":"1.2.3.4"},
                 "response":{"status":200,"content_length":7}}})",
     R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"194fcc8747581230","name":"shop",)"
     R"("start_time":1478293361.271,"end_time":1478293361.449,)"
     R"("http":{"request":{"method":"GET"},"response":{"status":200}},"origin":"AWS::EC2::Instance",)"
     R"("aws":{"account_id":"123456789012"}})"},
    // An independent subsegment, in progress; the other spelling of a trace id; escapes.
    {R"({"trace_id":"581cf771a006649127e371903a2de979","type":"subsegment","parent_id":"00000000000000AA",
         "id":"00000000000000bb","name":"a\u00e9 \"b\"","start_time":"7","in_progress":true,
         "namespace":"local","traced":false})",
     R"({"trace_id":"1-581cf771-a006649127e371903a2de979","parent_id":"00000000000000aa",)"
     R"("type":"subsegment","id":"00000000000000bb","name":"aé b","start_time":7.000,)"
     R"("in_progress":true})"},
    // Subsegments of every kind, in each other; one that breaks a rule goes.
    {R"({"id":"0000000000000001","trace_id":"1-581cf771-a006649127e371903a2de979","name":"n",
         "start_time":1.0000005,"end_time":0.5,"subsegments":[
           {"id":"0000000000000002","name":"DynamoDB","namespace":"aws","start_time":1.000000001,"end_time":2,
            "aws":{"operation":"GetItem","resource_names":["t"],"region":"eu-west-1","request_id":"r"},
            "cause":{"exceptions":[{"id":"1","message":"no"}]}},
           {"id":"bad","name":"dropped","start_time":1,"end_time":2},
           {"id":"0000000000000003","name":"inner","start_time":1,"end_time":2,"subsegments":[
             {"id":"0000000000000004","name":"db","namespace":"remote","start_time":1,"end_time":2,
              "sql":{"sanitized_query":"select 1","database_type":"PostgreSQL"}},
             {"id":"0000000000000005","name":"x","namespace":"remote","start_time":1,"end_time":2,
              "http":{"request":{"traced":true},"response":{"status":"429"}}}]},
           {"id":"0000000000000006","name":"q","start_time":1,"end_time":2,"sql":{}}]})",
     R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"0000000000000001","name":"n",)"
     R"("start_time":1.000000500,"end_time":1.000000500,"subsegments":[)"
     R"({"id":"0000000000000002","name":"DynamoDB","start_time":1.000000001,"end_time":2.000,)"
     R"("namespace":"aws","fault":true,"aws":{"operation":"GetItem","table_name":"t"}},)"
     R"({"id":"0000000000000003","name":"inner","start_time":1.000,"end_time":2.000,"subsegments":[)"
     R"({"id":"0000000000000004","name":"db","start_time":1.000,"end_time":2.000,"namespace":"remote",)"
     R"("sql":{"database_type":"PostgreSQL"}},)"
     R"({"id":"0000000000000005","name":"x","start_time":1.000,"end_time":2.000,"namespace":"remote",)"
     R"("error":true,"throttle":true,"http":{"response":{"status":429}},"traced":true}]},)"
     R"({"id":"0000000000000006","name":"q","start_time":1.000,"end_time":2.000,"sql":{}}]})"},
    // What a document said against its status, and its links.
    {R"({"id":"0000000000000001","trace_id":"1-581cf771-a006649127e371903a2de979","name":"n","start_time":-1.5,
         "end_time":-1.25,"fault":false,"http":{"response":{"status":503}},
         "links":[{"trace_id":"1-581cf771-a006649127e371903a2de970","id":"0000000000000009"},{"id":"x"}]})",
     R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"0000000000000001","name":"n",)"
     R"("start_time":-1.500,"end_time":-1.250,"error":false,"http":{"response":{"status":503}},)"
     R"("links":[{"trace_id":"1-581cf771-a006649127e371903a2de970","id":"0000000000000009"}]})"},
    // The queue of a receiver, and what its links say of the queue and of when it was sent.
    {R"({"id":"0000000000000001","trace_id":"1-581cf771-a006649127e371903a2de979","name":"n","start_time":5,
         "end_time":6,"aws":{"account_id":"1","queue_url":"https://q","operation":"ReceiveMessage"},
         "links":[{"trace_id":"1-581cf771-a006649127e371903a2de970","id":"0000000000000009",
                   "attributes":{"SentTimestamp":"1545082649183","messaging.system":"aws_sqs"}},
                  {"id":"000000000000000a","attributes":{"x":{"aws.queue_url":"no"},"aws.queue_url":"https://r"},
                   "trace_id":"1-581cf771-a006649127e371903a2de970"}]})",
     R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"0000000000000001","name":"n",)"
     R"("start_time":5.000,"end_time":6.000,"aws":{"account_id":"1","queue_url":"https://q"},)"
     R"("links":[{"trace_id":"1-581cf771-a006649127e371903a2de970","id":"0000000000000009",)"
     R"("attributes":{"SentTimestamp":1545082649183000000}},)"
     R"({"trace_id":"1-581cf771-a006649127e371903a2de970","id":"000000000000000a",)"
     R"("attributes":{"aws.queue_url":"https://r"}}]})"},
};

}  // namespace

TEST_CASE("a summary keeps what places a span, and nothing that it said") {
    for (const Case& each : cases) CHECK(summary_of(each.document) == each.summary);
}

TEST_CASE("the summary of a summary is itself") {
    for (const Case& each : cases) CHECK(summary_of(each.summary) == each.summary);
}

}  // namespace tomograph
