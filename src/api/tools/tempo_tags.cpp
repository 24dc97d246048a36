// Tempo's lists of tags and of their values (grafana.md §4).
#include <charconv>
#include <map>
#include <memory>
#include <set>

#include "api/limits.h"
#include "api/tools/tool_call.h"
#include "query/spans/span_names.h"
#include "query/spans/traceql.h"
#include "wire/json/json_text.h"

namespace tomograph {
namespace {

using Names = std::map<std::string_view, std::set<std::string>>;

constexpr std::array<std::string_view, 11> intrinsics = {"duration",
                                                         "event:name",
                                                         "instrumentation:name",
                                                         "instrumentation:version",
                                                         "kind",
                                                         "name",
                                                         "rootName",
                                                         "rootServiceName",
                                                         "status",
                                                         "statusMessage",
                                                         "traceDuration"};

std::string_view scope_text(AttributeScope scope) {
    switch (scope) {
        case AttributeScope::span:
            return "span";
        case AttributeScope::resource:
            return "resource";
        case AttributeScope::event:
            return "event";
        case AttributeScope::link:
            return "link";
        case AttributeScope::instrumentation:
            return "instrumentation";
    }
    return "span";
}

/// What the traces have, by scope; of one scope where one is asked for.
Result<Names> read_names(const OwnContext& context, const TraceSelection& traces,
                         const std::string& scope) {
    Names names;
    if (scope != "intrinsic") {
        const AttributeNames found = TRY(context.store.attribute_names(traces));
        for (const AttributeName& each : found.names) {
            const auto place = attribute_at(each.path);
            if (!place) continue;
            const std::string_view its = scope_text(place->scope);
            if (scope.empty() || scope == its) names[its].insert(place->key);
        }
        if (scope.empty() || scope == "resource") names["resource"].insert("service.name");
    }
    if (scope.empty() || scope == "intrinsic")
        for (const std::string_view each : intrinsics) names["intrinsic"].insert(std::string(each));
    return names;
}

void write_list(JsonText& json, const std::set<std::string>& names) {
    std::size_t left = tool_names_max;
    for (const std::string& name : names) {
        if (left-- == 0) break;
        json.element(name);
    }
}

TraceSelection selection_of(const OwnContext& context, ToolCall& call) {
    TraceSelection traces{.range = tempo_range(context, call),
                          .budget = tool_budget(call, tool_names_budget)};
    traces.is_spread = true;
    return traces;
}

std::string read_scope(ToolCall& call) {
    const std::string scope = call.query.text("scope").value_or("");
    for (const std::string_view known :
         {"", "none", "span", "resource", "event", "link", "instrumentation", "intrinsic"})
        if (scope == known) return scope == "none" ? "" : scope;
    call.query.refuse_value("scope", "is none that attributes have");
    return "";
}

/// {"type":"string","value":"x"} of each, or of version 1 its text.
class ValueList {
 public:
    void add(const Scalar& value) { values_.insert(value); }
    void add_texts(const std::vector<std::string>& texts, std::string_view type = "string") {
        for (const std::string& text : texts) values_.insert({ScalarKind::text, text});
        text_type_ = type;
    }

    HttpReply reply(bool has_types) const {
        JsonText json;
        json.open();
        json.open_list("tagValues");
        std::size_t left = tool_names_max;
        for (const Scalar& value : values_) {
            if (left-- == 0) break;
            if (!has_types) {
                json.element(value.text);
                continue;
            }
            json.open();
            json.text("type", type_of(value));
            json.text("value", value.text);
            json.close();
        }
        json.close_list();
        json.close();
        return tool_json(std::move(json).take());
    }

 private:
    std::string_view type_of(const Scalar& value) const {
        if (value.kind == ScalarKind::boolean) return "bool";
        if (value.kind == ScalarKind::text) return text_type_;
        std::int64_t whole = 0;
        const char* const end = value.text.data() + value.text.size();
        const auto [stop, error] = std::from_chars(value.text.data(), end, whole);
        return error == std::errc() && stop == end ? "int" : "float";
    }

    std::set<Scalar> values_;
    std::string_view text_type_ = "string";
};

/// Those of what is no attribute; false for a name that is one.
Result<bool> add_known(const OwnContext& context, const TraceSelection& traces,
                       const std::string& name, ValueList& values) {
    if (name == "status") {
        values.add_texts({"error", "ok", "unset"}, "keyword");
    } else if (name == "kind") {
        values.add_texts({"client", "consumer", "internal", "producer", "server", "unspecified"},
                         "keyword");
    } else if (name == "name" || name == "rootName") {
        const auto names = TRY(span_names(context.query(), traces.range, traces.budget, "",
                                          std::nullopt, tool_names_max));
        values.add_texts(names);
    } else if (name == "rootServiceName" || name == "resource.service.name" ||
               name == ".service.name") {
        const auto names =
            TRY(service_names(context.query(), traces.range, traces.budget, tool_names_max));
        values.add_texts(names);
    } else {
        return false;
    }
    return true;
}

Result<void> add_attribute(const OwnContext& context, const TraceSelection& traces,
                           const TraceQlAttribute& attribute, ValueList& values) {
    std::vector<AttributeScope> scopes = {AttributeScope::span, AttributeScope::resource};
    if (attribute.scope) scopes = {*attribute.scope};
    for (const AttributeScope scope : scopes) {
        for (const std::string& path : attribute_paths(scope, attribute.key)) {
            const AttributeValues found = TRY(context.store.attribute_values(
                {.traces = traces, .path = path, .limit = tool_names_max}));
            for (const AttributeValueCount& each : found.values) values.add(each.value);
        }
    }
    return {};
}

/// name  scoped, as TraceQL has it
void answer_values(const OwnContext& context, ToolCall call, const std::string& name,
                   bool has_types) {
    TraceSelection traces = selection_of(context, call);
    const std::string query = call.query.text("q").value_or("");
    if (!is_accepted(call)) return;
    answer_tool(context, std::move(call),
                [&context, traces, query, name, has_types]() mutable -> Result<HttpReply> {
                    if (!query.empty()) {
                        const TraceQl asked = TRY(parse_traceql(query));
                        traces.predicate = std::make_shared<Predicate>(asked.traces);
                    }
                    ValueList values;
                    const bool is_known = TRY(add_known(context, traces, name, values));
                    if (!is_known && name.find('.') != std::string::npos) {
                        const TraceQlAttribute attribute = TRY(parse_traceql_attribute(name));
                        TRY(add_attribute(context, traces, attribute, values));
                    }
                    return values.reply(has_types);
                });
}

}  // namespace

void tempo_tags(const OwnContext& context, ToolCall call) {
    const TraceSelection traces = selection_of(context, call);
    const std::string scope = read_scope(call);
    if (!is_accepted(call)) return;
    answer_tool(context, std::move(call), [&context, traces, scope]() -> Result<HttpReply> {
        const Names names = TRY(read_names(context, traces, scope));
        std::set<std::string> all;
        for (const auto& [its, keys] : names)
            if (its == "span" || its == "resource" || its == scope)
                all.insert(keys.begin(), keys.end());
        JsonText json;
        json.open();
        json.open_list("tagNames");
        write_list(json, all);
        json.close_list();
        json.close();
        return tool_json(std::move(json).take());
    });
}

void tempo_tags_v2(const OwnContext& context, ToolCall call) {
    TraceSelection traces = selection_of(context, call);
    const std::string scope = read_scope(call);
    const std::string query = call.query.text("q").value_or("");
    if (!is_accepted(call)) return;
    answer_tool(context, std::move(call),
                [&context, traces, scope, query]() mutable -> Result<HttpReply> {
                    if (!query.empty()) {
                        const TraceQl asked = TRY(parse_traceql(query));
                        traces.predicate = std::make_shared<Predicate>(asked.traces);
                    }
                    const Names names = TRY(read_names(context, traces, scope));
                    JsonText json;
                    json.open();
                    json.open_list("scopes");
                    for (const auto& [its, keys] : names) {
                        json.open();
                        json.text("name", its);
                        json.open_list("tags");
                        write_list(json, keys);
                        json.close_list();
                        json.close();
                    }
                    json.close_list();
                    json.close();
                    return tool_json(std::move(json).take());
                });
}

void tempo_tag_values(const OwnContext& context, ToolCall call) {
    const std::string& tag = call.path_values[0];
    const bool is_intrinsic = tag == "name" || tag == "status" || tag == "kind";
    // Not `insert(0, …)`: optimised, g++ 12 takes it for an overlapping copy.
    std::string name(is_intrinsic ? "" : ".");
    name += tag;
    answer_values(context, std::move(call), name, false);
}

void tempo_tag_values_v2(const OwnContext& context, ToolCall call) {
    const std::string name = call.path_values[0];
    answer_values(context, std::move(call), name, true);
}

}  // namespace tomograph
