#include "query/doctor/doctor.h"

#include <algorithm>
#include <memory>

#include "query/decode_trace.h"
#include "query/limits.h"
#include "query/request_checks.h"

namespace tomograph {
namespace {

Result<GraphSums> read_sums(const QueryContext& context, const TimeRange& range) {
    const GraphRollup rollup = TRY(context.store.graph(range, GraphGrain::whole));
    return sum_minutes(rollup);
}

bool has_span(const Trace& trace, SpanId id) {
    return std::any_of(trace.entities.begin(), trace.entities.end(), [&](const Entity& each) {
        return (each.is_inferred ? each.id : each.span->id) == id;
    });
}

/// The newest traces in which the service took part.
Result<TracePage> read_newest(const QueryContext& context, const std::string& service,
                              const TimeRange& range, const SearchBudget& budget) {
    TraceQuery query;
    query.range = range;
    query.type = TimeRangeType::event;
    query.limit = map_doctor_traces;
    query.budget = budget;
    query.predicate = std::make_shared<Predicate>(
        some(Scope::segment,
             condition({.field = Field::service, .path = {}}, TextTest{.text = service})));
    return context.store.find(query);
}

}  // namespace

Result<TraceDiagnosis> diagnose_trace(const QueryContext& context, const DoctorFacts& facts,
                                      TraceId id, std::optional<SpanId> span) {
    TraceDiagnosis diagnosis{.id = id, .findings = {}};
    const TraceId ids[] = {id};
    const auto found = TRY(context.store.get(ids));
    if (found.empty()) {
        diagnosis.findings = explain_missing_trace(id, facts);
        return diagnosis;
    }
    TraceReader reader(context.metrics);
    const Trace trace = reader.read(found.front(), facts.now);
    const TraceUnderExamination subject{found.front(), trace, facts};
    diagnosis.is_found = true;
    diagnosis.documents = found.front().documents.size();
    for (const Entity& each : trace.entities) diagnosis.spans += each.is_inferred ? 0 : 1;
    if (span && !has_span(trace, *span)) diagnosis.findings = explain_missing_span(subject, *span);
    for (Finding& each : examine_trace(subject)) diagnosis.findings.push_back(std::move(each));
    return diagnosis;
}

Result<MapDiagnosis> diagnose_map(const QueryContext& context, const DoctorFacts& facts,
                                  const MapQuestion& question, const TimeRange& range,
                                  const SearchBudget& budget) {
    TRY(check_range(range.start, range.end));
    const GraphSums graph = TRY(read_sums(context, range));
    MapDiagnosis diagnosis;
    diagnosis.nodes = nodes_named(graph, question.name);
    const bool is_missing =
        diagnosis.nodes.empty() ||
        (!question.callee.empty() && nodes_named(graph, question.callee).empty());
    GraphSums earlier;
    if (is_missing) earlier = TRY(read_sums(context, {range.start - map_doctor_past, range.start}));
    FindingList findings;
    examine_node(question, graph, earlier, findings);
    const std::string service = name_in_graph(graph, question.name);
    if (!service.empty()) {
        const TracePage page = TRY(read_newest(context, service, range, budget));
        TraceReader reader(context.metrics);
        for (const StoredTrace& each : page.traces) {
            const Trace trace = reader.read(each, facts.now);
            examine_service_in({each, trace, facts}, service, findings);
        }
        diagnosis.traces_read = page.traces.size();
    }
    if (is_missing) {
        add_store(facts, findings);
        add_intake(facts, findings);
    }
    diagnosis.findings = findings.take();
    return diagnosis;
}

}  // namespace tomograph
