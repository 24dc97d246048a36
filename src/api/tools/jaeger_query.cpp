#include "api/tools/jaeger_query.h"

#include <fmt/format.h>

#include "api/limits.h"
#include "query/spans/duration_text.h"
#include "query/spans/span_conditions.h"
#include "wire/json/json_index.h"
#include "wire/json/number.h"

namespace tomograph {
namespace {

/// The value as each type that it may be.
std::vector<Test> tests_of(const std::string& value) {
    std::vector<Test> tests = {TextTest{.text = value}};
    if (value == "true" || value == "false") tests.emplace_back(BooleanTest{value == "true"});
    if (is_json_number(value))
        if (const auto number = parse_decimal(value))
            tests.emplace_back(NumberTest{.min = *number, .max = *number});
    return tests;
}

std::string upper(std::string_view text) {
    std::string all(text);
    for (char& c : all)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return all;
}

Predicate never() { return any_of({}); }

Predicate kind_is(const std::string& value) {
    for (const OtlpKind kind : {OtlpKind::internal, OtlpKind::server, OtlpKind::client,
                                OtlpKind::producer, OtlpKind::consumer})
        if (to_text(kind) == upper(value)) return span_kind(kind);
    return never();
}

/// Tags that Jaeger makes of what has a place of its own; never() where the value cannot be.
std::optional<Predicate> made_tag(const std::string& key, const std::string& value) {
    if (key == "span.kind") return kind_is(value);
    if (key == "otel.status_code") {
        if (value == "ERROR") return span_status(OtlpStatus::error);
        return value == "OK" ? span_status(OtlpStatus::ok) : never();
    }
    if (key == "otel.status_description") return span_status_message(TextTest{.text = value});
    if (key == "otel.scope.name") return scope_name(TextTest{.text = value});
    if (key == "otel.scope.version") return scope_version(TextTest{.text = value});
    if (key == "error" && value == "true") return span_status(OtlpStatus::error);
    return std::nullopt;
}

Predicate tag_is(const std::string& key, const std::string& value) {
    std::vector<Predicate> ways;
    if (auto made = made_tag(key, value)) ways.push_back(*std::move(made));
    if (key == "event") ways.push_back(event_name(TextTest{.text = value}));
    for (const Test& test : tests_of(value))
        for (const AttributeScope scope :
             {AttributeScope::span, AttributeScope::resource, AttributeScope::event})
            ways.push_back(span_attribute(scope, key, test));
    return any_of(std::move(ways));
}

constexpr std::int32_t nanoseconds = -9;

Result<Decimal> seconds_of(std::string_view name, const std::string& text) {
    const auto duration = parse_duration_text(text);
    if (!duration)
        return Error(ErrorCode::invalid, fmt::format("{}: {}", name, duration.error().message()));
    return Decimal::of(duration->ns, nanoseconds);
}

}  // namespace

Result<Predicate> jaeger_predicate(const JaegerSearch& search) {
    std::vector<Predicate> all = {any_span()};
    if (!search.service.empty()) all.push_back(span_service(TextTest{.text = search.service}));
    if (!search.operation.empty()) all.push_back(span_name(TextTest{.text = search.operation}));
    for (const auto& [key, value] : search.tags) all.push_back(tag_is(key, value));
    NumberTest duration;
    if (!search.min_duration.empty())
        duration.min = TRY(seconds_of("minDuration", search.min_duration));
    if (!search.max_duration.empty())
        duration.max = TRY(seconds_of("maxDuration", search.max_duration));
    if (duration.min || duration.max) all.push_back(span_duration(duration));
    return some(Scope::span, all_of(std::move(all)));
}

Result<std::vector<std::pair<std::string, std::string>>> read_jaeger_tags(std::string_view json) {
    const Error wrong(ErrorCode::invalid, R"(tags must be an object of texts: {"key":"value"})");
    JsonIndex index;
    auto cursor = index.read(json);
    if (!cursor || cursor->kind() != JsonKind::object) return wrong;
    std::vector<std::pair<std::string, std::string>> tags;
    bool is_right = true;
    cursor->members([&](std::string_view key) {
        std::string name(key);
        std::string scratch;
        switch (cursor->kind()) {
            case JsonKind::string:
                tags.emplace_back(std::move(name), cursor->take_string(scratch));
                return;
            case JsonKind::number:
            case JsonKind::boolean:
                tags.emplace_back(std::move(name), cursor->take_raw());
                return;
            default:
                is_right = false;
                cursor->skip();
        }
    });
    if (cursor->failed() || !cursor->at_end() || !is_right) return wrong;
    if (tags.size() > tool_tags_max)
        return Error(ErrorCode::limit, fmt::format("more than {} tags", tool_tags_max));
    return tags;
}

}  // namespace tomograph
