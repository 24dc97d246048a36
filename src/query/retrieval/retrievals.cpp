#include "query/retrieval/retrievals.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>

#include "base/assert.h"
#include "query/limits.h"

namespace tomograph {
namespace {

/// Hexadecimal: a token that began with '-' would be an option to command line tools.
std::string make_token() {
    std::array<unsigned char, 16> random{};
    ASSERT(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
    std::string token;
    for (const unsigned char byte : random) token += fmt::format("{:02x}", byte);
    return token;
}

Error unknown_token() {
    return Error(ErrorCode::not_found,
                 "RetrievalToken is unknown: it was never given, has expired, or the server was "
                 "started again");
}

}  // namespace

RetrievalMetrics::RetrievalMetrics(MetricsRegistry& registry)
    : live(registry.gauge("tomograph_query_retrievals",
                          "Trace retrievals that are kept: begun within the hour.")),
      refused(registry.counter("tomograph_query_retrievals_refused_total",
                               "Trace retrievals refused, for too many were live.")) {}

Result<std::string> TraceRetrievals::start(Retrieval retrieval, Instant now) {
    auto table = table_.lock();
    std::erase_if(*table, [now](const auto& each) { return each.second.expires <= now; });
    if (table->size() >= retrievals_max)
        std::erase_if(*table, [](const auto& each) { return each.second.is_cancelled; });
    if (table->size() >= retrievals_max) {
        metrics_.refused.add();
        return Error(ErrorCode::unavailable,
                     fmt::format("{} trace retrievals are live, which is the limit; cancel one, or "
                                 "wait: each ends {} minutes after its start",
                                 table->size(), retrieval_lifetime.ns / Duration::minutes(1).ns));
    }
    std::string token = make_token();
    retrieval.expires = now + retrieval_lifetime;
    table->insert_or_assign(token, std::move(retrieval));
    metrics_.live.set(static_cast<double>(table->size()));
    return token;
}

Result<Retrieval> TraceRetrievals::find(std::string_view token, Instant now) {
    auto table = table_.lock();
    const auto place = table->find(token);
    if (place == table->end() || place->second.expires <= now) return unknown_token();
    return place->second;
}

Result<void> TraceRetrievals::cancel(std::string_view token, Instant now) {
    auto table = table_.lock();
    const auto place = table->find(token);
    if (place == table->end() || place->second.expires <= now) return unknown_token();
    place->second.is_cancelled = true;
    place->second.ids = {};
    return {};
}

}  // namespace tomograph
