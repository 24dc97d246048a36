#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/attribute.h"
#include "model/predicate.h"
#include "trace/trace.h"

namespace tomograph {

/// A predicate made ready to be asked of many traces. Immutable: threads may share one.
///
///   TraceMatcher matcher(predicate);
///   attributes: what the documents say at matcher.paths(), numbered by their place there
///   matcher.matches({.trace = trace, .attributes = attributes})
///
/// This is what a predicate means; plans over columns must answer the same (docs/predicates.md).
class TraceMatcher {
 public:
    /// predicate  kept the rules of check() of Scope::trace, or of Scope::span for a selection of
    /// spans
    explicit TraceMatcher(const Predicate& predicate);

    /// A trace as it is asked: assembled as of after_grace, for an answer must not depend on when
    /// it was asked for.
    struct Subject {
        const Trace& trace;
        const TraceAttributes& attributes;
        bool limit_exceeded = false;  ///< documents were refused: the trace is partial
    };

    /// The attributes that the tree looks at, each once, ascending.
    const std::vector<std::string>& paths() const { return paths_; }

    /// Of a tree of Scope::trace. cost: O(entities x conditions) at worst; stops at the first that
    /// decides.
    bool matches(const Subject& subject) const;

    /// Of a tree of Scope::span: whether it holds for that entity, which was sent.
    bool matches_span(const Subject& subject, const Entity& entity) const;

 private:
    friend class PredicateEvaluation;

    struct Node {
        Predicate::Kind kind = Predicate::Kind::all;
        Scope scope = Scope::trace;
        CauseList cause;
        Condition condition;
        CausePath path;
        std::uint32_t attribute = 0;  ///< index into paths()
        std::vector<Node> children;
    };
    void compile(const Predicate& predicate, Node& node) const;
    void gather_paths(const Predicate& predicate);

    std::vector<std::string> paths_;
    Node root_;
};

/// The values of a field of Scope::span of an entity that was sent; none, one or several.
std::vector<Scalar> field_values(const Trace& trace, const Entity& entity, Field field);

/// Place of the row in Trace::documents, for TraceAttributes.
TraceAttributes::Place place_of(const Trace& trace, const Entity& entity, std::uint32_t path);

}  // namespace tomograph
