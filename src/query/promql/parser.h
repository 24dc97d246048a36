#pragma once

#include <string_view>

#include "base/result.h"
#include "query/promql/expression.h"

namespace tomograph::promql {

/// Reads an expression of Prometheus' language, as far as it is served:
///
///   histogram_quantile(0.9, sum by (le, server) (rate(x_bucket{client="a"}[5m])))
///   topk(5, sum(rate(x_total[1h] offset 1d)) by (span_name)) > bool 2
///
/// Instant and range selectors with the four matchers, `offset` and `@`; operators with `bool`,
/// `on`, `ignoring`, `group_left` and `group_right`; every aggregation but limitk and limit_ratio;
/// the functions of functions.h. Not served: subqueries, native histograms, trigonometry.
///
/// text    UTF-8, at most expression_bytes_max
/// returns  a tree whose types fit; to_text() of it parses back to the same tree
/// errors  invalid  "column 17: …" (bytes, 1-based): what is wrong, or not served
Result<ExpressionPtr> parse_expression(std::string_view text);

/// A selector alone, `up{job="a"}`, as `match[]` has them: without range, offset and @.
Result<Matchers> parse_matchers(std::string_view text);

}  // namespace tomograph::promql
