#include <utility>

#include "api/limits.h"
#include "api/own/own_call.h"
#include "query/latency_chart.h"

namespace tomograph {
namespace {

void write_step(JsonWriter& json, const LatencyStep& step) {
    json.begin_object();
    json.whole_second("Time", step.start);
    write_counts(json, step.counts);
    json.begin_array("Bands");
    for (const BandCount& band : step.bands) {
        json.begin_array();
        json.integer(static_cast<std::int64_t>(band.band));
        json.integer(band.count);
        json.end_array();
    }
    json.end_array();
    json.end_object();
}

std::string to_json(const GroupQuery& query, const LatencyChart& chart) {
    JsonWriter json;
    json.begin_object();
    json.text("Unit", query.unit == GroupUnit::traces ? "traces" : "spans");
    write_counts(json, chart.whole);
    json.begin_array("Histogram");
    for (const HistogramEntry& entry : chart.histogram) {
        json.begin_object();
        json.number("Value", entry.value);
        json.integer("Count", entry.count);
        json.end_object();
    }
    json.end_array();
    json.begin_object("Heatmap");
    json.seconds("Step", chart.step);
    json.begin_array("BandEnds");
    for (std::size_t band = 0; band + 1 < latency_bands; ++band)
        json.seconds(latency_band_end(band));
    json.end_array();
    json.begin_array("Steps");
    for (const LatencyStep& step : chart.steps) write_step(json, step);
    json.end_array();
    json.end_object();
    write_coverage(json, query.traces.range, chart.coverage);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_latency(const OwnContext& context, OwnCall call) {
    const ReadSelection read = read_selection(context, call);
    GroupQuery query{.traces = {}, .unit = read_unit(call, GroupUnit::traces)};
    query.spans = read_spans(call);
    query.step = Duration::seconds(call.query.integer("step", 1, own_step_seconds_max).value_or(0));
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call),
                       [&context, read, query]() mutable -> Result<std::string> {
                           query.traces = TRY(to_selection(read));
                           const LatencyChart chart = TRY(read_latency_chart(context.store, query));
                           return to_json(query, chart);
                       });
}

}  // namespace tomograph
