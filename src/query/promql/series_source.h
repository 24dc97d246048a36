#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/label_set.h"
#include "model/metric_batch.h"
#include "query/promql/matcher.h"

namespace tomograph::promql {

using Sample = MetricPoint;
inline double stale_value() { return no_value(); }
inline bool is_stale(double value) { return is_no_value(value); }

/// One series, samples by time, no two of one millisecond.
struct Series {
    LabelSet labels;
    std::vector<Sample> samples;
};

/// How far one query may go. Counts down over all of its selectors.
class ReadBudget {
 public:
    ReadBudget(std::function<bool()> is_cancelled, std::function<bool()> is_late)
        : is_cancelled_(std::move(is_cancelled)), is_late_(std::move(is_late)) {}

    /// errors  limit  samples_max, series_max; cancelled; timeout
    Result<void> take_series(std::size_t series);
    Result<void> take_samples(std::size_t samples);
    /// Every samples_per_check samples that were worked on, looks whether to go on.
    Result<void> work(std::size_t samples);
    Result<void> check() const;

 private:
    std::function<bool()> is_cancelled_;
    std::function<bool()> is_late_;
    std::size_t series_ = 0;
    std::size_t samples_ = 0;
    std::size_t since_check_ = 0;
};

/// Milliseconds, both ends included.
struct MsRange {
    std::int64_t start = 0;
    std::int64_t end = 0;
};

struct SeriesQuery {
    const Matchers& matchers;
    MsRange range;
    /// What the whole expression reads. Counters that are made of sums begin with it.
    MsRange whole;
};

/// Where series come from. Threads: any.
class SeriesSource {
 public:
    virtual ~SeriesSource() = default;

    /// Adds the series that match and have samples in the range, in any order.
    virtual Result<void> select(const SeriesQuery& query, ReadBudget& budget,
                                std::vector<Series>& out) const = 0;
    /// Adds the labels of the series that match and have, or may have, samples in the range.
    virtual Result<void> label_sets(const SeriesQuery& query, ReadBudget& budget,
                                    std::set<LabelSet>& out) const = 0;
    virtual Result<void> families(std::vector<MetricFamily>& out) const = 0;
    /// Adds the series that match and have exemplars in the range, with these and without points.
    virtual Result<void> exemplars(const SeriesQuery&, ReadBudget&,
                                   std::vector<MetricSeries>&) const {
        return {};
    }
};

/// Several sources as one. A series that two have is that of the first one.
class SeriesSources final : public SeriesSource {
 public:
    /// They outlive it.
    explicit SeriesSources(std::vector<const SeriesSource*> sources)
        : sources_(std::move(sources)) {}

    Result<void> select(const SeriesQuery& query, ReadBudget& budget,
                        std::vector<Series>& out) const override;
    Result<void> label_sets(const SeriesQuery& query, ReadBudget& budget,
                            std::set<LabelSet>& out) const override;
    Result<void> families(std::vector<MetricFamily>& out) const override;
    Result<void> exemplars(const SeriesQuery& query, ReadBudget& budget,
                           std::vector<MetricSeries>& out) const override;

 private:
    std::vector<const SeriesSource*> sources_;
};

}  // namespace tomograph::promql
