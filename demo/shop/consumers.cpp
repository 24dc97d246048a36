// Behind the queues: traces of their own, linked to the message that started them.
#include <fmt/format.h>

#include <iterator>

#include "demo/shop/services.h"

namespace tomograph::demo {
namespace {

constexpr auto ms = Duration::milliseconds;

/// A new trace, and the link from it back to the message.
Story consumer_story(Story& producer, Instant start) {
    return {.random = producer.random,
            .trace_id = make_trace_id(producer.random, start),
            .user = {},
            .documents = {}};
}

void link_back(Frame& frame, const Story& producer, std::string_view message_id) {
    JsonObject attributes;
    attributes.text("aws.sqs.message", message_id);
    JsonObject link;
    link.text("trace_id", producer.trace_id)
        .text("id", message_id)
        .object("attributes", attributes);
    frame.segment().blocks.array("links", {link.to_json()});
}

void tell(Story& producer, Story&& consumer) {
    std::move(consumer.documents.begin(), consumer.documents.end(),
              std::back_inserter(producer.documents));
}

}  // namespace

void consume_shipment(Story& producer, std::string_view message_id, Instant sent) {
    const Instant start = sent + producer.random.latency(ms(180), 0.8);
    Story story = consumer_story(producer, start);
    Frame frame(story, shipping_worker,
                {.parent_id = {}, .start = start, .method = {}, .path = {}});
    link_back(frame, producer, message_id);
    frame.spend(ms(2));
    frame.aws({.service = "DynamoDB",
               .operation = "UpdateItem",
               .key = "table_name",
               .resource = "Shipments",
               .median = ms(7)});
    const bool refused = story.random.chance(0.02);
    frame.remote({.host = "api.carrier.example",
                  .method = "POST",
                  .path = "/labels",
                  .median = ms(220),
                  .status = refused ? 503 : 201});
    if (refused) {
        frame.segment().fault = true;
        frame.fail({.type = "CarrierUnavailable",
                    .message = "label refused: 503",
                    .stack = {},
                    .remote = true});
    }
    frame.finish();
    tell(producer, std::move(story));
}

void consume_receipt(Story& producer, std::string_view message_id, Instant sent) {
    const Instant start = sent + producer.random.latency(ms(60), 0.6);
    Story story = consumer_story(producer, start);
    const bool cold = story.random.chance(0.1);
    Frame invocation(story, receipts_lambda,
                     {.parent_id = {}, .start = start, .method = {}, .path = {}});
    link_back(invocation, producer, message_id);
    invocation.spend(cold ? ms(320) : ms(4));

    Frame function(story, receipts_lambda_function,
                   {.parent_id = invocation.segment().id,
                    .start = invocation.now(),
                    .method = {},
                    .path = {}});
    function.segment().annotations.boolean("cold_start", cold);
    if (cold) {
        function.open("Initialization");
        function.spend(ms(280));
        function.close();
    }
    function.open("Invocation");
    function.open("draw PDF");
    function.spend(ms(45));
    function.close();
    function.aws({.service = "S3",
                  .operation = "PutObject",
                  .key = "bucket_name",
                  .resource = "shop-receipts",
                  .median = ms(38)});
    function.aws({.service = "SNS",
                  .operation = "Publish",
                  .key = "topic_arn",
                  .resource = "arn:aws:sns:eu-central-1:123456789012:mail",
                  .median = ms(18)});
    function.close();
    const Reply reply = function.finish();
    invocation.join(reply.end);
    invocation.spend(ms(1));
    invocation.finish();
    tell(producer, std::move(story));
}

}  // namespace tomograph::demo
