#include "query/graph_page.h"

#include <algorithm>
#include <iterator>

#include "base/bytes.h"
#include "base/hash.h"
#include "query/graph_services.h"
#include "query/graph_sums.h"
#include "query/limits.h"

namespace tomograph {
namespace {

/// Tells whether two pages number the same services.
std::uint64_t fingerprint(const std::vector<ServiceNode>& services) {
    std::string keys;
    ByteWriter writer(keys);
    for (const ServiceNode& service : services) {
        writer.text(service.service.name);
        writer.text(service.service.type);
        writer.text(service.service.account_id);
    }
    return hash64(keys);
}

struct GraphPlace {
    std::uint64_t first = 0;
    std::uint64_t fingerprint = 0;
};

Result<GraphPlace> place_in(const QueryContext& context, const PageBinding& binding,
                            const std::string& token) {
    const std::string place = TRY(open_page_token(context.token_key, binding, token, context.now));
    ByteReader reader(place);
    GraphPlace result;
    result.first = reader.varint();
    result.fingerprint = reader.fixed<std::uint64_t>();
    return result;
}

}  // namespace

Result<void> answer_graph_page(const QueryContext& context, const PageBinding& binding,
                               const std::string& token, const GraphRollup& rollup,
                               ServiceGraphAnswer& answer) {
    GraphSums sums = sum_minutes(rollup);
    fold_remote_nodes(sums, graph_nodes_max);
    answer.nodes_folded = sums.nodes_folded;
    std::vector<ServiceNode> services = services_of(sums);
    const std::uint64_t print = fingerprint(services);
    GraphPlace place{.first = 0, .fingerprint = print};
    if (!token.empty())
        place = TRY(place_in(context, binding, token));
    else
        context.metrics.nodes_folded.add(sums.nodes_folded);
    if (place.fingerprint != print)
        return Error(
            ErrorCode::invalid,
            "NextToken is of a graph that has changed since; ask for the first page again");

    const std::size_t first = std::min<std::size_t>(place.first, services.size());
    const std::size_t last = std::min(first + graph_page_services, services.size());
    answer.services.assign(
        std::make_move_iterator(services.begin() + static_cast<std::ptrdiff_t>(first)),
        std::make_move_iterator(services.begin() + static_cast<std::ptrdiff_t>(last)));
    if (last == services.size()) return {};
    std::string next;
    ByteWriter writer(next);
    writer.varint(last);
    writer.fixed(print);
    answer.next_token = seal_page_token(context.token_key, binding, next, context.now);
    return {};
}

}  // namespace tomograph
