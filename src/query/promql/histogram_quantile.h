#pragma once

#include <vector>

#include "query/promql/vector_value.h"

namespace tomograph::promql {

/// A bucket of a histogram: how many observations were at most `bound`.
struct Bucket {
    double bound = 0;
    double count = 0;
};

/// The q-quantile by linear interpolation in its bucket, as Prometheus 3 does it; NaN where there
/// is no bucket of +Inf or nothing was observed. Buckets in any order; they are changed.
double bucket_quantile(double q, std::vector<Bucket>& buckets);

/// histogram_quantile(): by the label `le`, for each set of the other labels.
///
/// quantiles  by step
Result<Vector> histogram_quantile(const std::vector<double>& quantiles, const Vector& buckets);

}  // namespace tomograph::promql
