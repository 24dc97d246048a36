#include "query/promql/histogram_quantile.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>

namespace tomograph::promql {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

bool are_almost_equal(double a, double b) {
    constexpr double tolerance = 1e-12;
    constexpr double normal_min = std::numeric_limits<double>::min();
    if (a == b) return true;
    const double sum = std::abs(a) + std::abs(b);
    const double difference = std::abs(a - b);
    if (a == 0 || b == 0 || sum < normal_min) return difference < tolerance * normal_min;
    return difference / std::min(sum, std::numeric_limits<double>::max()) < tolerance;
}

void merge_equal_bounds(std::vector<Bucket>& buckets) {
    std::size_t last = 0;
    for (std::size_t i = 1; i < buckets.size(); ++i) {
        if (buckets[i].bound == buckets[last].bound)
            buckets[last].count += buckets[i].count;
        else
            buckets[++last] = buckets[i];
    }
    buckets.resize(last + 1);
}

/// Rates of buckets that were scraped one after the other may fall by a little.
void make_monotonic(std::vector<Bucket>& buckets) {
    double before = buckets.front().count;
    for (std::size_t i = 1; i < buckets.size(); ++i) {
        double& count = buckets[i].count;
        if (count == before) continue;
        if (are_almost_equal(before, count) || count < before)
            count = before;
        else
            before = count;
    }
}

std::optional<double> bound_of(std::string_view le) {
    if (le == "+Inf" || le == "Inf") return infinity;
    if (le.starts_with('+')) le.remove_prefix(1);
    double bound = 0;
    const auto [end, error] = std::from_chars(le.data(), le.data() + le.size(), bound);
    if (error != std::errc{} || end != le.data() + le.size()) return std::nullopt;
    return bound;
}

struct BucketSeries {
    double bound;
    const VectorSeries* series;
};

}  // namespace

double bucket_quantile(double q, std::vector<Bucket>& buckets) {
    if (std::isnan(q)) return no_number;
    if (q < 0) return -infinity;
    if (q > 1) return infinity;
    if (buckets.empty()) return no_number;
    std::sort(buckets.begin(), buckets.end(),
              [](const Bucket& a, const Bucket& b) { return a.bound < b.bound; });
    if (buckets.back().bound != infinity) return no_number;
    merge_equal_bounds(buckets);
    make_monotonic(buckets);
    if (buckets.size() < 2) return no_number;
    const double observations = buckets.back().count;
    if (observations == 0 || std::isnan(observations)) return no_number;
    double rank = q * observations;
    std::size_t chosen = 0;
    while (chosen + 1 < buckets.size() && !(buckets[chosen].count >= rank)) ++chosen;
    if (chosen + 1 == buckets.size()) return buckets[chosen - 1].bound;
    if (chosen == 0 && buckets[0].bound <= 0) return buckets[0].bound;
    double start = 0;
    double count = buckets[chosen].count;
    if (chosen > 0) {
        start = buckets[chosen - 1].bound;
        count -= buckets[chosen - 1].count;
        rank -= buckets[chosen - 1].count;
    }
    return start + (buckets[chosen].bound - start) * (rank / count);
}

Result<Vector> histogram_quantile(const std::vector<double>& quantiles, const Vector& buckets) {
    std::unordered_map<LabelSet, std::size_t, LabelSetHash> places;
    std::vector<std::vector<BucketSeries>> members;
    Vector out;
    for (const VectorSeries& series : buckets) {
        const auto bound = bound_of(series.labels.get("le"));
        if (!bound) continue;
        // Histograms of different names stay apart until their names go.
        LabelSet labels = series.labels;
        labels.remove("le");
        const auto [place, is_new] = places.try_emplace(labels, out.size());
        if (is_new) {
            out.push_back(
                {std::move(labels), std::vector<double>(quantiles.size(), stale_value())});
            members.emplace_back();
        }
        members[place->second].push_back({*bound, &series});
    }
    std::vector<Bucket> at_step;
    for (std::size_t i = 0; i < out.size(); ++i) {
        for (std::size_t step = 0; step < quantiles.size(); ++step) {
            at_step.clear();
            for (const BucketSeries& each : members[i])
                if (each.series->has(step))
                    at_step.push_back({each.bound, each.series->values[step]});
            if (!at_step.empty()) out[i].values[step] = bucket_quantile(quantiles[step], at_step);
        }
    }
    TRY(drop_names(out));
    return out;
}

}  // namespace tomograph::promql
