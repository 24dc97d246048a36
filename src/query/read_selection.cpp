#include "query/read_selection.h"

#include "query/filter/filter_expression.h"
#include "query/request_checks.h"

namespace tomograph {

Result<TraceSelection> to_selection(const ReadSelection& read) {
    TRY(check_range(read.start, read.end));
    TraceSelection traces{.range = {read.start, read.end}, .budget = read.budget};
    if (!read.filter.empty())
        traces.predicate = std::make_shared<Predicate>(
            TRY(compile_filter(read.filter, read.groups, read.account_id)));
    return traces;
}

}  // namespace tomograph
