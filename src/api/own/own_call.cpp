#include "api/own/own_call.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include "api/limits.h"
#include "base/log.h"

namespace tomograph {
namespace {

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string_view to_text(SearchStop stop) {
    switch (stop) {
        case SearchStop::memory:
            return "memory";
        case SearchStop::time:
            return "time";
        case SearchStop::cancelled:
            return "cancelled";
        case SearchStop::none:
            break;
    }
    return "none";
}

}  // namespace

TimeRange read_range(const OwnContext& context, OwnCall& call) {
    const Instant end = call.query.timestamp("end").value_or(context.clock.now());
    return {call.query.timestamp("start").value_or(end - own_read_range), end};
}

SearchBudget read_budget(OwnCall& call) {
    SearchBudget budget;
    budget.time = call.query.seconds("budget", own_budget_min, own_budget_max).value_or(own_budget);
    budget.memory_bytes = own_memory_bytes;
    budget.is_cancelled = call.is_cancelled;
    return budget;
}

ReadSelection read_selection(const OwnContext& context, OwnCall& call) {
    const TimeRange range = read_range(context, call);
    ReadSelection read;
    read.start = range.start;
    read.end = range.end;
    read.filter = call.query.text("filter").value_or("");
    read.groups = context.groups;
    read.account_id = context.account_id;
    read.budget = read_budget(call);
    return read;
}

GroupUnit read_unit(OwnCall& call, GroupUnit otherwise) {
    const auto unit = call.query.text("unit");
    if (!unit) return otherwise;
    if (*unit == "traces") return GroupUnit::traces;
    if (*unit != "spans") call.query.refuse_value("unit", "must be spans or traces");
    return GroupUnit::spans;
}

SharedPredicate read_spans(OwnCall& call) {
    std::vector<Predicate> conditions;
    if (const auto service = call.query.text("service"))
        conditions.push_back(
            condition({.field = Field::service, .path = {}}, TextTest{.text = *service}));
    if (call.query.boolean("segments").value_or(false))
        conditions.push_back(condition({.field = Field::segment, .path = {}}, BooleanTest{}));
    if (conditions.empty()) return nullptr;
    return std::make_shared<Predicate>(all_of(std::move(conditions)));
}

bool is_accepted(OwnCall& call) {
    call.query.refuse_others();
    if (call.query.refusal()) call.respond(to_reply(*call.query.refusal()));
    return !call.query.refusal();
}

void answer_from_worker(const OwnContext& context, OwnCall call,
                        std::function<Result<std::string>()> read, std::string_view content_type) {
    const auto respond = call.respond;
    const auto is_cancelled = call.is_cancelled;
    const bool is_taken =
        context.queries.submit([respond, is_cancelled, content_type, read = std::move(read)] {
            try {
                // Who has gone while waiting needs no answer.
                if (is_cancelled && is_cancelled())
                    return respond(
                        to_reply(to_api_error(Error(ErrorCode::cancelled, "the client has gone"))));
                auto result = read();
                if (!result) return respond(to_reply(to_api_error(result.error())));
                HttpReply reply;
                reply.headers = {{"Content-Type", std::string(content_type)},
                                 {"Cache-Control", "no-store"}};
                reply.body = *std::move(result);
                respond(std::move(reply));
            } catch (const std::exception& thrown) {
                log_error("read failed", {{"error", thrown.what()}});
                respond(to_reply(ApiError{"InternalFailure", 500, "the read failed"}));
            }
        });
    if (!is_taken) respond(to_reply(throttled("too many reads are waiting; try again")));
}

void write_value(JsonWriter& json, const std::optional<Scalar>& value) {
    if (!value) return;
    if (value->kind == ScalarKind::text) return json.text("Value", value->text);
    if (value->kind == ScalarKind::boolean) return json.boolean("Value", value->text == "true");
    const char* const end = value->text.data() + value->text.size();
    std::int64_t whole = 0;
    const auto [stop, error] = std::from_chars(value->text.data(), end, whole);
    if (error == std::errc() && stop == end) return json.integer("Value", whole);
    double approximate = 0;
    std::from_chars(value->text.data(), end, approximate);
    json.number("Value", approximate);
}

void write_coverage(JsonWriter& json, TimeRange range, const SearchCoverage& coverage,
                    std::optional<double> share) {
    json.begin_object("Coverage");
    json.moment("StartTime", range.start);
    json.moment("EndTime", range.end);
    json.moment("Oldest", coverage.oldest);
    const double whole = (range.end - range.start).as_seconds();
    const double behind = (range.end - coverage.oldest).as_seconds() / whole;
    json.number("Share", std::clamp(share.value_or(behind), 0.0, 1.0));
    json.integer("TracesProcessed", number(coverage.processed));
    json.integer("TracesMatched", number(coverage.matched));
    json.boolean("IsPartial", coverage.is_partial());
    if (coverage.is_partial()) json.text("StoppedBy", to_text(coverage.stop));
    json.end_object();
}

void write_counts(JsonWriter& json, const ValueGroup& group) {
    json.integer("Count", number(group.count));
    json.integer("ErrorCount", number(group.errors));
    json.integer("ThrottleCount", number(group.throttles));
    json.integer("FaultCount", number(group.faults));
    if (group.duration.count() == 0) return;
    json.begin_object("Percentiles");
    json.seconds("P50", group.duration.percentile(0.5));
    json.seconds("P90", group.duration.percentile(0.9));
    json.seconds("P95", group.duration.percentile(0.95));
    json.seconds("P99", group.duration.percentile(0.99));
    json.seconds("Max", group.duration.percentile(1));
    json.end_object();
}

}  // namespace tomograph
