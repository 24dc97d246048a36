#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "query/spans/traceql.h"

using namespace tomograph;

/// What is read keeps the rules of predicates; what is not, says where.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto query = parse_traceql(std::string_view(reinterpret_cast<const char*>(data), size));
    if (query) {
        ASSERT(check(query->traces));
        ASSERT(check(query->spans, Scope::span));
    } else {
        ASSERT(query.error().message().starts_with("column "));
    }
    return 0;
}
