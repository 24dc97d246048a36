#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/error.h"
#include "api/limits.h"
#include "api/own/event_stream.h"
#include "api/own/log_json.h"
#include "api/own/own_call.h"
#include "query/logs/find_logs.h"
#include "query/logs/log_tail.h"
#include "store/logs/limits.h"
#include "wire/json/json_text.h"
#include "wire/logs/line_facts.h"

// Log lines: found, of one trace, and followed.

namespace tomograph {
namespace {

/// `severity`: a word, or a number of OpenTelemetry.
std::uint8_t read_severity(OwnCall& call) {
    const auto text = call.query.text("severity");
    if (!text) return 0;
    const bool is_number = text->find_first_not_of("0123456789") == std::string::npos;
    if (is_number && text->size() <= 2 && std::stoi(*text) <= severity_max)
        return static_cast<std::uint8_t>(std::stoi(*text));
    const std::uint8_t severity = severity_of_word(*text);
    if (severity == 0)
        call.query.refuse_value("severity",
                                "must be trace, debug, info, warn, error, fatal or 1 to 24");
    return severity;
}

/// `attribute`: key=value, each of them.
std::vector<LogCondition> read_attributes(OwnCall& call) {
    std::vector<LogCondition> conditions;
    for (const std::string& pair : call.query.texts("attribute")) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos || equals == 0) {
            call.query.refuse_value("attribute", "must be key=value");
            return {};
        }
        conditions.push_back({.key = pair.substr(0, equals), .value = pair.substr(equals + 1)});
    }
    return conditions;
}

/// What all reads of lines have in common, but for time and trace.
LogQuery read_query(OwnCall& call) {
    LogQuery query;
    query.severity_min = read_severity(call);
    query.services = call.query.texts("service");
    query.texts = call.query.texts("text");
    query.attributes = read_attributes(call);
    if (query.services.size() + query.texts.size() + query.attributes.size() > log_conditions_max)
        call.query.refuse_value(
            "text", fmt::format("and others are more than {} conditions", log_conditions_max));
    if (const auto text = call.query.text("span")) {
        const auto span = parse_span_id(*text);
        if (span)
            query.span = *span;
        else
            call.query.refuse_value("span", "must be 16 hexadecimal digits");
    }
    return query;
}

void read_page(OwnCall& call, FindLogsRequest& request) {
    request.query.limit =
        static_cast<std::size_t>(call.query.integer("limit", 1, own_rows_max).value_or(own_rows));
    request.token = call.query.text("token").value_or("");
    request.query.budget = read_budget(call);
}

std::optional<TraceId> read_trace(OwnCall& call, const std::string& text) {
    const auto id = parse_trace_id(text);
    if (!id) {
        call.query.refuse_value("trace", "must be a trace id, as 1-8hex-24hex or 32 hex digits");
        return std::nullopt;
    }
    return *id;
}

Result<std::string> answer_of(const OwnContext& context, const FindLogsRequest& request) {
    const FoundLogs found = TRY(find_logs(*context.logs, request));
    JsonText json;
    json.open();
    json.open_list("Lines");
    for (const FoundLog& line : found.page.lines) write_log(json, line);
    json.close_list();
    if (!found.token.empty()) json.text("NextToken", found.token);
    json.open("Coverage");
    write_moment(json, "StartTime", request.query.range.start);
    write_moment(json, "EndTime", request.query.range.end);
    write_moment(json, "Oldest", found.page.oldest);
    json.integer("LinesScanned", static_cast<std::int64_t>(found.page.scanned));
    json.boolean("IsPartial", found.page.stop != SearchStop::none);
    json.close();
    json.close();
    return std::move(json).take();
}

bool has_logs(const OwnContext& context, const OwnCall& call) {
    if (context.logs != nullptr) return true;
    call.respond(
        to_reply(to_api_error(Error(ErrorCode::unavailable, "this server keeps no logs"))));
    return false;
}

/// Of the trace, unless the request says from when until when.
struct SaidRange {
    std::optional<Instant> start;
    std::optional<Instant> end;
};

void answer_page(const OwnContext& context, OwnCall call, FindLogsRequest request, SaidRange said) {
    answer_from_worker(
        context, std::move(call),
        [&context, request = std::move(request), said]() mutable -> Result<std::string> {
            const Instant now = context.clock.now();
            TimeRange range{now - own_read_range, now};
            if (request.query.trace)
                range = TRY(log_range_of_trace(context.store, *request.query.trace, now));
            else if (said.end)
                range = {*said.end - own_read_range, *said.end};
            // From some time on is until now, also of a trace that ended before.
            const Instant end = said.start ? std::max(range.end, now) : range.end;
            request.query.range = {said.start.value_or(range.start), said.end.value_or(end)};
            return answer_of(context, request);
        });
}

/// One who follows. Never waits for it: what it is too slow for is told as dropped.
class LogFollower {
 public:
    LogFollower(const OwnContext& context, EventStream events)
        : context_(context), events_(std::move(events)), sent_(context.clock.monotonic()) {}

    bool take(const LogTail::Tick& tick) {
        dropped_ |= tick.has_lost;
        for (const FoundLog& line : tick.lines) {
            JsonText json;
            write_log(json, line);
            if (!send(event_text("line", std::move(json).take()))) dropped_ = true;
        }
        if (tick.lines.empty() && dropped_) send("");
        const Duration now = context_.clock.monotonic();
        if (now - sent_ >= tail_keep_alive) {
            events_.keep_alive();
            sent_ = now;
        }
        return !events_.is_closed();
    }

 private:
    bool send(const std::string& event) {
        const std::string before = dropped_ ? event_text("dropped", "{}") : std::string();
        if (!events_.try_send(before + event)) return false;
        dropped_ = false;
        sent_ = context_.clock.monotonic();
        return true;
    }

    const OwnContext& context_;
    EventStream events_;
    Duration sent_;
    bool dropped_ = false;
};

}  // namespace

void answer_logs(const OwnContext& context, OwnCall call) {
    if (!has_logs(context, call)) return;
    FindLogsRequest request{.query = read_query(call), .token = {}};
    read_page(call, request);
    const SaidRange said{call.query.timestamp("start"), call.query.timestamp("end")};
    if (const auto trace = call.query.text("trace")) request.query.trace = read_trace(call, *trace);
    if (!is_accepted(call)) return;
    answer_page(context, std::move(call), std::move(request), said);
}

void answer_trace_logs(const OwnContext& context, OwnCall call) {
    if (!has_logs(context, call)) return;
    FindLogsRequest request{.query = read_query(call), .token = {}};
    read_page(call, request);
    const SaidRange said{call.query.timestamp("start"), call.query.timestamp("end")};
    request.query.trace = read_trace(call, call.path_values.front());
    if (!is_accepted(call)) return;
    answer_page(context, std::move(call), std::move(request), said);
}

void answer_log_tail(const OwnContext& context, OwnCall call) {
    if (!has_logs(context, call) || context.log_tail == nullptr) return;
    LogQuery query = read_query(call);
    if (const auto trace = call.query.text("trace")) query.trace = read_trace(call, *trace);
    if (!is_accepted(call)) return;
    const EventStream events;
    HttpReply reply = events.reply();
    const auto follower = std::make_shared<LogFollower>(context, events);
    const auto watched = context.log_tail->watch(
        std::move(query), [follower](const LogTail::Tick& tick) { return follower->take(tick); });
    call.respond(watched ? std::move(reply) : to_reply(to_api_error(watched.error())));
}

}  // namespace tomograph
