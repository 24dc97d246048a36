// SimulateSampling: what sampling rules would have done to the traces that are stored.
#include "service/sampling/simulation.h"

#include <algorithm>

#include "api/json_request.h"
#include "api/limits.h"
#include "api/own/draft_rules.h"
#include "api/own/own_call.h"

namespace tomograph {
namespace {

/// What AWS takes for a million traces that are recorded, in US dollars.
constexpr double traces_price = 5;
constexpr double traces_of_price = 1e6;

void write_counts(JsonWriter& json, const SimulatedCounts& counts, double seconds) {
    const auto count = [&](std::string_view member, std::uint64_t value) {
        json.integer(member, static_cast<std::int64_t>(value));
    };
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
    };
    const auto a_second = [&](std::uint64_t value) { return static_cast<double>(value) / seconds; };
    count("Matched", counts.matched);
    count("Sampled", counts.sampled());
    count("SampledByReservoir", counts.from_reservoir);
    count("SampledByRate", counts.from_rate);
    json.number("Rate", share(counts.sampled(), counts.matched));
    json.number("MatchedPerSecond", a_second(counts.matched));
    json.number("SampledPerSecond", a_second(counts.sampled()));
    count("Errors", counts.errors);
    count("ErrorsLost", counts.errors - counts.errors_sampled);
    count("Faults", counts.faults);
    count("FaultsLost", counts.faults - counts.faults_sampled);
    count("Spans", counts.spans);
    count("SpansSampled", counts.spans_sampled);
    count("Bytes", counts.bytes);
    count("BytesSampled", counts.bytes_sampled);
}

void write_starved(JsonWriter& json, std::string_view member, const std::vector<Starved>& all) {
    json.begin_array(member);
    for (const Starved& each : all) {
        json.begin_object();
        json.text("Service", each.service);
        if (!each.operation.empty()) json.text("Operation", each.operation);
        json.integer("Requests", static_cast<std::int64_t>(each.requests));
        json.integer("Faults", static_cast<std::int64_t>(each.faults));
        json.end_object();
    }
    json.end_array();
}

std::string simulation_json(const Simulation& simulation, TimeRange range, double price,
                            const SearchCoverage& coverage) {
    const double seconds = std::max((range.end - coverage.oldest).as_seconds(), 1.0);
    JsonWriter json;
    json.begin_object();
    json.begin_array("Rules");
    for (const SimulatedRule& rule : simulation.rules) {
        json.begin_object();
        json.text("RuleName", rule.name);
        write_counts(json, rule.counts, seconds);
        json.end_object();
    }
    json.end_array();
    json.begin_object("Total");
    write_counts(json, simulation.total, seconds);
    json.number("Cost", price * static_cast<double>(simulation.total.sampled()) / traces_of_price);
    json.number("CostOfAll",
                price * static_cast<double>(simulation.total.matched) / traces_of_price);
    json.end_object();
    write_starved(json, "StarvedServices", simulation.services);
    write_starved(json, "StarvedOperations", simulation.operations);
    json.integer("StarvedOperationCount", static_cast<std::int64_t>(simulation.starved_operations));
    write_coverage(json, range, coverage);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_sampling_simulation(const OwnContext& context, OwnCall call) {
    JsonRequest json(call.body);
    const Instant now = context.clock.now();
    ReadSelection read;
    read.end = json.timestamp("EndTime").value_or(now);
    read.start = json.timestamp("StartTime").value_or(read.end - own_read_range);
    read.filter = json.text("FilterExpression").value_or("");
    read.budget.memory_bytes = own_memory_bytes / 2;  // judging takes as much again at most
    read.budget.time = own_budget;
    read.budget.is_cancelled = call.is_cancelled;
    read.groups = context.groups;
    read.account_id = context.account_id;
    const double price = json.number("PricePerMillionTraces").value_or(traces_price);
    const DraftRules drafts = read_draft_rules(json);
    if (json.refusal()) return call.respond(to_reply(*json.refusal()));
    if (!is_accepted(call)) return;
    answer_from_worker(
        context, std::move(call), [&context, read, price, drafts]() -> Result<std::string> {
            const std::vector<SamplingRule> rules = TRY(rules_with(context, drafts));
            const TraceSelection traces = TRY(to_selection(read));
            const TraceEntries entries = TRY(context.store.entries(traces));
            const Simulation simulation = simulate(rules, entries);
            return simulation_json(simulation, {read.start, read.end}, price, entries.coverage);
        });
}

}  // namespace tomograph
