#include "query/differences.h"

#include <utility>

#include "api/limits.h"
#include "api/own/own_call.h"
#include "query/subject_text.h"

namespace tomograph {
namespace {

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

void write_subject(JsonWriter& json, const SubjectDifference& difference) {
    json.begin_object();
    json.text("By", subject_text(difference.subject));
    json.number("Divergence", difference.divergence);
    json.integer("Distinct", number(difference.distinct));
    json.integer("TracesA", number(difference.traces_a));
    json.integer("TracesB", number(difference.traces_b));
    json.number("Share", difference.share);
    json.begin_array("Values");
    for (const ValueShare& share : difference.values) {
        json.begin_object();
        write_value(json, share.value);
        json.integer("CountA", number(share.a));
        json.integer("CountB", number(share.b));
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

std::string to_json(const DifferencesRequest& request, const Differences& differences) {
    JsonWriter json;
    json.begin_object();
    json.text("Measure", "jensen-shannon");
    json.integer("Candidates", number(differences.candidates));
    json.integer("Compared", number(differences.compared));
    json.integer("Skipped", number(differences.skipped));
    json.begin_array("Differences");
    for (const SubjectDifference& each : differences.subjects) write_subject(json, each);
    json.end_array();
    json.begin_object("A");
    write_coverage(json, request.a.range, differences.a.coverage, differences.a.share);
    json.end_object();
    json.begin_object("B");
    write_coverage(json, request.b.range, differences.b.coverage, differences.b.share);
    json.end_object();
    json.end_object();
    return json.take();
}

/// Without a filter, B is every trace of its range that A's filter does not match; and where A has
/// none either, every trace.
Result<TraceSelection> rest_of(const TraceSelection& a, const ReadSelection& read_b) {
    TraceSelection b = TRY(to_selection(read_b));
    if (read_b.filter.empty() && a.predicate && a.range == b.range)
        b.predicate = std::make_shared<Predicate>(negation(*a.predicate));
    else if (read_b.filter.empty())
        b.predicate = a.predicate;
    return b;
}

}  // namespace

void answer_differences(const OwnContext& context, OwnCall call) {
    const ReadSelection a = read_selection(context, call);
    ReadSelection b = a;
    b.filter = call.query.text("filter_b").value_or("");
    b.start = call.query.timestamp("start_b").value_or(a.start);
    b.end = call.query.timestamp("end_b").value_or(a.end);
    const auto limit = static_cast<std::size_t>(
        call.query.integer("limit", 1, own_differences_max).value_or(own_differences));
    if (a.filter.empty() && b.filter.empty() && a.start == b.start && a.end == b.end)
        call.query.refuse_value("filter", "or another range for B is required");
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call), [&context, a, b, limit]() -> Result<std::string> {
        DifferencesRequest request{.a = TRY(to_selection(a)), .b = {}, .limit = limit};
        request.b = TRY(rest_of(request.a, b));
        const Differences found = TRY(read_differences(context.store, context.clock, request));
        return to_json(request, found);
    });
}

}  // namespace tomograph
