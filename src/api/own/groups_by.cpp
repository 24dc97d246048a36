#include <utility>

#include "api/limits.h"
#include "api/own/own_call.h"
#include "query/subject_text.h"

namespace tomograph {
namespace {

std::string to_json(const GroupQuery& query, const std::string& by, const ValueGroups& groups) {
    JsonWriter json;
    json.begin_object();
    json.text("By", by);
    json.text("Unit", query.unit == GroupUnit::traces ? "traces" : "spans");
    json.integer("Distinct", static_cast<std::int64_t>(groups.distinct));
    json.begin_array("Groups");
    for (const ValueGroup& group : groups.groups) {
        json.begin_object();
        write_value(json, group.value);
        write_counts(json, group);
        json.end_object();
    }
    json.end_array();
    write_coverage(json, query.traces.range, groups.coverage);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_groups_by(const OwnContext& context, OwnCall call) {
    const ReadSelection read = read_selection(context, call);
    const std::string by = call.query.text("by").value_or("");
    GroupQuery query{.traces = {}, .unit = read_unit(call, GroupUnit::spans)};
    query.spans = read_spans(call);
    query.limit =
        static_cast<std::size_t>(call.query.integer("limit", 1, own_rows_max).value_or(own_rows));
    if (by.empty()) call.query.refuse_value("by", "is required");
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call),
                       [&context, read, by, query]() mutable -> Result<std::string> {
                           query.traces = TRY(to_selection(read));
                           query.by = TRY(parse_subject_text(by));
                           const ValueGroups groups = TRY(context.store.group(query));
                           return to_json(query, subject_text(query.by), groups);
                       });
}

}  // namespace tomograph
