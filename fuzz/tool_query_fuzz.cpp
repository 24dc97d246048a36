#include <cstdint>
#include <string_view>

#include "api/tools/jaeger_query.h"
#include "api/tools/tempo_search.h"
#include "base/assert.h"
#include "query/spans/duration_text.h"

using namespace tomograph;

/// The small languages of other tools: what is read keeps the rules of predicates.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (auto tags = read_jaeger_tags(text)) {
        const auto predicate = jaeger_predicate({.service = "a", .tags = *std::move(tags)});
        ASSERT(predicate);
        static_cast<void>(check(*predicate));  // texts may be too long for one
    }
    if (const auto query = read_tempo_tags(text)) ASSERT(check(query->traces));
    if (const auto duration = parse_duration_text(text)) ASSERT(duration->ns >= 0);
    return 0;
}
