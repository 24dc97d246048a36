#include "trace/predicate_match.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "trace/graph_of_trace.h"
#include "trace/predicate_elements.h"

namespace tomograph {
namespace {

/// Asks a test of each value; what a scope's values are is written once, for tests and for lists.
struct Asks {
    const Test& test;
    bool operator()(std::string_view text) const { return passes_text(test, text); }
    bool operator()(Decimal number) const { return passes_number(test, number); }
    bool operator()(bool value) const { return passes_boolean(test, value); }
};

/// Lists the values, and wants all of them.
struct Lists {
    std::vector<Scalar>& values;
    bool operator()(std::string_view text) const {
        values.push_back({ScalarKind::text, std::string(text)});
        return false;
    }
    bool operator()(Decimal number) const {
        values.push_back({ScalarKind::number, to_text(number)});
        return false;
    }
    bool operator()(bool value) const {
        values.push_back({ScalarKind::boolean, value ? "true" : "false"});
        return false;
    }
};

template <class Accept>
bool accept_seconds(const Accept& accept, Duration duration) {
    return accept(Decimal::of(duration.ns, -9));
}

/// "" is how a row says that there is none.
template <class Accept>
bool accept_given(const Accept& accept, std::string_view text) {
    return !text.empty() && accept(text);
}

/// A share to twelve digits: finer than the nanoseconds that it was made of.
Decimal decimal_of(double share) { return Decimal::of(std::llround(share * 1e12), -12); }

/// What a condition may be asked of. Which members are set depends on the scope.
struct Element {
    Scope scope = Scope::trace;
    const Entity* entity = nullptr;       ///< span, segments; of a call, what its caller saw
    const ServiceKey* service = nullptr;  ///< of the node; null for an orphan
    const SegmentCall* call = nullptr;
    const CauseElement* cause = nullptr;
};

}  // namespace

/// One trace being asked. Lists that few predicates need are made when one does.
class PredicateEvaluation {
 public:
    using Node = TraceMatcher::Node;

    explicit PredicateEvaluation(const TraceMatcher::Subject& subject)
        : subject_(subject), trace_(subject.trace) {}

    bool holds(const Node& node, const Element& element) {
        const auto child_holds = [&](const Node& child) { return holds(child, element); };
        switch (node.kind) {
            case Predicate::Kind::all:
                return std::all_of(node.children.begin(), node.children.end(), child_holds);
            case Predicate::Kind::any:
                return std::any_of(node.children.begin(), node.children.end(), child_holds);
            case Predicate::Kind::negation:
                return !child_holds(node.children.front());
            case Predicate::Kind::some:
                return holds_for_some(node, element);
            case Predicate::Kind::condition:
                return passes_condition(node, element);
            case Predicate::Kind::cause_path:
                return has_path(node.path);
        }
        ASSERT(false);
    }

    std::vector<Scalar> values_of(const Entity& entity, Field field) const {
        std::vector<Scalar> values;
        passes_entity(field, Lists{values}, span_element(entity));
        return values;
    }

    Element span_element(const Entity& entity) const {
        return {.scope = Scope::span, .entity = &entity, .service = service_of(entity)};
    }

 private:
    const ServiceKey* service_of(const Entity& entity) const {
        if (entity.segment < 0) return nullptr;
        return &trace_.entities[static_cast<std::size_t>(entity.segment)].service;
    }

    Element segment_element(Scope scope, const Entity& entity) const {
        return {.scope = scope, .entity = &entity, .service = service_of(entity)};
    }

    // Scopes. -----------------------------------------------------------------------------------

    bool holds_for_some(const Node& node, const Element& outer) {
        const Node& inside = node.children.front();
        switch (node.scope) {
            case Scope::trace:
                return holds(inside, outer);
            case Scope::root: {
                const Entity* root = leading_entity(trace_);
                return root != nullptr && holds(inside, segment_element(Scope::root, *root));
            }
            case Scope::segment:
                return std::any_of(
                    trace_.entities.begin(), trace_.entities.end(), [&](const Entity& entity) {
                        return entity.is_segment &&
                               holds(inside, segment_element(Scope::segment, entity));
                    });
            case Scope::span:
                return holds_for_some_span(inside, outer);
            case Scope::call:
                return holds_for_some_call(inside);
            case Scope::source:
                return holds(inside, source_element(*outer.call));
            case Scope::target:
                return holds(inside, segment_element(Scope::target, *outer.call->target));
            case Scope::cause:
                return holds_for_some_cause(inside, node.cause);
        }
        ASSERT(false);
    }

    bool holds_for_some_span(const Node& inside, const Element& outer) {
        const bool is_of_trace = outer.scope == Scope::trace;
        if (!is_of_trace && outer.entity == nullptr) return false;  // the client
        const std::int32_t owner = is_of_trace ? -1 : outer.entity->segment;
        return std::any_of(
            trace_.entities.begin(), trace_.entities.end(), [&](const Entity& entity) {
                if (entity.is_inferred) return false;
                const bool is_inside =
                    is_of_trace || (owner >= 0 ? entity.segment == owner : &entity == outer.entity);
                return is_inside && holds(inside, span_element(entity));
            });
    }

    bool holds_for_some_call(const Node& inside) {
        if (!calls_) calls_ = calls_of(trace_);
        return std::any_of(calls_->begin(), calls_->end(), [&](const SegmentCall& call) {
            return holds(inside, {.scope = Scope::call, .entity = call.seen, .call = &call});
        });
    }

    Element source_element(const SegmentCall& call) {
        if (call.source != nullptr) return segment_element(Scope::source, *call.source);
        client_ = {
            .name = call.target->service.name, .type = std::string(client_type), .account_id = ""};
        return {.scope = Scope::source, .service = &client_};
    }

    bool holds_for_some_cause(const Node& inside, CauseList list) {
        const std::vector<RootCause>& causes = causes_of(list.kind);
        return std::any_of(causes.begin(), causes.end(), [&](const RootCause& cause) {
            return holds_for_some_element(inside, list.level, cause);
        });
    }

    bool holds_for_some_element(const Node& inside, CauseList::Level level,
                                const RootCause& cause) {
        std::vector<CauseElement> elements;
        for (const RootCauseService& service : cause.services) {
            if (level == CauseList::Level::service) elements.push_back({.service = &service});
            if (level == CauseList::Level::service) continue;
            for (const RootCauseEntity& entity : service.entity_path) {
                if (level == CauseList::Level::entity) elements.push_back({.entity = &entity});
                if (level == CauseList::Level::entity) continue;
                for (const RootCauseException& exception : entity.exceptions)
                    elements.push_back({.exception = &exception});
            }
        }
        for (std::size_t i = 0; i < elements.size(); ++i) {
            elements[i].index = i;
            elements[i].count = elements.size();
            if (holds(inside, {.scope = Scope::cause, .cause = &elements[i]})) return true;
        }
        return false;
    }

    const std::vector<RootCause>& causes_of(CauseList::Kind kind) {
        auto& causes = causes_[static_cast<std::size_t>(kind)];
        if (causes) return *causes;
        switch (kind) {
            case CauseList::Kind::fault:
                return causes.emplace(fault_root_causes(trace_));
            case CauseList::Kind::error:
                return causes.emplace(error_root_causes(trace_));
            case CauseList::Kind::response_time:
                return causes.emplace(response_time_root_causes(trace_));
        }
        ASSERT(false);
    }

    // Conditions. -------------------------------------------------------------------------------

    bool passes_condition(const Node& node, const Element& element) {
        const Condition& condition = node.condition;
        if (condition.subject.is_attribute()) return passes_attribute(node, element);
        const Field field = condition.subject.field;
        switch (element.scope) {
            case Scope::trace:
                return passes_trace(field, Asks{condition.test});
            case Scope::cause:
                return passes_cause(field, Asks{condition.test}, *element.cause);
            default:
                return passes_entity(field, Asks{condition.test}, element);
        }
    }

    bool passes_attribute(const Node& node, const Element& element) const {
        if (element.entity == nullptr) return false;
        const auto cells =
            subject_.attributes.of(place_of(trace_, *element.entity, node.attribute));
        return std::any_of(cells.begin(), cells.end(), [&](const auto& cell) {
            return passes(node.condition.test, cell.value);
        });
    }

    template <class Accept>
    bool passes_trace(Field field, const Accept& accept) const {
        const auto& entities = trace_.entities;
        switch (field) {
            case Field::duration:
                return accept_seconds(accept, trace_.duration());
            case Field::span_count:
                return accept(
                    Decimal::of(std::count_if(entities.begin(), entities.end(),
                                              [](const Entity& e) { return !e.is_inferred; })));
            case Field::partial:
                return accept(trace_.is_partial || subject_.limit_exceeded);
            case Field::inferred:
                return accept(std::any_of(entities.begin(), entities.end(),
                                          [](const Entity& e) { return e.is_inferred; }));
            case Field::in_progress:
                return accept(std::any_of(entities.begin(), entities.end(),
                                          [](const Entity& e) { return e.span->in_progress; }));
            default:
                ASSERT(false);
        }
    }

    template <class Accept>
    static bool passes_cause(Field field, const Accept& accept, const CauseElement& element) {
        const auto at = static_cast<std::int64_t>(element.index);
        if (field == Field::index) return accept(Decimal::of(at));
        if (field == Field::first) return accept(element.index == 0);
        if (field == Field::last) return accept(element.index + 1 == element.count);
        if (element.service != nullptr) return passes_service(field, accept, *element.service, at);
        if (element.entity != nullptr) {
            if (field == Field::name) return accept_given(accept, element.entity->name);
            if (field == Field::remote) return accept(element.entity->remote);
            ASSERT(field == Field::coverage);
            return accept(decimal_of(element.entity->coverage));
        }
        const RootCauseException& exception = *element.exception;
        return accept_given(accept, field == Field::name ? exception.name : exception.message);
    }

    template <class Accept>
    static bool passes_service(Field field, const Accept& accept, const RootCauseService& service,
                               std::int64_t index) {
        switch (field) {
            case Field::name:
                return accept_given(accept, service.service.name);
            case Field::service_type:
                return accept_given(accept, service.service.type);
            case Field::account:
                return accept_given(accept, service.service.account_id);
            case Field::inferred:
                return accept(service.inferred);
            case Field::entry:
                return accept(index == 0);
            default:
                ASSERT(false);
        }
    }

    template <class Accept>
    bool passes_entity(Field field, const Accept& accept, const Element& element) const {
        switch (field) {
            case Field::service:
                return element.service != nullptr && accept_given(accept, element.service->name);
            case Field::service_type:
                return element.service != nullptr && accept_given(accept, element.service->type);
            case Field::account:
                return element.service != nullptr &&
                       accept_given(accept, element.service->account_id);
            default:
                break;
        }
        if (element.entity == nullptr) return false;  // of the client no more is known
        const Entity& entity = *element.entity;
        switch (field) {
            case Field::called_as:
                return passes_called_as(accept, entity);
            case Field::inferred:
                return accept(entity.is_inferred);
            case Field::entry:
                return accept(is_entry(trace_, entity));
            case Field::segment:
                return accept(entity.is_segment);
            case Field::duration:
                return accept_seconds(accept, duration_of(element));
            default:
                return passes_span(field, accept, *entity.span);
        }
    }

    Duration duration_of(const Element& element) const {
        const Entity& entity = *element.entity;
        const bool is_work = element.scope != Scope::span && element.scope != Scope::call;
        if (!is_work || !entity.is_segment) return entity.span->duration();
        return work_end(trace_, entity) - entity.span->start;
    }

    template <class Accept>
    bool passes_called_as(const Accept& accept, const Entity& entity) const {
        if (!entity.is_segment || entity.parent < 0) return false;
        const Entity& caller = trace_.entities[static_cast<std::size_t>(entity.parent)];
        return !caller.is_segment && accept_given(accept, caller.span->name);
    }

    template <class Accept>
    static bool passes_span(Field field, const Accept& accept, const Span& span) {
        switch (field) {
            case Field::name:
                return accept_given(accept, span.name);
            case Field::exception_type:
                return passes_exception(accept, span, &SpanException::type);
            case Field::exception_message:
                return passes_exception(accept, span, &SpanException::message);
            case Field::response_time:
                return accept_seconds(accept, span.duration());
            case Field::status:
                return span.http.status && accept(Decimal::of(*span.http.status));
            case Field::ok:
                return accept(!span.error && !span.throttle && !span.fault);
            case Field::error:
                return accept(span.error);
            case Field::fault:
                return accept(span.fault);
            case Field::throttle:
                return accept(span.throttle);
            case Field::in_progress:
                return accept(span.in_progress);
            case Field::aws:
                return accept(span.name_space == SpanNamespace::aws);
            case Field::remote:
                return accept(span.name_space == SpanNamespace::remote);
            case Field::sql:
                return accept(span.has_sql);
            default:
                ASSERT(false);
        }
    }

    template <class Accept>
    static bool passes_exception(const Accept& accept, const Span& span,
                                 std::string_view SpanException::* text) {
        return std::any_of(span.exceptions.begin(), span.exceptions.end(),
                           [&](const auto& each) { return accept_given(accept, each.*text); });
    }

    // Cause paths. ------------------------------------------------------------------------------

    bool has_path(const CausePath& path) {
        constexpr std::array kinds{CauseList::Kind::fault, CauseList::Kind::error,
                                   CauseList::Kind::response_time};
        return std::any_of(kinds.begin(), kinds.end(), [&](CauseList::Kind kind) {
            const std::vector<RootCause>& causes = causes_of(kind);
            return std::any_of(causes.begin(), causes.end(), [&](const RootCause& cause) {
                return (!path.client_impacting ||
                        *path.client_impacting == cause.client_impacting) &&
                       std::equal(path.services.begin(), path.services.end(),
                                  cause.services.begin(), cause.services.end(), is_service);
            });
        });
    }

    static bool is_service(const CausePath::Service& wanted, const RootCauseService& service) {
        const ServiceKey& key = service.service;
        if (wanted.name && *wanted.name != key.name) return false;
        if (wanted.type && *wanted.type != key.type) return false;
        const bool is_any_account =
            !wanted.account || (wanted.account_may_be_missing && key.account_id.empty());
        if (!is_any_account && *wanted.account != key.account_id) return false;
        if (wanted.inferred && *wanted.inferred != service.inferred) return false;
        return !wanted.entities ||
               std::equal(wanted.entities->begin(), wanted.entities->end(),
                          service.entity_path.begin(), service.entity_path.end(), is_entity);
    }

    static bool is_entity(const CausePath::Entity& wanted, const RootCauseEntity& entity) {
        if (wanted.name && *wanted.name != entity.name) return false;
        if (wanted.remote && *wanted.remote != entity.remote) return false;
        if (wanted.coverage && *wanted.coverage != decimal_of(entity.coverage)) return false;
        return !wanted.exceptions ||
               std::equal(wanted.exceptions->begin(), wanted.exceptions->end(),
                          entity.exceptions.begin(), entity.exceptions.end(), is_exception);
    }

    static bool is_exception(const CausePath::Exception& wanted,
                             const RootCauseException& exception) {
        if (wanted.name && *wanted.name != exception.name) return false;
        return !wanted.message || *wanted.message == exception.message;
    }

    const TraceMatcher::Subject& subject_;
    const Trace& trace_;
    std::optional<std::vector<SegmentCall>> calls_;
    std::array<std::optional<std::vector<RootCause>>, 3> causes_;
    ServiceKey client_;
};

TraceAttributes::Place place_of(const Trace& trace, const Entity& entity, std::uint32_t path) {
    const auto& rows = trace.documents[entity.document].segment.spans;
    return {.document = entity.document,
            .row = static_cast<std::uint32_t>(entity.span - rows.data()),
            .path = path};
}

std::vector<Scalar> field_values(const Trace& trace, const Entity& entity, Field field) {
    const TraceAttributes none;
    return PredicateEvaluation({.trace = trace, .attributes = none}).values_of(entity, field);
}

TraceMatcher::TraceMatcher(const Predicate& predicate) {
    gather_paths(predicate);
    std::sort(paths_.begin(), paths_.end());
    paths_.erase(std::unique(paths_.begin(), paths_.end()), paths_.end());
    compile(predicate, root_);
}

void TraceMatcher::gather_paths(const Predicate& predicate) {
    if (predicate.kind == Predicate::Kind::condition && predicate.condition.subject.is_attribute())
        paths_.push_back(predicate.condition.subject.path);
    for (const Predicate& child : predicate.children) gather_paths(child);
}

void TraceMatcher::compile(const Predicate& predicate, Node& node) const {
    node.kind = predicate.kind;
    node.scope = predicate.scope;
    node.cause = predicate.cause;
    node.condition = predicate.condition;
    node.path = predicate.path;
    const auto place =
        std::lower_bound(paths_.begin(), paths_.end(), predicate.condition.subject.path);
    node.attribute = static_cast<std::uint32_t>(place - paths_.begin());
    node.children.resize(predicate.children.size());
    for (std::size_t i = 0; i < node.children.size(); ++i)
        compile(predicate.children[i], node.children[i]);
}

bool TraceMatcher::matches(const Subject& subject) const {
    return PredicateEvaluation(subject).holds(root_, {});
}

bool TraceMatcher::matches_span(const Subject& subject, const Entity& entity) const {
    PredicateEvaluation evaluation(subject);
    return evaluation.holds(root_, evaluation.span_element(entity));
}

}  // namespace tomograph
