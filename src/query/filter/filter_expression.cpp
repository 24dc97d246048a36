#include "query/filter/filter_expression.h"

#include "query/filter/compiler.h"
#include "query/filter/parser.h"

namespace tomograph {

Result<Predicate> compile_filter(std::string_view expression, const GroupFilters* groups,
                                 std::string_view own_account) {
    const filter::Expression parsed = TRY(filter::parse(expression));
    return filter::compile(parsed, expression, groups, own_account);
}

}  // namespace tomograph
