#include <exception>
#include <utility>

#include "api/limits.h"
#include "api/own/event_stream.h"
#include "api/own/own_call.h"
#include "api/xray/summary_json.h"
#include "base/log.h"
#include "query/search_stream.h"

namespace tomograph {
namespace {

std::string coverage_json(TimeRange range, const SearchCoverage& coverage, bool is_limit_reached) {
    JsonWriter json;
    json.begin_object();
    write_coverage(json, range, coverage);
    json.boolean("IsLimitReached", is_limit_reached);
    json.end_object();
    return json.take();
}

std::string error_json(const Error& error) {
    const ApiError told = to_api_error(error);
    JsonWriter json;
    json.begin_object();
    json.text("__type", told.type);
    json.text("message", told.message);
    json.end_object();
    return json.take();
}

/// Sends the search to its end; `progress` in between, `end` or `error` at last.
void send_search(const OwnContext& context, const TraceSelection& traces, std::size_t limit,
                 EventStream events) {
    const SearchReader reader{
        .on_trace =
            [&](const TraceSummary& summary) {
                return events.send("trace",
                                   summary_text(summary, std::nullopt, context.account_id));
            },
        .on_progress =
            [&](const SearchCoverage& coverage) {
                return events.send("progress", coverage_json(traces.range, coverage, false));
            }};
    const auto end = search_traces(context.query(), context.clock, traces, limit, reader);
    if (end)
        events.send("end", coverage_json(traces.range, end->coverage, end->is_limit_reached));
    else
        events.send("error", error_json(end.error()));
}

}  // namespace

void answer_search(const OwnContext& context, OwnCall call) {
    ReadSelection read = read_selection(context, call);
    const auto limit = static_cast<std::size_t>(
        call.query.integer("limit", 1, own_search_rows_max).value_or(own_search_rows));
    if (!is_accepted(call)) return;
    EventStream events;
    read.budget.is_cancelled = [events] { return events.is_closed(); };
    const auto traces = to_selection(read);
    if (!traces) return call.respond(to_reply(to_api_error(traces.error())));
    const auto respond = call.respond;
    const bool is_taken =
        context.streams.submit([&context, respond, events, traces = *traces, limit]() mutable {
            respond(events.reply());
            try {
                send_search(context, traces, limit, events);
            } catch (const std::exception& thrown) {
                log_error("search failed", {{"error", thrown.what()}});
            }
            events.end();
        });
    if (!is_taken) respond(to_reply(throttled("too many searches are running; try again")));
}

}  // namespace tomograph
