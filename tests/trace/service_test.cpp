#include <doctest/doctest.h>

#include "trace/aws_service_name.h"
#include "trace/trace.h"

using namespace tomograph;

TEST_CASE("AWS services have one spelling") {
    struct Case {
        std::string_view sent, shown;
    };
    const Case cases[] = {
        {"DynamoDB", "DynamoDB"},
        {"AmazonDynamoDBv2", "DynamoDB"},
        {"dynamodb", "DynamoDB"},
        {"AWS::DynamoDB", "DynamoDB"},
        {"AWS.SDK.DynamoDB", "DynamoDB"},
        {"DynamoDb", "DynamoDB"},
        {"Amazon S3", "S3"},
        {"s3", "S3"},
        {"AWSLambda", "Lambda"},
        {"AmazonSQS", "SQS"},
        {"AmazonSNS", "SNS"},
        {"Comprehend", "Comprehend"},
        {"AWS", "AWS"},
        {"Amazon", "Amazon"},
        {"v2", "v2"},
        {"", ""},
        {"AWS IoT Data", "IoT Data"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.sent);
        CHECK(aws_service_name(c.sent) == c.shown);
    }
}

TEST_CASE("a call is named after the resource where the graph shows resources") {
    const auto call = [](SpanNamespace name_space, std::string_view name, SpanAws aws = {}) {
        Span span;
        span.name_space = name_space;
        span.name = name;
        span.aws = aws;
        return span;
    };
    const auto with_sql = [](Span span) {
        span.has_sql = true;
        return span;
    };
    const auto aws = SpanNamespace::aws;
    SpanAws table, queue, topic, bucket, function;
    table.table_name = "orders";
    queue.queue_url = "https://sqs/1/q";
    topic.topic_arn = "arn:aws:sns:::t";
    bucket.bucket_name = "pictures";
    function.function_name = "resize";
    function.account_id = "123";
    struct Case {
        Span span;
        ServiceKey service;
    };
    const Case cases[] = {
        {call(aws, "DynamoDB", table), {"orders", "AWS::DynamoDB::Table", ""}},
        {call(aws, "AmazonDynamoDBv2"), {"DynamoDB", "AWS::DynamoDB", ""}},
        {call(aws, "SQS", queue), {"https://sqs/1/q", "AWS::SQS::Queue", ""}},
        {call(aws, "sqs"), {"SQS", "AWS::SQS", ""}},
        {call(aws, "SNS", topic), {"SNS", "AWS::SNS", ""}},
        {call(aws, "S3", bucket), {"pictures", "AWS::S3::Bucket", ""}},
        {call(aws, "S3"), {"S3", "AWS::S3", ""}},
        {call(aws, "Lambda", function), {"resize", "AWS::Lambda", "123"}},
        {call(aws, "IoT Data"), {"IoT Data", "AWS::IoTData", ""}},
        {call(SpanNamespace::remote, "api.example.com"), {"api.example.com", "remote", ""}},
        {with_sql(call(SpanNamespace::remote, "shop@db")), {"shop@db", "Database::SQL", ""}},
        {with_sql(call(SpanNamespace::local, "shop@db")), {"shop@db", "Database::SQL", ""}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.span.name);
        const ServiceKey service = inferred_service(c.span);
        CHECK(service.name == c.service.name);
        CHECK(service.type == c.service.type);
        CHECK(service.account_id == c.service.account_id);
    }
}

TEST_CASE("a segment is its name, trimmed, and its origin") {
    Span span;
    span.name = " Scorekeep ";
    span.origin = "AWS::ECS::Container";
    CHECK(service_of_segment(span) == ServiceKey{"Scorekeep", "AWS::ECS::Container", ""});
    span.origin = "";
    span.name = "  ";
    CHECK(service_of_segment(span) == ServiceKey{});
}
