#include "query/doctor/doctor.h"

#include <utility>

#include "api/ingest.h"
#include "api/own/own_call.h"
#include "store/embedded_store.h"

namespace tomograph {
namespace {

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

DoctorFacts facts_of(const OwnContext& context) {
    DoctorFacts facts;
    facts.now = context.clock.now();
    facts.store = context.store.status();
    if (context.ingest != nullptr) facts.intake = context.ingest->record();
    if (context.embedded == nullptr) return facts;
    if (auto retention = context.embedded->retention()) facts.retention = *std::move(retention);
    return facts;
}

void write_span(JsonWriter& json, const ProvingSpan& span) {
    json.begin_object();
    json.text("TraceId", to_xray_text(span.trace));
    json.text("Id", to_hex(span.id));
    if (!span.parent.is_none()) json.text("ParentId", to_hex(span.parent));
    json.text("Service", span.service);
    json.text("Name", span.name);
    json.moment("StartTime", span.start);
    json.moment("EndTime", span.end);
    json.boolean("InProgress", span.is_in_progress);
    json.boolean("Inferred", span.is_inferred);
    json.end_object();
}

void write_counts(JsonWriter& json, std::string_view member, const std::vector<CauseCount>& all) {
    json.begin_array(member);
    for (const CauseCount& each : all) {
        json.begin_object();
        json.text("Cause", each.cause);
        json.integer("Count", number(each.count));
        json.end_object();
    }
    json.end_array();
}

/// "Findings" and "Intake".
void write_findings(JsonWriter& json, const std::vector<Finding>& findings,
                    const IntakeRecord& intake) {
    json.begin_array("Findings");
    for (const Finding& each : findings) {
        json.begin_object();
        json.text("Kind", to_text(each.kind));
        json.text("Severity", to_text(severity_of(each.kind)));
        json.text("Sentence", each.sentence);
        json.text("Advice", advice_of(each.kind));
        json.integer("Count", number(each.count));
        json.begin_array("Spans");
        for (const ProvingSpan& span : each.spans) write_span(json, span);
        json.end_array();
        json.end_object();
    }
    json.end_array();
    json.begin_object("Intake");
    json.integer("Received", number(intake.received));
    write_counts(json, "Rejected", intake.rejected);
    write_counts(json, "Dropped", intake.dropped);
    json.end_object();
}

std::string to_json(const TraceDiagnosis& diagnosis, const IntakeRecord& intake) {
    JsonWriter json;
    json.begin_object();
    json.text("TraceId", to_xray_text(diagnosis.id));
    json.boolean("Found", diagnosis.is_found);
    json.integer("Documents", number(diagnosis.documents));
    json.integer("Spans", number(diagnosis.spans));
    write_findings(json, diagnosis.findings, intake);
    json.end_object();
    return json.take();
}

std::string to_json(const MapQuestion& question, const TimeRange& range,
                    const MapDiagnosis& diagnosis, const IntakeRecord& intake) {
    JsonWriter json;
    json.begin_object();
    json.text("Name", question.name);
    if (!question.callee.empty()) json.text("Callee", question.callee);
    json.boolean("Found", !diagnosis.nodes.empty());
    json.moment("StartTime", range.start);
    json.moment("EndTime", range.end);
    json.begin_array("Nodes");
    for (const ServiceKey& each : diagnosis.nodes) {
        json.begin_object();
        json.text("Name", each.name);
        if (!each.type.empty()) json.text("Type", each.type);
        if (!each.account_id.empty()) json.text("AccountId", each.account_id);
        json.end_object();
    }
    json.end_array();
    json.integer("TracesRead", number(diagnosis.traces_read));
    write_findings(json, diagnosis.findings, intake);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_trace_doctor(const OwnContext& context, OwnCall call) {
    std::optional<SpanId> span;
    if (const auto text = call.query.text("span")) {
        const auto id = parse_span_id(*text);
        if (id)
            span = *id;
        else
            call.query.refuse_value("span", "must be 16 hexadecimal digits");
    }
    if (!is_accepted(call)) return;
    const std::string text = call.path_values[0];
    answer_from_worker(context, std::move(call), [&context, text, span]() -> Result<std::string> {
        const TraceId id = TRY(parse_trace_id(text));
        const DoctorFacts facts = facts_of(context);
        const TraceDiagnosis diagnosis = TRY(diagnose_trace(context.query(), facts, id, span));
        return to_json(diagnosis, facts.intake);
    });
}

void answer_map_doctor(const OwnContext& context, OwnCall call) {
    const TimeRange range = read_range(context, call);
    const SearchBudget budget = read_budget(call);
    const auto name = call.query.text("name");
    const MapQuestion question{.name = name.value_or(""),
                               .callee = call.query.text("callee").value_or("")};
    if (!name) call.query.refuse_value("name", "is required");
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call),
                       [&context, question, range, budget]() -> Result<std::string> {
                           const DoctorFacts facts = facts_of(context);
                           const MapDiagnosis diagnosis =
                               TRY(diagnose_map(context.query(), facts, question, range, budget));
                           return to_json(question, range, diagnosis, facts.intake);
                       });
}

}  // namespace tomograph
