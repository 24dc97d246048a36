#include "query/time_series.h"

#include <algorithm>

#include "base/bytes.h"
#include "query/filter/selector.h"
#include "query/graph_services.h"
#include "query/group_directory.h"
#include "query/group_graph.h"
#include "query/histogram_entries.h"
#include "query/limits.h"
#include "query/request_checks.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

constexpr std::int64_t day_seconds = 24 * 60 * 60;

Result<void> check(const TimeSeriesRequest& request) {
    TRY(check_range(request.start, request.end));
    if (request.end - request.start > series_range_max)
        return Error(ErrorCode::invalid, "the time from StartTime to EndTime is more than 31 days");
    const std::int64_t period = request.period_seconds;
    if (period < 60 || period > day_seconds || period % 60 != 0)
        return Error(ErrorCode::invalid, "Period must be a multiple of 60, from 60 to 86400");
    return {};
}

/// Without a selector: what clients called.
Result<SeriesSubject> subject_of(const QueryContext& context, const TimeSeriesRequest& request) {
    SeriesSubject subject;
    if (!request.selector.empty())
        subject = TRY(parse_series_subject(request.selector, context.groups, context.account_id));
    GraphSelection& selection = subject.selection;
    if (request.with_forecast &&
        (subject.filter || !selection.edges.empty() || selection.nodes.empty() ||
         std::ranges::any_of(selection.nodes, &NodeSelector::is_any)))
        return Error(ErrorCode::invalid,
                     "ForecastStatistics needs an EntitySelectorExpression that names services, as "
                     "id(name: \"…\", type: \"…\")");
    if (selection.nodes.empty() && selection.edges.empty())
        selection.edges.push_back(
            {.source = {.name = {}, .type = std::string(client_type), .account = {}},
             .target = {}});
    return subject;
}

Instant period_start(Instant moment, std::int64_t period) {
    const std::int64_t second = moment.second();
    const std::int64_t past = second % period;
    return Instant::from_seconds(second - (past < 0 ? past + period : past));
}

PageBinding binding_of(const TimeSeriesRequest& request) {
    PageBinding binding("GetTimeSeriesServiceStatistics");
    binding.add(request.start.ns)
        .add(request.end.ns)
        .add(request.group_name)
        .add(request.group_arn)
        .add(request.selector)
        .add(request.period_seconds)
        .add(std::int64_t{request.with_forecast});
    return binding;
}

class SeriesReader {
 public:
    SeriesReader(const QueryContext& context, const TimeSeriesRequest& request,
                 SeriesSubject subject)
        : context_(context), request_(request), subject_(std::move(subject)) {}

    /// Fills the page from `from` on; returns where the next one begins, the range's end at the
    /// end.
    Result<Instant> read(Instant from, TimeSeriesAnswer& answer) {
        while (from < request_.end && answer.points.size() < series_page_points) {
            const Instant next = std::min(
                request_.end, period_start(from, request_.period_seconds) +
                                  Duration::seconds(request_.period_seconds * chunk_periods()));
            TRY(read_chunk({.start = from, .end = next}, answer));
            from = next;
        }
        return from;
    }

 private:
    /// So many periods as are about six hours, and no more than a page.
    std::int64_t chunk_periods() const {
        return std::clamp<std::int64_t>(series_chunk_seconds / request_.period_seconds, 1,
                                        static_cast<std::int64_t>(series_page_points) / 2);
    }

    Result<void> read_chunk(const TimeRange& range, TimeSeriesAnswer& answer) {
        const GroupSeries read = TRY(read_series(range));
        answer.contains_old_group_versions |= read.contains_old_versions;
        FaultHistory past;
        if (request_.with_forecast) past = TRY(read_past(range));
        for (const auto& [minute, counted] : read.series.points) {
            if (counted.total() <= 0) continue;
            TimeSeriesPoint point{.start_second = minute * 60,
                                  .statistics = statistics_of(counted),
                                  .response_times = histogram_entries(counted.response_time)};
            if (request_.with_forecast)
                point.expected_faults = expected_faults(past, point.start_second);
            answer.points.push_back(std::move(point));
        }
        return {};
    }

    Result<GroupSeries> read_series(const TimeRange& range) const {
        const GraphSeriesQuery query{.range = range,
                                     .period_minutes = request_.period_seconds / 60,
                                     .selection = subject_.selection};
        if (subject_.filter)
            return read_filtered_series(context_, query, *subject_.filter, request_.group_name,
                                        request_.group_arn);
        return read_group_series(context_, query, request_.group_name, request_.group_arn);
    }

    Result<FaultHistory> read_past(const TimeRange& range) const {
        FaultHistory past{.period_seconds = request_.period_seconds};
        const TimeRange whole{.start = period_start(range.start, request_.period_seconds),
                              .end = range.end};
        for (const TimeRange& each : expected_band_reads(whole, request_.period_seconds)) {
            const GroupSeries read = TRY(read_series(each));
            for (const auto& [minute, counted] : read.series.points)
                past.periods[minute * 60] = {.requests = counted.total(), .faults = counted.fault};
        }
        return past;
    }

    const QueryContext& context_;
    const TimeSeriesRequest& request_;
    SeriesSubject subject_;
};

}  // namespace

Result<TimeSeriesAnswer> get_time_series(const QueryContext& context,
                                         const TimeSeriesRequest& request) {
    TRY(check(request));
    SeriesSubject subject = TRY(subject_of(context, request));
    const PageBinding binding = binding_of(request);
    Instant from = request.start;
    if (!request.next_token.empty()) {
        const std::string place =
            TRY(open_page_token(context.token_key, binding, request.next_token, context.now));
        from = {ByteReader(place).fixed<std::int64_t>()};
    }
    TimeSeriesAnswer answer;
    answer.is_of_edges = subject.selection.nodes.empty();
    const Instant next = TRY(SeriesReader(context, request, std::move(subject)).read(from, answer));
    if (next < request.end) {
        std::string place;
        ByteWriter(place).fixed(next.ns);
        answer.next_token = seal_page_token(context.token_key, binding, place, context.now);
    }
    return answer;
}

}  // namespace tomograph
