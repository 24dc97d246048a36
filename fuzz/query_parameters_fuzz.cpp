#include <cstdint>
#include <string>
#include <string_view>

#include "api/own/query_parameters.h"
#include "api/own/routes.h"
#include "base/assert.h"
#include "query/subject_text.h"

using namespace tomograph;

/// A query is read or refused, whatever it is; a subject that is read is written so that it reads
/// the same again; a path finds one route at most.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    QueryParameters query(text);
    (void)query.text("filter");
    (void)query.integer("limit", 1, 100);
    (void)query.boolean("segments");
    if (const auto budget = query.seconds("budget", Duration{}, Duration::seconds(300)))
        ASSERT(budget->ns >= 0 && *budget <= Duration::seconds(300));
    (void)query.timestamp("start");
    query.refuse_others();
    if (query.refusal()) ASSERT(query.refusal()->status == 400);

    const auto subject = parse_subject_text(query.text("by").value_or(std::string(text)));
    if (subject) {
        const auto again = parse_subject_text(subject_text(*subject));
        ASSERT(again && *again == *subject);
    }
    const OwnMatch match = find_own_route(text);
    if (match.route != nullptr) ASSERT(match.values.size() <= 2);
    return 0;
}
