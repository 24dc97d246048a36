#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "query/filter/ast.h"
#include "query/filter/filter_expression.h"
#include "query/filter/parser.h"
#include "support/memory_search.h"
#include "trace/root_cause.h"

namespace tomograph::testing {

/// What a filter expression says of a trace, worked out from docs/filter-expressions.md alone: a
/// walk over what was parsed, for every element of the trace. It knows of no predicates, so it
/// judges the compiler. The expression must be one that compiles.
class NaiveFilter {
 public:
    using Expression = filter::Expression;
    using Comparison = filter::Comparison;
    using Keyword = filter::Keyword;
    using Operator = filter::Operator;

    NaiveFilter(const OpenedTrace& opened, const GroupFilters* groups,
                std::string_view own_account = {})
        : opened_(opened), trace_(opened.trace), groups_(groups), own_account_(own_account) {}

    bool holds(const Expression& expression) const { return holds(expression, {}); }

 private:
    using Kind = Expression::Kind;

    /// One root cause, flattened to the list that a rootcause word speaks of.
    struct Element {
        const RootCauseService* service = nullptr;
        const RootCauseEntity* entity = nullptr;
        const RootCauseException* exception = nullptr;
        std::size_t index = 0;
        std::size_t count = 0;
    };
    struct Call {
        const Entity* source = nullptr;  ///< null: the client
        const Entity* target = nullptr;
        const Entity* seen = nullptr;  ///< what the caller recorded, else the target
    };
    /// What the braces around a keyword are behind; outside of all none is set.
    struct Here {
        const Entity* segment = nullptr;
        const Call* call = nullptr;
        const Element* cause = nullptr;

        bool is_trace() const { return segment == nullptr && call == nullptr && cause == nullptr; }
    };
    /// What one element says; several values where an array stood.
    using Row = std::vector<Scalar>;
    using Rows = std::vector<Row>;

    bool holds(const Expression& e, const Here& here) const {
        const auto inside = [&](const Expression& child) { return holds(child, here); };
        switch (e.kind) {
            case Kind::all:
                return std::all_of(e.children.begin(), e.children.end(), inside);
            case Kind::any:
                return std::any_of(e.children.begin(), e.children.end(), inside);
            case Kind::negation:
                return !inside(e.children.front());
            case Kind::comparison:
                return compare(e.comparison, rows_of(e.comparison, here));
            case Kind::service:
                return service(e);
            case Kind::edge:
                return edge(e);
            case Kind::cause:
                return cause(e);
            case Kind::cause_path:
                return std::all_of(e.paths.begin(), e.paths.end(),
                                   [&](const CausePath& path) { return has_path(path); });
            case Kind::group:
                return group(e.group);
        }
        ASSERT(false);
    }

    // Forms. ------------------------------------------------------------------------------------

    bool braces(const Expression& e, const Here& here) const {
        return e.children.empty() || holds(e.children.front(), here);
    }

    static bool is_named(const std::optional<std::string>& wanted, std::string_view is) {
        return !wanted || (!is.empty() && *wanted == is);
    }

    /// As answers have it.
    std::string_view account_of(const ServiceKey& key) const {
        return key.account_id.empty() && key.type != "client" ? own_account_ : key.account_id;
    }

    bool is_node(const NodeSelector& node, const ServiceKey& key) const {
        return is_named(node.name, key.name) && is_named(node.type, key.type) &&
               is_named(node.account, account_of(key));
    }

    bool service(const Expression& e) const {
        for (const Entity& entity : trace_.entities)
            if (entity.is_segment &&
                (e.nodes.empty() || is_node(e.nodes.front(), entity.service)) &&
                braces(e, {.segment = &entity}))
                return true;
        return false;
    }

    bool edge(const Expression& e) const {
        for (const Call& call : calls()) {
            const ServiceKey client{
                .name = call.target->service.name, .type = "client", .account_id = ""};
            const ServiceKey& source = call.source != nullptr ? call.source->service : client;
            const bool is_it = e.nodes.empty() || (is_node(e.nodes[0], source) &&
                                                   is_node(e.nodes[1], call.target->service));
            if (is_it && braces(e, {.call = &call})) return true;
        }
        return false;
    }

    /// From each segment up to whoever called it.
    std::vector<Call> calls() const {
        std::vector<Call> calls;
        for (const Entity& target : trace_.entities) {
            if (!target.is_segment) continue;
            if (is_entry(trace_, target)) calls.push_back({nullptr, &target, &target});
            if (target.parent < 0) continue;
            const Entity& parent = at(target.parent);
            if (parent.segment < 0) continue;
            calls.push_back({&at(parent.segment), &target, parent.is_segment ? &target : &parent});
        }
        return calls;
    }

    const Entity& at(std::int32_t index) const {
        return trace_.entities[static_cast<std::size_t>(index)];
    }

    std::vector<RootCause> causes(CauseList::Kind kind) const {
        if (kind == CauseList::Kind::fault) return fault_root_causes(trace_);
        if (kind == CauseList::Kind::error) return error_root_causes(trace_);
        return response_time_root_causes(trace_);
    }

    bool cause(const Expression& e) const {
        for (const RootCause& cause : causes(e.list.kind)) {
            std::vector<Element> elements = flattened(cause, e.list.level);
            for (std::size_t i = 0; i < elements.size(); ++i) {
                elements[i].index = i;
                elements[i].count = elements.size();
                if (braces(e, {.cause = &elements[i]})) return true;
            }
        }
        return false;
    }

    static std::vector<Element> flattened(const RootCause& cause, CauseList::Level level) {
        std::vector<Element> services;
        std::vector<Element> entities;
        std::vector<Element> exceptions;
        for (const RootCauseService& service : cause.services) {
            services.push_back({.service = &service});
            for (const RootCauseEntity& entity : service.entity_path) {
                entities.push_back({.entity = &entity});
                for (const RootCauseException& exception : entity.exceptions)
                    exceptions.push_back({.exception = &exception});
            }
        }
        if (level == CauseList::Level::service) return services;
        return level == CauseList::Level::entity ? entities : exceptions;
    }

    bool has_path(const CausePath& path) const {
        for (const auto kind :
             {CauseList::Kind::fault, CauseList::Kind::error, CauseList::Kind::response_time})
            for (const RootCause& cause : causes(kind))
                if (is_path(path, cause)) return true;
        return false;
    }

    bool is_path(const CausePath& path, const RootCause& cause) const {
        if (path.client_impacting && *path.client_impacting != cause.client_impacting) return false;
        if (path.services.size() != cause.services.size()) return false;
        for (std::size_t i = 0; i < path.services.size(); ++i) {
            const CausePath::Service& wanted = path.services[i];
            const RootCauseService& is = cause.services[i];
            if ((wanted.name && *wanted.name != is.service.name) ||
                (wanted.type && *wanted.type != is.service.type) ||
                (wanted.account && *wanted.account != account_of(is.service)) ||
                (wanted.inferred && *wanted.inferred != is.inferred))
                return false;
            if (wanted.entities && !are_entities(*wanted.entities, is.entity_path)) return false;
        }
        return true;
    }

    static bool are_entities(const std::vector<CausePath::Entity>& wanted,
                             const std::vector<RootCauseEntity>& are) {
        if (wanted.size() != are.size()) return false;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if ((wanted[i].name && *wanted[i].name != are[i].name) ||
                (wanted[i].remote && *wanted[i].remote != are[i].remote) ||
                (wanted[i].coverage &&
                 compare_number(share(are[i].coverage), *wanted[i].coverage) != 0) ||
                (wanted[i].exceptions && !are_exceptions(*wanted[i].exceptions, are[i].exceptions)))
                return false;
        return true;
    }

    static bool are_exceptions(const std::vector<CausePath::Exception>& wanted,
                               const std::vector<RootCauseException>& are) {
        if (wanted.size() != are.size()) return false;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if ((wanted[i].name && *wanted[i].name != are[i].name) ||
                (wanted[i].message && *wanted[i].message != are[i].message))
                return false;
        return true;
    }

    bool group(const filter::GroupReference& reference) const {
        const auto text = reference.is_arn ? groups_->filter_of_arn(reference.text)
                                           : groups_->filter_of_name(reference.text);
        const auto parsed = filter::parse(text.value());
        ASSERT(parsed);
        return NaiveFilter(opened_, nullptr, own_account_).holds(*parsed);
    }

    // What a keyword looks at. ------------------------------------------------------------------

    static Scalar truth(bool value) { return {ScalarKind::boolean, value ? "true" : "false"}; }
    static Scalar seconds(Duration d) {
        return {ScalarKind::number, to_text(Decimal::of(d.ns, -9))};
    }
    static std::string share(double part) {
        return to_text(Decimal::of(std::llround(part * 1e12), -12));
    }
    static Rows one(Scalar value) { return {{std::move(value)}}; }
    /// "" is how a row says that there is none.
    static Rows given(std::string_view text) {
        if (text.empty()) return {};
        return one({ScalarKind::text, std::string(text)});
    }

    /// The entity that speaks for a place: the trace's first, the segment, the call.
    const Entity& speaker(const Here& here) const {
        if (here.segment != nullptr) return *here.segment;
        if (here.call != nullptr) return *here.call->seen;
        return at(std::max(trace_.root, 0));
    }

    Row attribute(const Entity& entity, std::initializer_list<std::string_view> keys) const {
        std::string path;
        for (const std::string_view key : keys)
            path.append(path.empty() ? "" : std::string(1, path_separator)).append(key);
        Row row;
        for (const auto& value : opened_.values_of(entity))
            if (value.path == path) row.push_back(value.scalar());
        return row;
    }

    /// The sent spans of the segment's work; of null all of the trace.
    std::vector<const Entity*> work(const Entity* segment) const {
        std::vector<const Entity*> work;
        for (const Entity* span : opened_.spans())
            if (segment == nullptr || (span->segment >= 0 && &at(span->segment) == segment))
                work.push_back(span);
        return work;
    }

    Rows of_each(const Entity* segment, std::initializer_list<std::string_view> keys) const {
        Rows rows;
        for (const Entity* span : work(segment)) rows.push_back(attribute(*span, keys));
        return rows;
    }

    static Rows joined(Rows rows, const Rows& more) {
        rows.insert(rows.end(), more.begin(), more.end());
        return rows;
    }

    Rows messages(const std::vector<const Entity*>& spans) const {
        Rows rows;
        for (const Entity* span : spans)
            for (const SpanException& each : span->span->exceptions)
                rows = joined(std::move(rows), given(each.message));
        return rows;
    }

    Rows annotation(const Comparison& c, const Here& here) const {
        if (c.side == filter::Side::own) {
            if (here.call != nullptr) return {attribute(*here.call->seen, {"annotations", c.key})};
            return of_each(here.segment, {"annotations", c.key});
        }
        const Entity* side = c.side == filter::Side::source ? here.call->source : here.call->target;
        if (side == nullptr) return {};  // the client
        return of_each(side, {"annotations", c.key});
    }

    bool is_open(const Here& here) const { return speaker(here).span->in_progress; }

    bool has_inferred() const {
        return std::any_of(trace_.entities.begin(), trace_.entities.end(),
                           [](const Entity& entity) { return entity.is_inferred; });
    }

    Rows rows_in_cause(Keyword keyword, const Element& e) const {
        switch (keyword) {
            case Keyword::first:
                return one(truth(e.index == 0));
            case Keyword::root:
                return one(truth(e.index == 0));
            case Keyword::last:
                return one(truth(e.index + 1 == e.count));
            case Keyword::index:
                return one({ScalarKind::number, std::to_string(e.index)});
            case Keyword::inferred:
                return one(truth(e.service->inferred));
            case Keyword::remote:
                return one(truth(e.entity->remote));
            case Keyword::coverage:
                return one({ScalarKind::number, share(e.entity->coverage)});
            case Keyword::message:
                return given(e.exception->message);
            case Keyword::type:
                return given(e.service != nullptr ? e.service->service.type : e.exception->name);
            case Keyword::name:
                if (e.service != nullptr) return given(e.service->service.name);
                return given(e.entity != nullptr ? e.entity->name : e.exception->name);
            default:
                ASSERT(false);
        }
    }

    Rows rows_of(const Comparison& c, const Here& here) const {
        if (here.cause != nullptr) return rows_in_cause(c.keyword, *here.cause);
        const Entity& entity = speaker(here);
        const Span& span = *entity.span;
        const auto request = [&](std::string_view member) {
            return Rows{attribute(entity, {"http", "request", member})};
        };
        switch (c.keyword) {
            case Keyword::ok:
                return one(truth(!span.error && !span.throttle && !span.fault));
            case Keyword::error:
                return one(truth(span.error));
            case Keyword::throttle:
                return one(truth(span.throttle));
            case Keyword::fault:
                return one(truth(span.fault));
            case Keyword::partial:
                return one(truth(here.is_trace() ? trace_.is_partial : is_open(here)));
            case Keyword::inferred:
                if (here.is_trace()) return one(truth(has_inferred()));
                return one(truth(here.call != nullptr ? here.call->target->is_inferred
                                                      : entity.is_inferred));
            case Keyword::remote:
                return one(truth(span.name_space == SpanNamespace::remote));
            case Keyword::root:
                return one(truth(is_entry(trace_, entity)));
            case Keyword::coldstart:
                return joined(joined(of_each(here.segment, {"aws", "cold_start"}),
                                     of_each(here.segment, {"annotations", "faas.coldstart"})),
                              of_each(here.segment, {"metadata", "default", "faas.coldstart"}));
            case Keyword::responsetime:
                return one(seconds(span.end - span.start));
            case Keyword::duration:
                return one(seconds(duration(here)));
            case Keyword::http_status:
                if (!span.http.status) return {};
                return one({ScalarKind::number, std::to_string(*span.http.status)});
            case Keyword::http_url:
                return request("url");
            case Keyword::http_method:
                return request("method");
            case Keyword::http_useragent:
                return request("user_agent");
            case Keyword::http_clientip:
                return request("client_ip");
            case Keyword::user:
                return of_each(here.segment, {"user"});
            case Keyword::availabilityzone:
                return joined(of_each(here.segment, {"aws", "ec2", "availability_zone"}),
                              of_each(here.segment, {"aws", "ecs", "availability_zone"}));
            case Keyword::instance_id:
                return of_each(here.segment, {"aws", "ec2", "instance_id"});
            case Keyword::resource_arn:
                return joined(of_each(here.segment, {"resource_arn"}),
                              of_each(here.segment, {"aws", "ecs", "task_arn"}));
            case Keyword::name:
                return given(here.call != nullptr ? span.name : entity.service.name);
            case Keyword::type:
                return given(entity.service.type);
            case Keyword::message:
                return messages(here.call != nullptr ? std::vector{here.call->seen}
                                                     : work(here.segment));
            case Keyword::annotation:
                return annotation(c, here);
            case Keyword::first:
            case Keyword::last:
            case Keyword::index:
            case Keyword::coverage:
                break;
        }
        ASSERT(false);
    }

    Duration duration(const Here& here) const {
        if (here.is_trace()) return trace_.end - trace_.start;
        const Entity& entity = speaker(here);
        Instant end = entity.span->end;
        if (here.segment != nullptr)
            for (const Entity* span : work(here.segment)) end = std::max(end, span->span->end);
        return end - entity.span->start;
    }

    // Comparing. --------------------------------------------------------------------------------

    static bool compare(const Comparison& c, const Rows& rows) {
        const auto kind = filter::kind_of(c.keyword);
        const auto some_value = [&](const auto& is_it) {
            return std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
                return std::any_of(row.begin(), row.end(), is_it);
            });
        };
        const auto is_of_kind = [&](const Scalar& value) { return !kind || value.kind == *kind; };
        if (c.op == Operator::none) {
            if (!kind) return std::any_of(rows.begin(), rows.end(), is_set_and_not_false);
            if (kind == ScalarKind::boolean)
                return some_value([](const Scalar& v) { return v == truth(true); });
            return some_value(is_of_kind);
        }
        if (c.op == Operator::not_equal) {
            Comparison equals = c;
            equals.op = Operator::equal;
            if (kind == ScalarKind::boolean) {
                equals.value = !std::get<bool>(c.value);
                return compare(equals, rows);
            }
            return some_value(is_of_kind) && !compare(equals, rows);
        }
        return some_value([&](const Scalar& value) { return passes_operator(c, value); });
    }

    static bool is_set_and_not_false(const Row& row) {
        return !row.empty() && std::count(row.begin(), row.end(), truth(false)) == 0;
    }

    static bool passes_operator(const Comparison& c, const Scalar& value) {
        if (const bool* wanted = std::get_if<bool>(&c.value)) return value == truth(*wanted);
        if (const auto* text = std::get_if<std::string>(&c.value)) {
            if (value.kind != ScalarKind::text) return false;
            if (c.keyword != Keyword::http_method) return passes_text(c.op, value.text, *text);
            return passes_text(c.op, filter::lower_case(value.text), filter::lower_case(*text));
        }
        if (value.kind != ScalarKind::number) return false;
        const auto order = compare_number(value.text, std::get<Decimal>(c.value));
        switch (c.op) {
            case Operator::equal:
                return order == 0;
            case Operator::less:
                return order < 0;
            case Operator::less_equal:
                return order <= 0;
            case Operator::greater:
                return order > 0;
            default:
                return order >= 0;
        }
    }

    static bool passes_text(Operator op, std::string_view text, std::string_view wanted) {
        if (op == Operator::equal) return text == wanted;
        if (op == Operator::begins_with) return text.starts_with(wanted);
        if (op == Operator::ends_with) return text.ends_with(wanted);
        return text.find(wanted) != std::string_view::npos;
    }

    const OpenedTrace& opened_;
    const Trace& trace_;
    const GroupFilters* groups_;
    std::string_view own_account_;
};

}  // namespace tomograph::testing
