// What a browser asks the shop for.
#include <fmt/format.h>

#include <array>

#include "demo/shop/services.h"

namespace tomograph::demo {
namespace {

constexpr auto ms = Duration::milliseconds;

std::string any_product(Random& random) { return fmt::format("{}", random.between(1000, 1099)); }

}  // namespace

Reply get_home(Story& story, const Call& call) {
    Frame frame(story, storefront, call);
    frame.segment().annotations.text("page", "home").boolean("signed_in", !story.user.empty());
    frame.spend(ms(1));
    const Instant fork = frame.now();
    frame.call(recommendations, "GET", "/recommendations?slots=6", recommend);
    const Instant recommended = frame.now();
    frame.rewind(fork);
    frame.call(catalogue, "GET", "/products/" + any_product(story.random), catalogue_product);
    frame.join(recommended);
    frame.open("render");
    frame.spend(ms(3));
    frame.close();
    return frame.finish(200);
}

Reply get_product(Story& story, const Call& call) {
    Frame frame(story, storefront, call);
    frame.segment().annotations.text("page", "product");
    frame.spend(ms(1));
    const std::string id = any_product(story.random);
    const int status = frame.call(catalogue, "GET", "/products/" + id, catalogue_product);
    if (status == 200) frame.call(inventory, "GET", "/stock/" + id, stock_level);
    frame.open("render");
    frame.spend(ms(2));
    frame.close();
    return frame.finish(status);
}

Reply get_category(Story& story, const Call& call) {
    static constexpr std::array categories = {"tea", "coffee", "kitchen", "matcha"};
    Frame frame(story, storefront, call);
    const std::string_view category = categories[story.random.next() % categories.size()];
    frame.segment().annotations.text("page", "category").text("category", category);
    frame.spend(ms(1));
    frame.call(catalogue, "GET", fmt::format("/products?category={}", category), catalogue_list);
    frame.open("render");
    frame.spend(ms(5));
    frame.close();
    return frame.finish(200);
}

Reply post_login(Story& story, const Call& call) {
    Frame frame(story, storefront, call);
    frame.spend(ms(1));
    const int status = frame.call(users, "POST", "/sessions", authenticate);
    return frame.finish(status);
}

Reply post_cart(Story& story, const Call& call) {
    Frame frame(story, storefront, call);
    frame.segment().annotations.text("page", "cart");
    frame.spend(ms(1));
    const int status =
        frame.call(cart, "POST", fmt::format("/carts/{}/items", story.user), cart_add);
    return frame.finish(status);
}

Reply post_checkout(Story& story, const Call& call) {
    Frame frame(story, storefront, call);
    frame.segment().annotations.text("page", "checkout");
    frame.spend(ms(2));
    const int status = frame.call(checkout, "POST", "/checkout", checkout_order);
    return frame.finish(status);
}

}  // namespace tomograph::demo
