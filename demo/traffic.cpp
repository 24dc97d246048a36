#include "demo/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "demo/shop/services.h"

namespace tomograph::demo {
namespace {

struct Endpoint {
    int weight;  ///< of 100
    std::string_view method;
    std::string_view path;
    Reply (*handle)(Story&, const Call&);
};

constexpr std::array<Endpoint, 7> endpoints = {{
    {30, "GET", "/", get_home},
    {29, "GET", "/product", get_product},
    {8, "GET", "/category", get_category},
    {8, "POST", "/login", post_login},
    {14, "POST", "/cart", post_cart},
    {9, "POST", "/checkout", post_checkout},
    {2, "GET", "/export/sales", export_report},
}};

const Endpoint& choose(Random& random) {
    std::int64_t ticket = random.between(1, 100);
    for (const Endpoint& endpoint : endpoints) {
        ticket -= endpoint.weight;
        if (ticket <= 0) return endpoint;
    }
    return endpoints.front();
}

}  // namespace

std::vector<TimedDocument> generate_trace(Random& random, Instant start) {
    Story story{
        .random = random, .trace_id = make_trace_id(random, start), .user = {}, .documents = {}};
    story.user = fmt::format("customer-{}", random.between(100, 399));
    const Endpoint& endpoint = choose(random);
    endpoint.handle(story, {.parent_id = {},
                            .start = start,
                            .method = std::string(endpoint.method),
                            .path = std::string(endpoint.path)});
    std::stable_sort(story.documents.begin(), story.documents.end(),
                     [](const TimedDocument& a, const TimedDocument& b) { return a.at < b.at; });
    return std::move(story.documents);
}

}  // namespace tomograph::demo
