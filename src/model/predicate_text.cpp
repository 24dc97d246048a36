#include <fmt/format.h>

#include <array>

#include "model/predicate.h"

// The text form.

namespace tomograph {
namespace {

bool is_word(std::string_view key) {
    return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string subject_text(const Subject& subject) {
    if (subject.is_attribute()) return "@" + path_text(subject.path);
    return std::string(to_text(subject.field));
}

std::string_view kind_text(ScalarKind kind) {
    constexpr std::array<std::string_view, 3> names{"text", "number", "boolean"};
    return names[static_cast<std::size_t>(kind)];
}

struct TestText {
    std::string operator()(const IsSet& test) const {
        return fmt::format(" is {}", test.kind ? kind_text(*test.kind) : "set");
    }
    std::string operator()(const TextTest& test) const {
        constexpr std::array<std::string_view, 5> operators{"=", "^=", "$=", "*=", "~="};
        return fmt::format(" {} {}{}", operators[static_cast<std::size_t>(test.how)],
                           quoted(test.text), test.ignore_case ? " nocase" : "");
    }
    std::string operator()(const NumberTest& test) const {
        if (test.min && test.max) {
            if (*test.min == *test.max && !test.min_is_open && !test.max_is_open)
                return fmt::format(" = {}", to_text(*test.min));
            return fmt::format(" in {}{}, {}{}", test.min_is_open ? '(' : '[', to_text(*test.min),
                               to_text(*test.max), test.max_is_open ? ')' : ']');
        }
        if (test.min)
            return fmt::format(" {} {}", test.min_is_open ? ">" : ">=", to_text(*test.min));
        if (test.max)
            return fmt::format(" {} {}", test.max_is_open ? "<" : "<=", to_text(*test.max));
        return " is number";
    }
    std::string operator()(const BooleanTest& test) const {
        return fmt::format(" = {}", test.value);
    }
};

std::string list_text(CauseList list) {
    constexpr std::array<std::string_view, 3> kinds{"fault", "error", "response_time"};
    constexpr std::array<std::string_view, 3> levels{"service", "entity", "exception"};
    return fmt::format(".{}.{}", kinds[static_cast<std::size_t>(list.kind)],
                       levels[static_cast<std::size_t>(list.level)]);
}

std::string exception_text(const CausePath::Exception& exception) {
    std::string out = " exception(";
    if (exception.name) out += " name " + quoted(*exception.name);
    if (exception.message) out += " message " + quoted(*exception.message);
    return out + " )";
}

std::string entity_text(const CausePath::Entity& entity) {
    std::string out = " entity(";
    if (entity.name) out += " name " + quoted(*entity.name);
    if (entity.remote) out += fmt::format(" remote {}", *entity.remote);
    if (entity.coverage) out += " coverage " + to_text(*entity.coverage);
    if (entity.exceptions) {
        out += " exceptions(";
        for (const CausePath::Exception& exception : *entity.exceptions)
            out += exception_text(exception);
        out += " )";
    }
    return out + " )";
}

std::string path_text(const CausePath& path) {
    std::string out = "path(";
    for (const CausePath::Service& service : path.services) {
        out += " service(";
        if (service.name) out += " name " + quoted(*service.name);
        if (service.type) out += " type " + quoted(*service.type);
        if (service.account) out += " account " + quoted(*service.account);
        if (service.account_may_be_missing) out += " or_none";
        if (service.inferred) out += fmt::format(" inferred {}", *service.inferred);
        if (service.entities) {
            out += " entities(";
            for (const CausePath::Entity& entity : *service.entities) out += entity_text(entity);
            out += " )";
        }
        out += " )";
    }
    if (path.client_impacting) out += fmt::format(" client_impacting {}", *path.client_impacting);
    return out + " )";
}

std::string joined(const std::vector<Predicate>& children, std::string_view word) {
    std::string out = "(";
    for (const Predicate& child : children) {
        if (out.size() > 1) out += fmt::format(" {} ", word);
        out += to_text(child);
    }
    return out + ")";
}

}  // namespace

std::string to_text(const Predicate& predicate) {
    switch (predicate.kind) {
        case Predicate::Kind::all:
            return predicate.children.empty() ? "everything" : joined(predicate.children, "and");
        case Predicate::Kind::any:
            return predicate.children.empty() ? "nothing" : joined(predicate.children, "or");
        case Predicate::Kind::negation:
            return "not " + to_text(predicate.children.front());
        case Predicate::Kind::some:
            return fmt::format("some {}{} {{ {} }}", to_text(predicate.scope),
                               predicate.scope == Scope::cause ? list_text(predicate.cause) : "",
                               to_text(predicate.children.front()));
        case Predicate::Kind::condition:
            return subject_text(predicate.condition.subject) +
                   std::visit(TestText(), predicate.condition.test);
        case Predicate::Kind::cause_path:
            return path_text(predicate.path);
    }
    ASSERT(false);
}

std::string path_text(std::string_view path) {
    std::string out;
    for (std::size_t start = 0; start <= path.size();) {
        const std::size_t end = std::min(path.find(path_separator, start), path.size());
        const std::string_view key = path.substr(start, end - start);
        if (start > 0) out += '.';
        out += is_word(key) ? std::string(key) : quoted(key);
        start = end + 1;
    }
    return out;
}

}  // namespace tomograph
