#include <algorithm>
#include <utility>

#include "api/limits.h"
#include "api/own/own_call.h"
#include "query/subject_text.h"

// Names and values of attributes, for completion while a filter is typed.

namespace tomograph {
namespace {

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string names_json(TimeRange range, const AttributeNames& names, const std::string& prefix,
                       std::size_t limit) {
    struct Row {
        const AttributeName* name;
        std::string text;
        std::uint64_t count;
    };
    std::vector<Row> rows;
    for (const AttributeName& name : names.names) {
        std::string text = subject_text({.field = {}, .path = name.path});
        if (text.starts_with(prefix))
            rows.push_back({&name, std::move(text), name.texts + name.numbers + name.booleans});
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.count > b.count; });
    JsonWriter json;
    json.begin_object();
    json.integer("Distinct", number(rows.size()));
    json.begin_array("Attributes");
    for (std::size_t i = 0; i < std::min(rows.size(), limit); ++i) {
        json.begin_object();
        json.text("Name", rows[i].text);
        json.integer("Count", number(rows[i].count));
        json.integer("TextCount", number(rows[i].name->texts));
        json.integer("NumberCount", number(rows[i].name->numbers));
        json.integer("BooleanCount", number(rows[i].name->booleans));
        json.end_object();
    }
    json.end_array();
    write_coverage(json, range, names.coverage);
    json.end_object();
    return json.take();
}

bool starts_with(const Scalar& value, const std::string& prefix) {
    return value.text.starts_with(prefix);
}

std::string values_json(TimeRange range, const AttributeValues& values, const std::string& prefix,
                        std::size_t limit) {
    JsonWriter json;
    json.begin_object();
    json.integer("Distinct", number(values.distinct));
    json.integer("Count", number(values.count));
    json.begin_array("Values");
    std::size_t left = limit;
    for (const AttributeValueCount& each : values.values) {
        if (!starts_with(each.value, prefix)) continue;
        if (left-- == 0) break;
        json.begin_object();
        write_value(json, each.value);
        json.integer("Count", number(each.count));
        json.end_object();
    }
    json.end_array();
    write_coverage(json, range, values.coverage);
    json.end_object();
    return json.take();
}

std::size_t limit_of(OwnCall& call) {
    return static_cast<std::size_t>(
        call.query.integer("limit", 1, own_rows_max).value_or(own_rows));
}

}  // namespace

void answer_attributes(const OwnContext& context, OwnCall call) {
    const ReadSelection read = read_selection(context, call);
    const std::string prefix = call.query.text("prefix").value_or("");
    const std::size_t limit = limit_of(call);
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call),
                       [&context, read, prefix, limit]() -> Result<std::string> {
                           const TraceSelection traces = TRY(to_selection(read));
                           const AttributeNames names = TRY(context.store.attribute_names(traces));
                           return names_json(traces.range, names, prefix, limit);
                       });
}

void answer_attribute_values(const OwnContext& context, OwnCall call) {
    const ReadSelection read = read_selection(context, call);
    const std::string name = call.query.text("name").value_or("");
    const std::string prefix = call.query.text("prefix").value_or("");
    const std::size_t limit = limit_of(call);
    if (name.empty()) call.query.refuse_value("name", "is required");
    if (!is_accepted(call)) return;
    answer_from_worker(
        context, std::move(call), [&context, read, name, prefix, limit]() -> Result<std::string> {
            AttributeValuesQuery query{.traces = TRY(to_selection(read)), .path = {}};
            query.path = TRY(parse_path_text(name.starts_with('@') ? name.substr(1) : name));
            // The store keeps the most frequent; a prefix chooses among more of them.
            query.limit = prefix.empty() ? limit : own_values_searched_max;
            const AttributeValues values = TRY(context.store.attribute_values(query));
            return values_json(query.traces.range, values, prefix, limit);
        });
}

}  // namespace tomograph
