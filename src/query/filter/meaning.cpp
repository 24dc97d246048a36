#include "query/filter/meaning.h"

#include <initializer_list>

namespace tomograph::filter {
namespace {

using Kind = Place::Kind;
using Level = CauseList::Level;

Subject attribute(std::initializer_list<std::string_view> keys) {
    Subject subject;
    for (const std::string_view key : keys) {
        if (!subject.path.empty()) subject.path += path_separator;
        subject.path += key;
    }
    return subject;
}

Meaning field_in(std::optional<Scope> scope, Field field) {
    return {.scope = scope, .subjects = {{.field = field, .path = {}}}};
}

/// Of the element that the place is about: of a trace its root.
Meaning of_element(Place place, Subject subject) {
    Meaning meaning{.scope = std::nullopt, .subjects = {std::move(subject)}};
    if (place.is_trace()) meaning.scope = Scope::root;
    return meaning;
}

std::optional<Meaning> flag(Place place, Field field) {
    if (place.kind == Kind::cause) return std::nullopt;
    return of_element(place, {.field = field, .path = {}});
}

std::optional<Meaning> request(Place place, std::string_view member) {
    if (place.kind == Kind::cause) return std::nullopt;
    return of_element(place, attribute({"http", "request", member}));
}

/// What any span of a trace or of a service's work may say.
std::optional<Meaning> of_any_span(Place place, std::vector<Subject> subjects) {
    if (place.kind == Kind::edge || place.kind == Kind::cause) return std::nullopt;
    return Meaning{.scope = Scope::span, .subjects = std::move(subjects)};
}

std::optional<Meaning> cause_field(Place place, Field field) {
    if (place.kind != Kind::cause || !has_field(Scope::cause, field, place.list))
        return std::nullopt;
    return field_in(std::nullopt, field);
}

std::optional<Meaning> partial(Place place) {
    if (place.kind == Kind::cause) return std::nullopt;
    return field_in(std::nullopt, place.is_trace() ? Field::partial : Field::in_progress);
}

std::optional<Meaning> inferred(Place place) {
    if (place.kind == Kind::edge) return field_in(Scope::target, Field::inferred);
    if (place.kind == Kind::cause) return cause_field(place, Field::inferred);
    return field_in(std::nullopt, Field::inferred);
}

std::optional<Meaning> remote(Place place) {
    if (place.is_trace()) return std::nullopt;
    if (place.kind == Kind::cause) return cause_field(place, Field::remote);
    return field_in(std::nullopt, Field::remote);
}

std::optional<Meaning> root(Place place) {
    if (place.kind == Kind::cause) return cause_field(place, Field::entry);
    if (place.kind == Kind::service) return field_in(std::nullopt, Field::entry);
    return std::nullopt;
}

std::optional<Meaning> coverage(Place place) {
    if (place.list.kind != CauseList::Kind::response_time) return std::nullopt;
    return cause_field(place, Field::coverage);
}

std::optional<Meaning> duration(Place place) {
    if (place.kind == Kind::cause) return std::nullopt;
    return field_in(std::nullopt, Field::duration);
}

std::optional<Meaning> name(Place place) {
    if (place.is_trace()) return std::nullopt;
    return field_in(std::nullopt, place.kind == Kind::service ? Field::service : Field::name);
}

std::optional<Meaning> type(Place place) {
    if (place.kind == Kind::service) return field_in(std::nullopt, Field::service_type);
    if (place.kind != Kind::cause) return std::nullopt;
    const bool is_exception = place.list.level == Level::exception;
    return cause_field(place, is_exception ? Field::name : Field::service_type);
}

std::optional<Meaning> message(Place place) {
    if (place.is_trace()) return std::nullopt;
    if (place.kind == Kind::cause) return cause_field(place, Field::exception_message);
    if (place.kind == Kind::service) return field_in(Scope::span, Field::exception_message);
    return field_in(std::nullopt, Field::exception_message);
}

std::optional<Meaning> method(Place place) {
    std::optional<Meaning> meaning = request(place, "method");
    if (meaning) meaning->ignore_case = true;
    return meaning;
}

/// Lambda's own segments say it in the block aws, OpenTelemetry in an attribute.
std::optional<Meaning> cold_start(Place place) {
    return of_any_span(
        place, {attribute({"aws", "cold_start"}), attribute({"annotations", "faas.coldstart"}),
                attribute({"metadata", "default", "faas.coldstart"})});
}

}  // namespace

std::optional<Meaning> meaning_of(Keyword keyword, Place place) {
    switch (keyword) {
        case Keyword::ok:
            return flag(place, Field::ok);
        case Keyword::error:
            return flag(place, Field::error);
        case Keyword::throttle:
            return flag(place, Field::throttle);
        case Keyword::fault:
            return flag(place, Field::fault);
        case Keyword::partial:
            return partial(place);
        case Keyword::inferred:
            return inferred(place);
        case Keyword::first:
            return cause_field(place, Field::first);
        case Keyword::last:
            return cause_field(place, Field::last);
        case Keyword::remote:
            return remote(place);
        case Keyword::root:
            return root(place);
        case Keyword::coldstart:
            return cold_start(place);
        case Keyword::responsetime:
            return flag(place, Field::response_time);
        case Keyword::duration:
            return duration(place);
        case Keyword::http_status:
            return flag(place, Field::status);
        case Keyword::index:
            return cause_field(place, Field::index);
        case Keyword::coverage:
            return coverage(place);
        case Keyword::http_url:
            return request(place, "url");
        case Keyword::http_method:
            return method(place);
        case Keyword::http_useragent:
            return request(place, "user_agent");
        case Keyword::http_clientip:
            return request(place, "client_ip");
        case Keyword::user:
            return of_any_span(place, {attribute({"user"})});
        case Keyword::name:
            return name(place);
        case Keyword::type:
            return type(place);
        case Keyword::message:
            return message(place);
        case Keyword::availabilityzone:
            return of_any_span(place, {attribute({"aws", "ec2", "availability_zone"}),
                                       attribute({"aws", "ecs", "availability_zone"})});
        case Keyword::instance_id:
            return of_any_span(place, {attribute({"aws", "ec2", "instance_id"})});
        case Keyword::resource_arn:
            return of_any_span(
                place, {attribute({"resource_arn"}), attribute({"aws", "ecs", "task_arn"})});
        case Keyword::annotation:
            break;
    }
    ASSERT(false);
}

Subject annotation_subject(std::string_view key) { return attribute({"annotations", key}); }

}  // namespace tomograph::filter
