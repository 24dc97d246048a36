// Prometheus' query API as Grafana's data source calls it (grafana.md §5).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "api/limits.h"
#include "api/tools/prometheus_json.h"
#include "api/tools/tool_call.h"
#include "base/version.h"
#include "query/promql/evaluator.h"
#include "query/promql/lexer.h"
#include "query/promql/limits.h"
#include "query/promql/parser.h"

namespace tomograph {
namespace {

using promql::MsRange;
using promql::ReadBudget;

std::string_view error_type(int status) {
    switch (status) {
        case 400:
        case 405:
            return "bad_data";
        case 404:
            return "not_found";
        case 422:
            return "execution";
        case 429:
        case 503:
            return "unavailable";
        case 504:
            return "timeout";
        default:
            return "internal";
    }
}

std::int64_t ms_of(Instant instant) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(instant.ns) / 1e6));
}

std::optional<Instant> moment(ToolCall& call, std::string_view name) {
    return call.query.timestamp(name);
}

/// Seconds, or `1m30s`.
std::optional<Duration> length(ToolCall& call, std::string_view name) {
    const auto text = call.query.text(name);
    if (!text) return std::nullopt;
    constexpr double seconds_max = 366.0 * 86'400;
    char* end = nullptr;
    const double seconds = std::strtod(text->c_str(), &end);
    if (end == text->c_str() + text->size() && seconds > 0 && seconds <= seconds_max)
        return Duration::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
    const auto duration = promql::parse_duration(*text);
    if (duration && duration->ns > 0) return *duration;
    call.query.refuse_value(name, "is no length of time like 15 or 1m30s");
    return std::nullopt;
}

ReadBudget budget_of(const OwnContext& context, const ToolCall& call, Duration time) {
    const Duration until = context.clock.monotonic() + time;
    return {call.is_cancelled,
            [&clock = context.clock, until] { return clock.monotonic() > until; }};
}

/// What went wrong while an expression was evaluated; that it cannot be is told before.
HttpReply execution_error(const Error& error) {
    switch (error.code()) {
        case ErrorCode::invalid:
        case ErrorCode::limit:
            return prometheus_error(422, error.message());
        case ErrorCode::timeout:
        case ErrorCode::cancelled:
            return prometheus_error(503, error.message());
        default:
            return prometheus_error(to_api_error(error).status, error.message());
    }
}

struct Query {
    std::string text{};
    promql::Steps steps{};
    bool is_range = false;
    Duration time{};
};

void answer_query(const OwnContext& context, ToolCall call, Query query) {
    if (!is_accepted(call)) return;
    const ReadBudget budget = budget_of(context, call, query.time);
    answer_tool(context, std::move(call),
                [&context, query = std::move(query), budget]() -> Result<HttpReply> {
                    const auto expression = TRY(promql::parse_expression(query.text));
                    const auto type = expression->type;
                    if (query.is_range && type != promql::ValueType::scalar &&
                        type != promql::ValueType::vector)
                        return Error(ErrorCode::invalid,
                                     fmt::format("a range query takes numbers and instant vectors, "
                                                 "not a {}",
                                                 to_text(type)));
                    ReadBudget own = budget;
                    const auto value =
                        promql::evaluate(*expression, query.steps, *context.series, own);
                    if (!value) return execution_error(value.error());
                    return tool_json(
                        prometheus_success(prometheus_result(*value, query.steps, query.is_range)));
                });
}

/// What lists of names look at: `start` and `end`, else the last day.
MsRange names_range(const OwnContext& context, ToolCall& call) {
    const TimeRange usual = tool_names_range(context);
    const MsRange range{ms_of(moment(call, "start").value_or(usual.start)),
                        ms_of(moment(call, "end").value_or(usual.end))};
    if (range.start > range.end) call.query.refuse_value("end", "is before the start");
    return range;
}

using ListNames = std::string (*)(const std::set<LabelSet>& sets, std::string_view name,
                                  std::size_t limit);

/// Lists what the series of `match[]` have, as `list` says.
void answer_names(const OwnContext& context, ToolCall call, std::string name, ListNames list,
                  bool needs_match) {
    const MsRange range = names_range(context, call);
    const std::vector<std::string> texts = call.query.texts("match[]");
    const std::int64_t limit = call.query.integer("limit", 0, promql::series_max).value_or(0);
    if (needs_match && texts.empty()) call.query.refuse_value("match[]", "is missing");
    if (!is_accepted(call)) return;
    const ReadBudget budget = budget_of(context, call, own_budget);
    answer_tool(
        context, std::move(call),
        [&context, range, texts, limit, budget, list,
         name = std::move(name)]() -> Result<HttpReply> {
            std::vector<promql::Matchers> matchers;
            for (const std::string& text : texts) {
                auto its = TRY(promql::parse_matchers(text));
                matchers.push_back(std::move(its));
            }
            if (matchers.empty()) matchers.emplace_back();
            ReadBudget own = budget;
            std::set<LabelSet> sets;
            for (const promql::Matchers& each : matchers) {
                const auto read = context.series->label_sets({each, range, range}, own, sets);
                if (!read) return execution_error(read.error());
            }
            const std::size_t most = limit == 0 ? sets.max_size() : static_cast<std::size_t>(limit);
            return tool_json(prometheus_success(list(sets, name, most)));
        });
}

std::string cut_texts(std::set<std::string> texts, std::size_t limit) {
    while (texts.size() > limit) texts.erase(std::prev(texts.end()));
    return prometheus_texts(texts);
}

std::string list_label_names(const std::set<LabelSet>& sets, std::string_view, std::size_t limit) {
    std::set<std::string> names;
    for (const LabelSet& labels : sets)
        for (const auto& [name, value] : labels) names.insert(name);
    return cut_texts(std::move(names), limit);
}

std::string list_label_values(const std::set<LabelSet>& sets, std::string_view name,
                              std::size_t limit) {
    std::set<std::string> values;
    for (const LabelSet& labels : sets)
        if (const auto value = labels.get(name); !value.empty()) values.emplace(value);
    return cut_texts(std::move(values), limit);
}

std::string list_series(const std::set<LabelSet>& sets, std::string_view, std::size_t limit) {
    std::string out = "[";
    for (const LabelSet& labels : sets) {
        if (limit-- == 0) break;
        if (out.size() > 1) out += ',';
        out += prometheus_labels(labels);
    }
    return out + "]";
}

/// A label's name as a path has it: `U__http_2e_method` is Prometheus' spelling of `http.method`.
std::string label_of_path(const std::string& name) {
    if (!name.starts_with("U__")) return name;
    std::string out;
    for (std::size_t i = 3; i < name.size(); ++i) {
        if (name[i] != '_') {
            out += name[i];
            continue;
        }
        const std::size_t end = name.find('_', i + 1);
        if (end == i + 1) {
            out += '_';
            i = end;
            continue;
        }
        char* stop = nullptr;
        const std::string digits = name.substr(i + 1, end == std::string::npos ? end : end - i - 1);
        const unsigned long value = std::strtoul(digits.c_str(), &stop, 16);
        if (end == std::string::npos || *stop != '\0' || value == 0 || value > 0x7f) return name;
        out += static_cast<char>(value);
        i = end;
    }
    return out;
}

}  // namespace

HttpReply prometheus_error(int status, std::string_view sentence) {
    JsonText json;
    json.open();
    json.text("status", "error");
    json.text("errorType", error_type(status));
    json.text("error", sentence);
    json.close();
    HttpReply reply = tool_json(std::move(json).take());
    reply.status = status;
    return reply;
}

void prometheus_query(const OwnContext& context, ToolCall call) {
    Query query{.text = call.query.text("query").value_or("")};
    query.steps.start_ms = ms_of(moment(call, "time").value_or(context.clock.now()));
    query.time = std::min(length(call, "timeout").value_or(own_budget), own_budget_max);
    answer_query(context, std::move(call), std::move(query));
}

void prometheus_query_range(const OwnContext& context, ToolCall call) {
    Query query{.text = call.query.text("query").value_or(""), .is_range = true};
    const auto start = moment(call, "start");
    const auto end = moment(call, "end");
    const auto step = length(call, "step");
    query.time = std::min(length(call, "timeout").value_or(own_budget), own_budget_max);
    for (const auto& [name, is_there] : {std::pair{"start", start.has_value()},
                                         {"end", end.has_value()},
                                         {"step", step.has_value()}})
        if (!is_there) call.query.refuse_value(name, "is missing");
    if (start && end && step) {
        const std::int64_t span = ms_of(*end) - ms_of(*start);
        query.steps.start_ms = ms_of(*start);
        query.steps.step_ms = step->as_milliseconds();
        if (span < 0)
            call.query.refuse_value("end", "is before the start");
        else if (span / query.steps.step_ms >= promql::steps_max)
            call.query.refuse_value(
                "step", fmt::format("is too short: exceeded maximum resolution of {} points per "
                                    "timeseries",
                                    promql::steps_max));
        else
            query.steps.count = static_cast<std::size_t>(span / query.steps.step_ms) + 1;
    }
    answer_query(context, std::move(call), std::move(query));
}

void prometheus_query_exemplars(const OwnContext& context, ToolCall call) {
    const std::string text = call.query.text("query").value_or("");
    const MsRange range = names_range(context, call);
    if (!is_accepted(call)) return;
    const ReadBudget budget = budget_of(context, call, own_budget);
    answer_tool(context, std::move(call), [&context, text, range, budget]() -> Result<HttpReply> {
        const auto expression = TRY(promql::parse_expression(text));
        ReadBudget own = budget;
        std::vector<MetricSeries> found;
        for (const promql::Selector* selector : promql::selectors_of(*expression)) {
            const auto read =
                context.series->exemplars({selector->matchers, range, range}, own, found);
            if (!read) return execution_error(read.error());
        }
        return tool_json(prometheus_success(prometheus_exemplars(found)));
    });
}

void prometheus_labels(const OwnContext& context, ToolCall call) {
    answer_names(context, std::move(call), "", list_label_names, false);
}

void prometheus_label_values(const OwnContext& context, ToolCall call) {
    std::string name = label_of_path(call.path_values[0]);
    answer_names(context, std::move(call), std::move(name), list_label_values, false);
}

void prometheus_series(const OwnContext& context, ToolCall call) {
    answer_names(context, std::move(call), "", list_series, true);
}

void prometheus_metadata(const OwnContext& context, ToolCall call) {
    const auto wanted = call.query.text("metric");
    const std::int64_t limit = call.query.integer("limit", 0, promql::series_max).value_or(0);
    if (!is_accepted(call)) return;
    answer_tool(context, std::move(call), [&context, wanted, limit]() -> Result<HttpReply> {
        std::vector<MetricFamily> families;
        TRY(context.series->families(families));
        std::sort(families.begin(), families.end());
        JsonText json;
        json.open();
        std::int64_t shown = 0;
        std::string last;
        for (const auto& family : families) {
            if (wanted && family.name != *wanted) continue;
            if (family.name == last || (limit > 0 && shown == limit)) continue;
            ++shown;
            last = family.name;
            JsonText entry;
            entry.open();
            entry.text("type", family.type);
            entry.text("help", family.help);
            entry.text("unit", family.unit);
            entry.close();
            json.raw(family.name, "[" + std::move(entry).take() + "]");
        }
        json.close();
        return tool_json(prometheus_success(std::move(json).take()));
    });
}

void prometheus_build_info(const OwnContext&, ToolCall call) {
    // Grafana takes from the version what it may ask for; ours is told beside it.
    JsonText json;
    json.open();
    json.text("version", "3.0.0");
    json.text("revision", "tomograph-" + std::string(version));
    json.text("branch", "");
    json.text("buildUser", "");
    json.text("buildDate", "");
    json.text("goVersion", "");
    json.close();
    call.respond(tool_json(prometheus_success(std::move(json).take())));
}

}  // namespace tomograph
