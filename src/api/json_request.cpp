#include "api/json_request.h"

#include <simdjson.h>

#include "api/limits.h"
#include "api/timestamp.h"

namespace tomograph {

namespace {

namespace dom = simdjson::dom;

bool is_blank(std::string_view body) {
    return body.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// One body, shared by the readers of the objects in it.
struct Body {
    dom::parser parser{request_bytes_max};
    std::optional<ApiError> refusal;
};

}  // namespace

struct JsonRequest::Impl {
    std::shared_ptr<Body> body;
    std::optional<dom::object> object;  ///< absent: an empty one
    std::string path;                   ///< "TelemetryRecords[3]."

    std::string name_of(std::string_view member) const { return path + std::string(member); }

    void refuse(ApiError error) const {
        if (!body->refusal) body->refusal = std::move(error);
    }
    void refuse_type(std::string_view member, std::string_view wanted) const {
        refuse(serialization_error(name_of(member) + " must be " + std::string(wanted)));
    }
    void refuse_missing(std::string_view member) const {
        refuse(invalid_request(name_of(member) + " is required"));
    }
    void refuse_count(std::string_view member, std::size_t count, std::size_t count_max) const {
        refuse(invalid_request(name_of(member) + " holds " + std::to_string(count) +
                               " elements, at most " + std::to_string(count_max) +
                               " are accepted"));
    }

    std::optional<dom::element> find(std::string_view member) const {
        std::optional<dom::element> found;
        if (!object) return found;
        for (const dom::key_value_pair field : *object)
            if (field.key == member) found = field.value;
        if (found && found->is_null()) found.reset();
        return found;
    }

    /// The elements of a list member; absent stays apart from empty.
    std::optional<std::vector<dom::element>> elements(std::string_view member,
                                                      std::size_t count_max) const {
        const auto element = find(member);
        if (!element) return std::nullopt;
        dom::array array;
        if (element->get(array) != simdjson::SUCCESS) {
            refuse_type(member, "a list");
            return std::vector<dom::element>();
        }
        std::vector<dom::element> all;
        std::size_t count = 0;
        for (const dom::element each : array)
            if (++count <= count_max) all.push_back(each);
        if (count > count_max) refuse_count(member, count, count_max);
        return all;
    }

    std::optional<std::vector<std::string>> texts(std::string_view member,
                                                  std::size_t count_max) const {
        const auto found = elements(member, count_max);
        if (!found) return std::nullopt;
        std::vector<std::string> all;
        for (const dom::element each : *found) {
            std::string_view text;
            if (each.get(text) != simdjson::SUCCESS) {
                refuse_type(std::string(member) + "[" + std::to_string(all.size()) + "]",
                            "a string");
                break;
            }
            all.emplace_back(text);
        }
        return all;
    }

    template <class T>
    std::optional<T> scalar(std::string_view member, std::string_view wanted) const {
        const auto element = find(member);
        if (!element) return std::nullopt;
        T value{};
        if (element->get(value) == simdjson::SUCCESS) return value;
        refuse_type(member, wanted);
        return std::nullopt;
    }
};

JsonRequest::JsonRequest(std::string_view text) : impl_(std::make_unique<Impl>()) {
    impl_->body = std::make_shared<Body>();
    if (is_blank(text)) return;
    if (text.size() > request_bytes_max) {
        impl_->refuse({"RequestEntityTooLargeException", 413,
                       "the body holds " + std::to_string(text.size()) + " bytes, at most " +
                           std::to_string(request_bytes_max) + " are accepted"});
        return;
    }
    dom::parser& parser = impl_->body->parser;
    if (parser.allocate(text.size(), request_depth_max) != simdjson::SUCCESS) {
        impl_->refuse({"ServiceUnavailable", 503, "no memory for the request"});
        return;
    }
    dom::object object;
    const auto parsed = parser.parse(text.data(), text.size());
    if (parsed.error() == simdjson::NUMBER_ERROR)
        impl_->refuse(serialization_error("the body holds a number that cannot be read"));
    else if (parsed.error() != simdjson::SUCCESS)
        impl_->refuse(serialization_error("the body is not JSON"));
    else if (parsed.get(object) != simdjson::SUCCESS)
        impl_->refuse(serialization_error("the body must be a JSON object"));
    else
        impl_->object = object;
}

JsonRequest::JsonRequest(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonRequest::JsonRequest(JsonRequest&&) noexcept = default;
JsonRequest::~JsonRequest() = default;

std::optional<std::string> JsonRequest::text(std::string_view member) {
    const auto view = impl_->scalar<std::string_view>(member, "a string");
    return view ? std::optional<std::string>(*view) : std::nullopt;
}

std::optional<bool> JsonRequest::boolean(std::string_view member) {
    return impl_->scalar<bool>(member, "true or false");
}

std::optional<std::int64_t> JsonRequest::integer(std::string_view member) {
    return impl_->scalar<std::int64_t>(member, "an integer");
}

std::optional<double> JsonRequest::number(std::string_view member) {
    return impl_->scalar<double>(member, "a number");
}

std::optional<Instant> JsonRequest::timestamp(std::string_view member) {
    const auto element = impl_->find(member);
    if (!element) return std::nullopt;
    std::int64_t integer = 0;
    double number = 0;
    std::string_view text;
    Result<Instant> instant = Instant{};
    if (element->get(integer) == simdjson::SUCCESS) {
        instant = timestamp_from(integer);
    } else if (element->get(number) == simdjson::SUCCESS) {
        instant = timestamp_from(number);
    } else if (element->get(text) == simdjson::SUCCESS) {
        instant = timestamp_from(text);
    } else {
        impl_->refuse_type(member, "a timestamp");
        return std::nullopt;
    }
    if (instant) return *instant;
    impl_->refuse(invalid_request(impl_->name_of(member) + ": " + instant.error().message()));
    return std::nullopt;
}

std::vector<std::string> JsonRequest::texts(std::string_view member, std::size_t count_max) {
    return impl_->texts(member, count_max).value_or(std::vector<std::string>());
}

std::optional<std::map<std::string, std::string>> JsonRequest::text_map(std::string_view member) {
    const auto object = impl_->scalar<dom::object>(member, "an object");
    if (!object) return std::nullopt;
    std::map<std::string, std::string> all;
    for (const dom::key_value_pair field : *object) {
        std::string_view text;
        if (field.value.get(text) == simdjson::SUCCESS)
            all.insert_or_assign(std::string(field.key), std::string(text));
        else if (!field.value.is_null())
            impl_->refuse_type(std::string(member) + ": a value", "a string");
    }
    return all;
}

std::int64_t JsonRequest::required_integer(std::string_view member) {
    if (!impl_->find(member)) impl_->refuse_missing(member);
    return integer(member).value_or(0);
}

double JsonRequest::required_number(std::string_view member) {
    if (!impl_->find(member)) impl_->refuse_missing(member);
    return number(member).value_or(0);
}

std::string JsonRequest::required_text(std::string_view member) {
    auto found = text(member);
    if (!found) impl_->refuse_missing(member);
    return std::move(found).value_or("");
}

Instant JsonRequest::required_timestamp(std::string_view member) {
    const auto instant = timestamp(member);
    if (!instant) impl_->refuse_missing(member);
    return instant.value_or(Instant{});
}

std::vector<std::string> JsonRequest::required_texts(std::string_view member,
                                                     std::size_t count_max) {
    auto all = impl_->texts(member, count_max);
    if (!all) impl_->refuse_missing(member);
    return std::move(all).value_or(std::vector<std::string>());
}

std::optional<JsonRequest> JsonRequest::object(std::string_view member) {
    const auto object = impl_->scalar<dom::object>(member, "an object");
    if (!object) return std::nullopt;
    return JsonRequest(
        std::make_unique<Impl>(Impl{impl_->body, *object, impl_->name_of(member) + "."}));
}

std::optional<JsonRequest> JsonRequest::required_object(std::string_view member) {
    if (!impl_->find(member)) impl_->refuse_missing(member);
    return object(member);
}

std::vector<JsonRequest> JsonRequest::objects(std::string_view member, std::size_t count_max) {
    std::vector<JsonRequest> all;
    const auto found = impl_->elements(member, count_max);
    if (!found) return all;
    for (const dom::element each : *found) {
        const std::string name = impl_->name_of(member) + "[" + std::to_string(all.size()) + "]";
        dom::object object;
        if (each.get(object) != simdjson::SUCCESS) {
            impl_->refuse(serialization_error(name + " must be an object"));
            break;
        }
        all.push_back(JsonRequest(std::make_unique<Impl>(Impl{impl_->body, object, name + "."})));
    }
    return all;
}

std::vector<JsonRequest> JsonRequest::required_objects(std::string_view member,
                                                       std::size_t count_max) {
    if (!impl_->find(member)) impl_->refuse_missing(member);
    return objects(member, count_max);
}

void JsonRequest::refuse_value(std::string_view member, std::string_view sentence) {
    impl_->refuse(invalid_request(impl_->name_of(member) + " " + std::string(sentence)));
}

const std::optional<ApiError>& JsonRequest::refusal() const { return impl_->body->refusal; }

}  // namespace tomograph
