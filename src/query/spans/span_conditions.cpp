#include "query/spans/span_conditions.h"

#include <array>
#include <initializer_list>

namespace tomograph {
namespace {

std::string path_of(std::initializer_list<std::string_view> keys) {
    std::string path;
    for (const std::string_view key : keys) {
        if (!path.empty()) path += path_separator;
        path += key;
    }
    return path;
}

Predicate at(std::string path, Test test) {
    return condition({.field = Field::name, .path = std::move(path)}, std::move(test));
}
Predicate field(Field which, Test test) {
    return condition({.field = which, .path = {}}, std::move(test));
}
Predicate flag(Field which) { return field(which, BooleanTest{}); }
Predicate is_set(std::string path) { return at(std::move(path), IsSet{}); }
Test equals(std::string_view text) { return TextTest{.text = std::string(text)}; }
Test equals(std::int64_t number) {
    return NumberTest{.min = Decimal::of(number), .max = Decimal::of(number)};
}

/// Every span that came by OTLP has a kind, and nothing else has.
Predicate of_otlp() { return is_set(path_of({"otel", "kind"})); }
Predicate around() { return is_set(path_of({"otel", "around"})); }

/// The condition on what X-Ray's clients sent.
Predicate of_xray(Predicate predicate) {
    return all_of({std::move(predicate), negation(of_otlp()), negation(around())});
}

Predicate calls() { return any_of({flag(Field::aws), flag(Field::remote)}); }

/// As spans_of_segment() tells it.
Predicate xray_kind(OtlpKind kind) {
    const Predicate has_client = is_set(path_of({"http", "request", "client_ip"}));
    const Predicate inside = all_of({negation(flag(Field::segment)), negation(calls())});
    if (kind == OtlpKind::server)
        return any_of({flag(Field::segment), all_of({inside, has_client})});
    if (kind == OtlpKind::client) return all_of({negation(flag(Field::segment)), calls()});
    if (kind == OtlpKind::internal) return all_of({inside, negation(has_client)});
    return any_of({});
}

Predicate xray_failed() {
    return any_of({flag(Field::error), flag(Field::fault), flag(Field::throttle), is_set("cause"),
                   is_set(path_of({"cause", "exceptions", "id"}))});
}

/// Attributes that spans_of_segment() makes of members, where a member is one attribute.
struct MemberOfXray {
    AttributeScope scope;
    std::string_view key;
    std::initializer_list<std::string_view> path;
};
const MemberOfXray members_of_xray[] = {
    {AttributeScope::span, "http.method", {"http", "request", "method"}},
    {AttributeScope::span, "http.url", {"http", "request", "url"}},
    {AttributeScope::span, "http.user_agent", {"http", "request", "user_agent"}},
    {AttributeScope::span, "http.client_ip", {"http", "request", "client_ip"}},
    {AttributeScope::span, "http.status_code", {"http", "response", "status"}},
    {AttributeScope::span, "http.response_content_length", {"http", "response", "content_length"}},
    {AttributeScope::span, "enduser.id", {"user"}},
    {AttributeScope::span, "db.system", {"sql", "database_type"}},
    {AttributeScope::span, "db.statement", {"sql", "sanitized_query"}},
    {AttributeScope::span, "db.user", {"sql", "user"}},
    {AttributeScope::resource, "service.version", {"service", "version"}},
};

constexpr std::array<AttributeScope, 5> all_scopes = {
    AttributeScope::span, AttributeScope::resource, AttributeScope::event, AttributeScope::link,
    AttributeScope::instrumentation};

/// Where the attributes of that scope stand; a key follows.
std::vector<std::string> folders_of(AttributeScope scope) {
    switch (scope) {
        case AttributeScope::span:
            return {path_of({"annotations"}), path_of({"otel", "attributes"})};
        case AttributeScope::resource:
            return {path_of({"otel", "resource", "attributes"})};
        case AttributeScope::event:
            return {path_of({"otel", "events", "attributes"})};
        case AttributeScope::link:
            return {path_of({"otel", "links", "attributes"})};
        case AttributeScope::instrumentation:
            return {path_of({"otel", "scope", "attributes"})};
    }
    return {};
}

}  // namespace

std::string otel_name_path() { return path_of({"otel", "name"}); }
std::string service_name_path() {
    return path_of({"otel", "resource", "attributes", "service.name"});
}

Predicate came_by_otlp() { return of_otlp(); }

Predicate came_by_xray() { return all_of({negation(of_otlp()), negation(around())}); }

Predicate any_span() { return any_of({of_otlp(), negation(around())}); }

Predicate span_name(const Test& test) {
    return any_of(
        {all_of({at(otel_name_path(), test), of_otlp()}), of_xray(field(Field::name, test))});
}

Predicate span_service(const Test& test) {
    std::vector<Predicate> ways = {at(service_name_path(), test),
                                   of_xray(field(Field::service, test))};
    if (passes_text(test, unknown_service_name))
        ways.push_back(all_of({of_otlp(), negation(is_set(service_name_path()))}));
    return any_of(std::move(ways));
}

Predicate span_kind(OtlpKind kind) {
    return any_of({at(path_of({"otel", "kind"}), equals(to_text(kind))), of_xray(xray_kind(kind))});
}

Predicate span_status(OtlpStatus status) {
    const std::string path = path_of({"otel", "status", "code"});
    const auto is = [&](OtlpStatus code) { return at(path, equals(static_cast<int>(code))); };
    if (status == OtlpStatus::error) return any_of({is(status), of_xray(xray_failed())});
    if (status == OtlpStatus::ok) return is(status);
    return any_of(
        {all_of({of_otlp(), negation(is(OtlpStatus::ok)), negation(is(OtlpStatus::error))}),
         of_xray(negation(xray_failed()))});
}

Predicate span_status_message(const Test& test) {
    return at(path_of({"otel", "status", "message"}), test);
}

std::vector<std::string> attribute_paths(AttributeScope scope, std::string_view key) {
    std::vector<std::string> paths = folders_of(scope);
    for (std::string& path : paths) path += path_separator + std::string(key);
    return paths;
}

std::optional<AttributePlace> attribute_at(std::string_view path) {
    for (const AttributeScope scope : all_scopes) {
        for (const std::string& folder : folders_of(scope)) {
            if (!path.starts_with(folder + path_separator)) continue;
            std::string_view key = path.substr(folder.size() + 1);
            // Behind it stand the members of a map, or what marks a value as bytes.
            key = key.substr(0, key.find(path_separator));
            return AttributePlace{scope, std::string(key)};
        }
    }
    return std::nullopt;
}

Predicate span_attribute(AttributeScope scope, std::string_view key, const Test& test) {
    if (scope == AttributeScope::resource && key == "service.name") return span_service(test);
    std::vector<Predicate> ways;
    for (std::string& path : attribute_paths(scope, key)) ways.push_back(at(std::move(path), test));
    for (const MemberOfXray& each : members_of_xray)
        if (each.scope == scope && each.key == key)
            ways.push_back(of_xray(at(path_of(each.path), test)));
    // The other scalars of what was called at AWS keep their names.
    constexpr std::string_view aws = "aws.";
    if (scope == AttributeScope::span && key.starts_with(aws) &&
        key.find('.', aws.size()) == std::string_view::npos)
        ways.push_back(of_xray(at(path_of({"aws", key.substr(aws.size())}), test)));
    return any_of(std::move(ways));
}

Predicate event_name(const Test& test) { return at(path_of({"otel", "events", "name"}), test); }
Predicate scope_name(const Test& test) { return at(path_of({"otel", "scope", "name"}), test); }
Predicate scope_version(const Test& test) {
    return at(path_of({"otel", "scope", "version"}), test);
}

Predicate span_duration(const NumberTest& seconds) {
    return all_of({field(Field::duration, seconds), negation(around())});
}

Predicate root_name(const Test& test) {
    return some(Scope::root,
                any_of({at(otel_name_path(), test),
                        all_of({field(Field::name, test), negation(is_set(otel_name_path()))})}));
}

Predicate root_service(const Test& test) {
    return some(
        Scope::root,
        any_of({at(service_name_path(), test),
                all_of({field(Field::service, test), negation(is_set(service_name_path()))})}));
}

}  // namespace tomograph
