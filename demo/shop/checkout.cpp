// The way of an order: cart, checkout, payment, order.
#include <fmt/format.h>

#include <array>

#include "demo/shop/services.h"

namespace tomograph::demo {
namespace {

constexpr auto ms = Duration::milliseconds;
constexpr auto us = Duration::microseconds;
constexpr std::string_view carts_table = "Carts";
constexpr std::string_view orders_table = "Orders";
constexpr std::string_view shipments_queue =
    "https://sqs.eu-central-1.amazonaws.com/123456789012/shipments";
constexpr std::string_view receipts_queue =
    "https://sqs.eu-central-1.amazonaws.com/123456789012/receipts";

}  // namespace

Reply cart_add(Story& story, const Call& call) {
    static constexpr std::array products = {"gyokuro 100 g", "filter papers", "抹茶 30 g",
                                            "kettle, 1 l"};
    Frame frame(story, cart, call);
    frame.spend(us(400));
    frame.segment().annotations.text("product", products[story.random.next() % products.size()]);
    const Frame::AwsCall put{.service = "DynamoDB",
                             .operation = "UpdateItem",
                             .key = "table_name",
                             .resource = carts_table,
                             .median = ms(6)};
    if (!story.random.chance(0.06)) {
        frame.aws(put);
        return frame.finish(201);
    }
    // The table is out of write capacity: the SDK retries, and half of the time gives up.
    const bool gives_up = story.random.chance(0.5);
    Frame::AwsCall throttled = put;
    throttled.status = 429;
    throttled.retries = gives_up ? 3 : 1;
    throttled.median = gives_up ? ms(350) : ms(70);
    frame.aws(throttled).metadata.text("reason", "ProvisionedThroughputExceededException");
    if (gives_up) return frame.finish(429);
    frame.aws(put);
    return frame.finish(201);
}

Reply cart_read(Story& story, const Call& call) {
    Frame frame(story, cart, call);
    frame.spend(us(300));
    frame.aws({.service = "DynamoDB",
               .operation = "GetItem",
               .key = "table_name",
               .resource = carts_table,
               .median = ms(4)});
    return frame.finish(200);
}

Reply checkout_order(Story& story, const Call& call) {
    Frame frame(story, checkout, call);
    const std::int64_t cents = story.random.between(900, 24'000);
    frame.segment()
        .annotations.number("amount", static_cast<double>(cents) / 100)
        .text("currency", "EUR");
    frame.spend(ms(2));
    frame.call(cart, "GET", "/carts/" + story.user, cart_read);
    frame.open("validate order");
    frame.call(inventory, "POST", "/reservations", stock_level);
    frame.spend(ms(1));
    frame.close();
    const int paid = frame.call(payment, "POST", "/charge", charge);
    if (paid >= 400) {
        static constexpr std::array<std::string_view, 2> stack = {
            "PaymentClient.charge PaymentClient.java:88",
            "CheckoutService.place CheckoutService.java:41"};
        if (paid >= 500)
            frame.fail({.type = "PaymentUnavailableException",
                        .message = fmt::format("payment answered {}", paid),
                        .stack = stack,
                        .remote = true});
        return frame.finish(paid);
    }
    const int placed = frame.call(orders, "POST", "/orders", place_order);
    frame.spend(ms(1));
    return frame.finish(placed == 201 ? 200 : placed);
}

Reply charge(Story& story, const Call& call) {
    static constexpr std::array<std::string_view, 3> stack = {
        "post bank_client.py:57", "charge payment.py:112", "handle app.py:31"};
    Frame frame(story, payment, call);
    frame.spend(ms(1));
    frame.query({.database = "ledger@payment-db.internal",
                 .type = "PostgreSQL",
                 .sql = "INSERT INTO attempts (order_id, amount, state) VALUES ($1, $2, 'open')",
                 .median = ms(4)});
    const double fate = story.random.fraction();
    const Frame::RemoteCall bank{
        .host = "api.bank.example", .method = "POST", .path = "/v2/charges", .median = ms(140)};
    if (fate < 0.02) {
        Frame::RemoteCall slow = bank;
        slow.median = ms(1900);
        slow.status = 504;
        frame.remote(slow);
        frame.fail({.type = "BankTimeout",
                    .message = "no answer from api.bank.example within 2000 ms",
                    .stack = stack});
        return frame.finish(502);
    }
    if (fate < 0.03) {
        Frame::RemoteCall broken = bank;
        broken.status = 500;
        frame.remote(broken);
        frame.fail({.type = "BankProtocolError",
                    .message = "unexpected answer: 銀行システムは現在ご利用いただけません",
                    .stack = stack});
        return frame.finish(500);
    }
    if (fate < 0.06) {
        Frame::RemoteCall declined = bank;
        declined.status = 402;
        frame.remote(declined);
        return frame.finish(402);
    }
    frame.remote(bank);
    frame.query({.database = "ledger@payment-db.internal",
                 .type = "PostgreSQL",
                 .sql = "UPDATE attempts SET state = 'paid' WHERE id = $1",
                 .median = ms(3)});
    frame.segment().annotations.text("bank", "bank.example");
    return frame.finish(200);
}

Reply place_order(Story& story, const Call& call) {
    Frame frame(story, orders, call);
    frame.spend(ms(1));
    frame.aws({.service = "DynamoDB",
               .operation = "PutItem",
               .key = "table_name",
               .resource = orders_table,
               .median = ms(7)});
    Entity& shipment = frame.aws({.service = "SQS",
                                  .operation = "SendMessage",
                                  .key = "queue_url",
                                  .resource = shipments_queue,
                                  .median = ms(9)});
    consume_shipment(story, shipment.id, shipment.end);
    Entity& receipt = frame.aws({.service = "SQS",
                                 .operation = "SendMessage",
                                 .key = "queue_url",
                                 .resource = receipts_queue,
                                 .median = ms(9)});
    consume_receipt(story, receipt.id, receipt.end);
    return frame.finish(201);
}

}  // namespace tomograph::demo
