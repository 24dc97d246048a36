#include "query/filter/filter_expression.h"

#include "query/filter/compiler.h"
#include "query/filter/parser.h"

namespace tomograph {

Result<Predicate> compile_filter(std::string_view expression, const GroupFilters* groups) {
    const filter::Expression parsed = TRY(filter::parse(expression));
    return filter::compile(parsed, expression, groups);
}

}  // namespace tomograph
