// Products, their stock, and what else one might buy.
#include <fmt/format.h>

#include "demo/shop/services.h"

namespace tomograph::demo {
namespace {

constexpr auto ms = Duration::milliseconds;
constexpr auto us = Duration::microseconds;
constexpr std::string_view products_database = "products@catalogue-db.internal";

}  // namespace

Reply catalogue_product(Story& story, const Call& call) {
    Frame frame(story, catalogue, call);
    frame.spend(us(600));
    frame.query({.database = products_database,
                 .type = "PostgreSQL",
                 .sql = "SELECT id, name, price, picture FROM products WHERE id = $1",
                 .median = ms(3)});
    if (story.random.chance(0.01)) return frame.finish(404);
    frame.spend(us(400));
    return frame.finish(200);
}

Reply catalogue_list(Story& story, const Call& call) {
    Frame frame(story, catalogue, call);
    frame.spend(us(800));
    frame.query({.database = products_database,
                 .type = "PostgreSQL",
                 .sql = "SELECT id FROM products WHERE category = $1 ORDER BY rank LIMIT 40",
                 .median = ms(6)});
    frame.open("load prices");
    const std::int64_t products = story.random.between(12, 24);
    for (std::int64_t i = 0; i < products; ++i) {
        frame.query({.database = products_database,
                     .type = "PostgreSQL",
                     .sql = "SELECT amount, currency FROM prices WHERE product_id = $1",
                     .median = ms(11)});
        frame.spend(us(150));
    }
    frame.top().annotations.number("products", products);
    frame.close();
    return frame.finish(200);
}

Reply recommend(Story& story, const Call& call) {
    Frame frame(story, recommendations, call);
    frame.spend(us(500));
    const bool hit = story.random.chance(0.82);
    Entity& lookup = frame.remote({.host = "cache.shop.internal",
                                   .method = "GET",
                                   .path = "/recommendations",
                                   .median = us(700)});
    lookup.annotations.boolean("cache_hit", hit);
    frame.segment().annotations.boolean("cache_hit", hit);
    if (!hit) {
        frame.aws({.service = "DynamoDB",
                   .operation = "Query",
                   .key = "table_name",
                   .resource = "PurchaseHistory",
                   .median = ms(14)});
        frame.open("rank candidates");
        frame.spend(ms(130), 0.5);
        frame.top()
            .metadata.text("model", "als-2026-11")
            .number("candidates", story.random.between(400, 2000));
        frame.close();
    }
    return frame.finish(200);
}

Reply stock_level(Story& story, const Call& call) {
    Frame frame(story, inventory, call);
    frame.spend(us(300));
    frame.remote(
        {.host = "cache.shop.internal", .method = "GET", .path = "/stock", .median = us(600)});
    frame.segment().annotations.number("in_stock", story.random.between(0, 40));
    return frame.finish(200);
}

}  // namespace tomograph::demo
