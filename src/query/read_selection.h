#pragma once

#include <string>
#include <string_view>

#include "store/trace_search.h"

namespace tomograph {

class GroupFilters;

/// Which traces one of our own reads looks into, as a client says it.
struct ReadSelection {
    Instant start;
    Instant end;
    std::string filter{};  ///< X-Ray's expression; "" is every trace
    SearchBudget budget{};
    const GroupFilters* groups = nullptr;  ///< that the filter may name; null: none
    std::string_view account_id{};         ///< of services that name none; "": none
};

/// errors  invalid  the range is empty, or the filter is none
Result<TraceSelection> to_selection(const ReadSelection& read);

}  // namespace tomograph
