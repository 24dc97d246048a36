// /api/v1/services/{name}/metrics: what was measured beside a service
#include <algorithm>

#include "api/limits.h"
#include "api/own/own_call.h"
#include "query/limits.h"
#include "query/series/service_metrics.h"
#include "wire/json/json_text.h"

namespace tomograph {
namespace {

std::string to_json(const ServiceMetricsRequest& request,
                    const std::vector<ServiceMetric>& metrics) {
    JsonWriter json;
    json.begin_object();
    json.text("ServiceName", request.service);
    json.integer("Step", request.steps.step_ms / 1000);
    json.begin_array("Metrics");
    for (const ServiceMetric& metric : metrics) {
        json.begin_object();
        json.text("Name", metric.family.name);
        json.text("OriginalName", metric.family.original_name);
        json.text("Topic", to_text(metric.topic));
        json.text("Type", metric.family.type);
        json.text("Unit", metric.family.unit);
        json.text("View", to_text(metric.view));
        json.begin_array("Series");
        for (const promql::VectorSeries& series : metric.series) {
            json.begin_object();
            json.begin_object("Labels");
            for (const auto& [name, value] : series.labels)
                if (name != metric_name_label) json.text(name, value);
            json.end_object();
            json.begin_array("Points");
            for (std::size_t step = 0; step < series.values.size(); ++step) {
                if (!series.has(step)) continue;
                json.begin_object();
                json.whole_second("Time", Instant::from_seconds(request.steps.at(step) / 1000));
                json.number("Value", series.values[step]);
                json.end_object();
            }
            json.end_array();
            json.end_object();
        }
        json.end_array();
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

}  // namespace

void answer_service_metrics(const OwnContext& context, OwnCall call) {
    ServiceMetricsRequest request;
    request.service = call.path_values[0];
    const TimeRange range = read_range(context, call);
    const auto step = call.query.integer("step", 1, own_step_seconds_max);
    request.with_other_topics = call.query.boolean("all").value_or(false);
    const SearchBudget budget = read_budget(call);
    const std::int64_t seconds =
        std::max<std::int64_t>(range.end.second() - range.start.second(), 1);
    const std::int64_t step_seconds =
        step.value_or(std::max<std::int64_t>(15, seconds / service_metric_steps));
    if (seconds / step_seconds >= service_metric_steps_max)
        call.query.refuse_value("step", "makes more points than 2000");
    if (!is_accepted(call)) return;
    request.steps.step_ms = step_seconds * 1000;
    request.steps.count = static_cast<std::size_t>(seconds / step_seconds) + 1;
    request.steps.start_ms =
        (range.end.second() - static_cast<std::int64_t>(request.steps.count - 1) * step_seconds) *
        1000;
    const Duration until = context.clock.monotonic() + budget.time;
    promql::ReadBudget own(call.is_cancelled,
                           [&clock = context.clock, until] { return clock.monotonic() > until; });
    answer_from_worker(
        context, std::move(call), [&context, request, own]() mutable -> Result<std::string> {
            if (context.metrics == nullptr)
                return Error(ErrorCode::unavailable, "no metrics are kept");
            const auto metrics = TRY(read_service_metrics(*context.metrics, request, own));
            return to_json(request, metrics);
        });
}

}  // namespace tomograph
