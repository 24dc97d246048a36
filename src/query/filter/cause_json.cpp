#include "query/filter/cause_json.h"

#include <fmt/format.h>

#include "wire/json/escapes.h"
#include "wire/json/json_index.h"
#include "wire/json/number.h"
#include "wire/json/utf8.h"

namespace tomograph::filter {
namespace {

/// Shares of the time are compared to that many digits behind the point (trace/predicate_match.h).
constexpr int coverage_digits = 12;

class CauseReader {
 public:
    explicit CauseReader(JsonCursor cursor) : cursor_(std::move(cursor)) {}

    std::vector<CausePath> read() {
        std::vector<CausePath> paths;
        if (cursor_.kind() == JsonKind::object)
            read_cause(paths.emplace_back());
        else
            read_array([&] { read_cause(paths.emplace_back()); });
        if (paths.empty()) refuse(0, "there is no root cause in it");
        if (!cursor_.failed() && !cursor_.at_end()) refuse(cursor_.offset(), "expected the end");
        return paths;
    }

    std::optional<CauseJsonFault> fault() const {
        if (fault_) return fault_;
        if (!cursor_.failed()) return std::nullopt;
        return CauseJsonFault{cursor_.failure_offset(), std::string(cursor_.failure_reason())};
    }

 private:
    void refuse(std::size_t byte, std::string reason) {
        if (!fault_ && !cursor_.failed()) fault_ = {byte, std::move(reason)};
        cursor_.fail("refused");
    }

    bool is_kind(JsonKind kind, std::string_view name) {
        if (cursor_.kind() == kind) return true;
        refuse(cursor_.offset(), fmt::format("expected {}", name));
        return false;
    }

    template <class OnElement>
    void read_array(OnElement on_element) {
        if (is_kind(JsonKind::array, "an array")) cursor_.elements(on_element);
    }

    /// on_member  takes the value of a member that it knows; false: it knows it not
    template <class OnMember>
    void read_object(std::string_view known, OnMember on_member) {
        if (!is_kind(JsonKind::object, "an object")) return;
        cursor_.members([&](std::string_view key) {
            if (cursor_.kind() == JsonKind::null) return cursor_.skip();
            const std::size_t at = cursor_.offset();
            const std::string name(cut_characters(key, 40));
            if (!on_member(key)) refuse(at, fmt::format("'{}' is not one of {}", name, known));
        });
    }

    void read_cause(CausePath& path) {
        const std::size_t at = cursor_.offset();
        bool has_services = false;
        read_object("Services and ClientImpacting", [&](std::string_view key) {
            if (key == "ClientImpacting") return take(path.client_impacting);
            if (key != "Services") return false;
            has_services = true;
            path.services.clear();
            read_array([&] { read_service(path.services.emplace_back()); });
            return true;
        });
        if (!has_services) refuse(at, "a root cause has Services");
    }

    void read_service(CausePath::Service& service) {
        read_object("Name, Names, Type, AccountId, EntityPath and Inferred",
                    [&](std::string_view key) {
                        if (key == "Name") return take(service.name);
                        if (key == "Names") return take_only_name(service.name);
                        if (key == "Type") return take(service.type);
                        if (key == "AccountId") return take(service.account);
                        if (key == "Inferred") return take(service.inferred);
                        if (key != "EntityPath") return false;
                        auto& entities = service.entities.emplace();
                        read_array([&] { read_entity(entities.emplace_back()); });
                        return true;
                    });
    }

    void read_entity(CausePath::Entity& entity) {
        read_object("Name, Remote, Coverage and Exceptions", [&](std::string_view key) {
            if (key == "Name") return take(entity.name);
            if (key == "Remote") return take(entity.remote);
            if (key == "Coverage") return take_coverage(entity.coverage);
            if (key != "Exceptions") return false;
            auto& exceptions = entity.exceptions.emplace();
            read_array([&] { read_exception(exceptions.emplace_back()); });
            return true;
        });
    }

    void read_exception(CausePath::Exception& exception) {
        read_object("Name and Message", [&](std::string_view key) {
            if (key == "Name") return take(exception.name);
            if (key == "Message") return take(exception.message);
            return false;
        });
    }

    bool take(std::optional<std::string>& text) {
        text = cursor_.take_string(scratch_);
        return true;
    }

    bool take(std::optional<bool>& value) {
        value = cursor_.take_boolean();
        return true;
    }

    /// Our nodes have one name each, and so have the answers.
    bool take_only_name(std::optional<std::string>& name) {
        const std::size_t at = cursor_.offset();
        std::size_t count = 0;
        std::optional<std::string> only;
        read_array([&] {
            ++count;
            take(only);
        });
        if (count != 1) refuse(at, "Names holds one name");
        if (name && name != only) refuse(at, "Names holds another name than Name");
        name = std::move(only);
        return true;
    }

    bool take_coverage(std::optional<Decimal>& coverage) {
        const std::size_t at = cursor_.offset();
        const auto share = parse_scaled_decimal(cursor_.take_number(), coverage_digits);
        if (share)
            coverage = Decimal::of(*share, -coverage_digits);
        else
            refuse(at, "expected a number from 0 to 1");
        return true;
    }

    JsonCursor cursor_;
    std::string scratch_;
    std::optional<CauseJsonFault> fault_;
};

/// Writes members, and the commas between them.
class ObjectText {
 public:
    void add(std::string_view name, std::string_view json) {
        text_ += fmt::format("{}\"{}\": {}", text_.size() > 1 ? ", " : "", name, json);
    }
    void add(std::string_view name, const std::optional<std::string>& text) {
        if (!text) return;
        std::string json;
        append_quoted(*text, json);
        add(name, std::string_view(json));
    }
    void add(std::string_view name, const std::optional<bool>& value) {
        if (value) add(name, *value ? std::string_view("true") : "false");
    }
    std::string text() const { return text_ + "}"; }

 private:
    std::string text_ = "{";
};

template <class Item, class ToText>
std::string array_text(const std::vector<Item>& items, ToText item_text) {
    std::string text = "[";
    for (const Item& item : items) text += (text.size() > 1 ? ", " : "") + item_text(item);
    return text + "]";
}

std::string exception_text(const CausePath::Exception& exception) {
    ObjectText object;
    object.add("Name", exception.name);
    object.add("Message", exception.message);
    return object.text();
}

std::string entity_text(const CausePath::Entity& entity) {
    ObjectText object;
    object.add("Name", entity.name);
    object.add("Remote", entity.remote);
    if (entity.coverage) object.add("Coverage", std::string_view(to_text(*entity.coverage)));
    if (entity.exceptions)
        object.add("Exceptions", std::string_view(array_text(*entity.exceptions, exception_text)));
    return object.text();
}

std::string service_text(const CausePath::Service& service) {
    ObjectText object;
    object.add("Name", service.name);
    object.add("Type", service.type);
    object.add("AccountId", service.account);
    object.add("Inferred", service.inferred);
    if (service.entities)
        object.add("EntityPath", std::string_view(array_text(*service.entities, entity_text)));
    return object.text();
}

std::string path_text(const CausePath& path) {
    ObjectText object;
    object.add("Services", std::string_view(array_text(path.services, service_text)));
    object.add("ClientImpacting", path.client_impacting);
    return object.text();
}

}  // namespace

std::variant<std::vector<CausePath>, CauseJsonFault> read_cause_json(std::string_view json) {
    JsonIndex index;
    Result<JsonCursor> cursor = index.read(json);
    if (!cursor) return CauseJsonFault{0, cursor.error().message()};
    CauseReader reader(std::move(*cursor));
    std::vector<CausePath> paths = reader.read();
    if (auto fault = reader.fault()) return std::move(*fault);
    return paths;
}

std::string to_cause_json(const std::vector<CausePath>& paths) {
    return array_text(paths, path_text);
}

}  // namespace tomograph::filter
