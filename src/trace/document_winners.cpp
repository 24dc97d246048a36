#include "trace/document_winners.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace tomograph {
namespace {

/// Groups the versions of one span id, the one that replaces all others first. What follows the LSN
/// never decides between documents that a store numbered; it keeps the order total for those that
/// none did.
auto version_order(const TraceDocument& document) {
    const Span& own = document.segment.own();
    return std::tuple(own.id.value, own.in_progress, ~document.lsn.value, ~own.end.ns, own.start.ns,
                      document.segment.spans.size());
}

auto place(const TraceDocument& document) {
    const Span& own = document.segment.own();
    return std::tuple(own.start.ns, own.id.value);
}

}  // namespace

std::vector<TraceDocument> winning_documents(std::vector<TraceDocument> documents) {
    // Sorting numbers, not documents: each document is moved once.
    std::vector<std::uint32_t> order(documents.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return version_order(documents[a]) < version_order(documents[b]);
    });
    const auto same_id = [&](std::uint32_t a, std::uint32_t b) {
        return documents[a].segment.own().id == documents[b].segment.own().id;
    };
    order.erase(std::unique(order.begin(), order.end(), same_id), order.end());
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return place(documents[a]) < place(documents[b]);
    });

    std::vector<TraceDocument> winners;
    winners.reserve(order.size());
    for (const std::uint32_t i : order) winners.push_back(std::move(documents[i]));
    return winners;
}

}  // namespace tomograph
