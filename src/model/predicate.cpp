#include "model/predicate.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <utility>

namespace tomograph {
namespace {

constexpr unsigned bit(Scope scope) { return 1U << static_cast<unsigned>(scope); }

constexpr unsigned on_trace = bit(Scope::trace);
constexpr unsigned on_call = bit(Scope::call);
constexpr unsigned on_segments =
    bit(Scope::root) | bit(Scope::segment) | bit(Scope::source) | bit(Scope::target);
constexpr unsigned on_spans = on_segments | bit(Scope::span);
constexpr unsigned on_causes = bit(Scope::cause);

struct FieldFacts {
    std::string_view name;
    ScalarKind kind;
    unsigned scopes;
};

/// In the order of Field.
constexpr std::array<FieldFacts, 27> facts{{
    {"name", ScalarKind::text, on_spans | on_call | on_causes},
    {"service", ScalarKind::text, on_spans},
    {"service_type", ScalarKind::text, on_spans | on_causes},
    {"account", ScalarKind::text, on_spans | on_causes},
    {"called_as", ScalarKind::text, on_segments},
    {"exception_type", ScalarKind::text, on_spans | on_call},
    {"exception_message", ScalarKind::text, on_spans | on_call | on_causes},
    {"duration", ScalarKind::number, on_trace | on_spans | on_call},
    {"response_time", ScalarKind::number, on_spans | on_call},
    {"status", ScalarKind::number, on_spans | on_call},
    {"span_count", ScalarKind::number, on_trace},
    {"index", ScalarKind::number, on_causes},
    {"coverage", ScalarKind::number, on_causes},
    {"ok", ScalarKind::boolean, on_spans | on_call},
    {"error", ScalarKind::boolean, on_spans | on_call},
    {"fault", ScalarKind::boolean, on_spans | on_call},
    {"throttle", ScalarKind::boolean, on_spans | on_call},
    {"in_progress", ScalarKind::boolean, on_trace | on_spans | on_call},
    {"inferred", ScalarKind::boolean, on_trace | on_segments | on_causes},
    {"partial", ScalarKind::boolean, on_trace},
    {"entry", ScalarKind::boolean, on_segments | on_causes},
    {"segment", ScalarKind::boolean, on_spans | on_call},
    {"aws", ScalarKind::boolean, on_spans | on_call},
    {"remote", ScalarKind::boolean, on_spans | on_call | on_causes},
    {"sql", ScalarKind::boolean, on_spans | on_call},
    {"first", ScalarKind::boolean, on_causes},
    {"last", ScalarKind::boolean, on_causes},
}};

const FieldFacts& facts_of(Field field) { return facts[static_cast<std::size_t>(field)]; }

/// Which fields an element of that list has.
bool is_of_level(Field field, CauseList::Level level) {
    const auto among = [&](std::initializer_list<Field> fields) {
        return std::find(fields.begin(), fields.end(), field) != fields.end();
    };
    if (among({Field::name, Field::index, Field::first, Field::last})) return true;
    switch (level) {
        case CauseList::Level::service:
            return among({Field::service_type, Field::account, Field::inferred, Field::entry});
        case CauseList::Level::entity:
            return among({Field::remote, Field::coverage});
        case CauseList::Level::exception:
            return field == Field::exception_message;
    }
    ASSERT(false);
}

bool may_stand_in(Scope inner, Scope outer) {
    switch (inner) {
        case Scope::trace:
            return false;
        case Scope::span:
            return (bit(outer) & (on_trace | on_segments)) != 0;
        case Scope::source:
        case Scope::target:
            return outer == Scope::call;
        case Scope::root:
        case Scope::segment:
        case Scope::call:
        case Scope::cause:
            return outer == Scope::trace;
    }
    ASSERT(false);
}

/// Walks a tree and stops at the first rule broken.
class Checker {
 public:
    Result<void> check(const Predicate& node, Scope scope, CauseList cause, std::size_t depth) {
        if (depth > predicate_depth_max)
            return Error(ErrorCode::limit,
                         fmt::format("a filter nests deeper than {}", predicate_depth_max));
        if (++nodes_ > predicate_nodes_max)
            return Error(ErrorCode::limit,
                         fmt::format("a filter has more than {} nodes", predicate_nodes_max));
        TRY(check_shape(node));
        switch (node.kind) {
            case Predicate::Kind::condition:
                TRY(count_leaf());
                return check_condition(node.condition, scope, cause);
            case Predicate::Kind::cause_path:
                TRY(count_leaf());
                return check_path(node.path, scope);
            case Predicate::Kind::some:
                if (!may_stand_in(node.scope, scope))
                    return Error(ErrorCode::invalid, fmt::format("a {} has no {}", to_text(scope),
                                                                 to_text(node.scope)));
                return check(node.children.front(), node.scope, node.cause, depth + 1);
            case Predicate::Kind::all:
            case Predicate::Kind::any:
            case Predicate::Kind::negation:
                for (const Predicate& child : node.children)
                    TRY(check(child, scope, cause, depth + 1));
                return {};
        }
        ASSERT(false);
    }

 private:
    static Result<void> check_shape(const Predicate& node) {
        const bool has_one =
            node.kind == Predicate::Kind::negation || node.kind == Predicate::Kind::some;
        if (has_one && node.children.size() != 1)
            return Error(ErrorCode::invalid, "a negation or scope has not one child");
        return {};
    }

    Result<void> count_leaf() {
        if (++leaves_ <= predicate_leaves_max) return {};
        return Error(ErrorCode::limit,
                     fmt::format("a filter has more than {} conditions", predicate_leaves_max));
    }

    static Result<void> check_text(std::string_view text) {
        if (text.size() <= predicate_text_bytes_max) return {};
        return Error(ErrorCode::limit, fmt::format("a text of a filter has more than {} bytes",
                                                   predicate_text_bytes_max));
    }

    static Result<void> check_condition(const Condition& condition, Scope scope, CauseList cause) {
        const Subject& subject = condition.subject;
        TRY(check_text(subject.path));
        if (const auto* test = std::get_if<TextTest>(&condition.test)) TRY(check_text(test->text));
        if (subject.is_attribute()) {
            if (has_attributes(scope)) return {};
            return Error(ErrorCode::invalid, fmt::format("a {} has no attributes", to_text(scope)));
        }
        if (!has_field(scope, subject.field, cause))
            return Error(ErrorCode::invalid, fmt::format("{} is not known of a {}",
                                                         to_text(subject.field), to_text(scope)));
        if (is_of_kind(condition.test, kind_of(subject.field))) return {};
        return Error(ErrorCode::invalid, fmt::format("{} is compared with a value of another kind",
                                                     to_text(subject.field)));
    }

    static bool is_of_kind(const Test& test, ScalarKind kind) {
        if (std::holds_alternative<TextTest>(test)) return kind == ScalarKind::text;
        if (std::holds_alternative<NumberTest>(test)) return kind == ScalarKind::number;
        if (std::holds_alternative<BooleanTest>(test)) return kind == ScalarKind::boolean;
        return true;
    }

    Result<void> check_path(const CausePath& path, Scope scope) {
        if (scope != Scope::trace)
            return Error(ErrorCode::invalid, fmt::format("a {} has no causes", to_text(scope)));
        for (const CausePath::Service& service : path.services) {
            ++nodes_;
            for (const auto& text : {service.name, service.type, service.account})
                if (text) TRY(check_text(*text));
            if (!service.entities) continue;
            nodes_ += service.entities->size();
            for (const CausePath::Entity& entity : *service.entities)
                TRY(check_path_entity(entity));
        }
        if (nodes_ > predicate_nodes_max)
            return Error(ErrorCode::limit,
                         fmt::format("a filter has more than {} nodes", predicate_nodes_max));
        return {};
    }

    Result<void> check_path_entity(const CausePath::Entity& entity) {
        if (entity.name) TRY(check_text(*entity.name));
        if (!entity.exceptions) return {};
        nodes_ += entity.exceptions->size();
        for (const CausePath::Exception& exception : *entity.exceptions)
            for (const auto& text : {exception.name, exception.message})
                if (text) TRY(check_text(*text));
        return {};
    }

    std::size_t leaves_ = 0;
    std::size_t nodes_ = 0;
};

Predicate node(Predicate::Kind kind, std::vector<Predicate> children) {
    Predicate predicate;
    predicate.kind = kind;
    predicate.children = std::move(children);
    return predicate;
}

Predicate with_child(Predicate::Kind kind, Predicate child) {
    Predicate predicate;
    predicate.kind = kind;
    predicate.children.push_back(std::move(child));
    return predicate;
}

}  // namespace

Predicate all_of(std::vector<Predicate> children) {
    return node(Predicate::Kind::all, std::move(children));
}

Predicate any_of(std::vector<Predicate> children) {
    return node(Predicate::Kind::any, std::move(children));
}

Predicate negation(Predicate child) {
    return with_child(Predicate::Kind::negation, std::move(child));
}

Predicate some(Scope scope, Predicate inside) {
    Predicate predicate = with_child(Predicate::Kind::some, std::move(inside));
    predicate.scope = scope;
    return predicate;
}

Predicate some_cause(CauseList list, Predicate inside) {
    Predicate predicate = some(Scope::cause, std::move(inside));
    predicate.cause = list;
    return predicate;
}

Predicate condition(Subject subject, Test test) {
    Predicate predicate;
    predicate.kind = Predicate::Kind::condition;
    predicate.condition = {.subject = std::move(subject), .test = std::move(test)};
    return predicate;
}

Predicate cause_path(CausePath path) {
    Predicate predicate;
    predicate.kind = Predicate::Kind::cause_path;
    predicate.path = std::move(path);
    return predicate;
}

ScalarKind kind_of(Field field) { return facts_of(field).kind; }
std::string_view to_text(Field field) { return facts_of(field).name; }

std::string_view to_text(Scope scope) {
    constexpr std::array<std::string_view, 8> names{"trace", "root",   "segment", "span",
                                                    "call",  "source", "target",  "cause"};
    return names[static_cast<std::size_t>(scope)];
}

bool has_field(Scope scope, Field field, CauseList cause) {
    if ((facts_of(field).scopes & bit(scope)) == 0) return false;
    return scope != Scope::cause || is_of_level(field, cause.level);
}

bool has_attributes(Scope scope) { return (bit(scope) & (on_spans | on_call)) != 0; }

Result<void> check(const Predicate& predicate, Scope scope) {
    return Checker().check(predicate, scope, {}, 1);
}

}  // namespace tomograph
