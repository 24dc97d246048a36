#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "model/attribute.h"

namespace tomograph {

// Which traces are wanted: a boolean tree over conditions. Plain values; trace/predicate_match.h
// says what holds for a trace, docs/predicates.md what all of it means.
//
//   all                       any, all, negation: the tree
//     some segment            a scope: some segment of the trace, for which *all* inside holds
//       service = "cart"      a condition on that segment
//       some span             some span of that segment's work …
//         @annotations.vip = true
//     negation
//       some root
//         fault = true

// Conditions. ------------------------------------------------------------------------------------

/// What is known without reading the document. Which scopes have which: see scopes_of().
enum class Field : std::uint8_t {
    // texts
    name,               ///< of the span, or of an element of a root cause
    service,            ///< name of the node: of the segment that the span belongs to
    service_type,       ///< its type; a span's: `AWS::EC2::Instance`, `remote`, …
    account,            ///< its account id
    called_as,          ///< names of the calls that lead to the segment
    exception_type,     ///< of any exception of the span
    exception_message,  ///< likewise; or of a root cause's exception
    // numbers
    duration,       ///< seconds: of the trace; of a segment with its asynchronous work; of a span
    response_time,  ///< seconds from start to end
    status,         ///< of the HTTP response
    span_count,     ///< spans that were sent
    index,          ///< place in its list of a root cause, from 0
    coverage,       ///< share of the root's time, 0..1
    // booleans
    ok,           ///< neither error, throttle nor fault
    error,        ///< 4xx, throttles included
    fault,        ///< 5xx
    throttle,     ///< 429
    in_progress,  ///< sent as such, or something in the trace was
    inferred,     ///< nobody sent it, or something in the trace is so
    partial,      ///< something is in progress, orphaned, or was refused for the trace's size
    entry,        ///< where work came into the known services
    segment,      ///< a segment, no subsegment
    aws,          ///< a call of an AWS service
    remote,       ///< a call over the network, AWS services not included
    sql,          ///< a call of a database
    first,        ///< in its list of a root cause
    last,         ///< likewise
};

/// What a condition looks at: a field, or (`path` not empty) an attribute of the document.
struct Subject {
    Field field = Field::name;
    std::string path;  ///< keys joined by path_separator

    bool is_attribute() const { return !path.empty(); }
    bool operator==(const Subject&) const = default;
};

/// There is a value; of that kind, if one is named.
struct IsSet {
    std::optional<ScalarKind> kind;
    bool operator==(const IsSet&) const = default;
};

/// A text compares so; never true of numbers and booleans.
struct TextTest {
    enum class How : std::uint8_t {
        equal,
        prefix,
        suffix,
        contains,
        glob,  ///< `*` any bytes, `?` one code point, `\` takes the next as it is
    };
    How how = How::equal;
    std::string text;
    bool ignore_case = false;  ///< of ASCII letters
    bool operator==(const TextTest&) const = default;
};

/// A number lies between these bounds, exactly; never true of texts and booleans.
struct NumberTest {
    std::optional<Decimal> min;
    std::optional<Decimal> max;
    bool min_is_open = false;  ///< min itself is outside
    bool max_is_open = false;
    bool operator==(const NumberTest&) const = default;
};

/// A boolean has this value; never true of texts and numbers.
struct BooleanTest {
    bool value = true;
    bool operator==(const BooleanTest&) const = default;
};

using Test = std::variant<IsSet, TextTest, NumberTest, BooleanTest>;

/// True when some value of the subject passes; so never for a missing one. "Not equal, but set" is
/// `all(is set, negation(equal))`.
struct Condition {
    Subject subject;
    Test test;
    bool operator==(const Condition&) const = default;
};

// The tree. --------------------------------------------------------------------------------------

/// What a part of the tree speaks of.
enum class Scope : std::uint8_t {
    trace,    ///< the whole: where every tree begins
    root,     ///< the segment through which the trace came in, else its first span
    segment,  ///< any segment: sent ones and inferred ones, the nodes of the service graph
    span,     ///< any sent span; inside root, segment, source, target: of that segment's work
    call,     ///< any call from one segment to another, as the caller saw it; the client's too
    source,   ///< inside call: who called
    target,   ///< inside call: who was called
    cause,    ///< any element of the trace's root causes of one kind
};

/// Which list of the root causes Scope::cause walks.
struct CauseList {
    enum class Kind : std::uint8_t { fault, error, response_time };
    enum class Level : std::uint8_t { service, entity, exception };
    Kind kind = Kind::fault;
    Level level = Level::service;
    bool operator==(const CauseList&) const = default;
};

/// One path of a root cause, spelled out: services in order, each with its entities in order, each
/// with its exceptions in order; as many as there are. Absent members match anything.
struct CausePath {
    struct Exception {
        std::optional<std::string> name;
        std::optional<std::string> message;
        bool operator==(const Exception&) const = default;
    };
    struct Entity {
        std::optional<std::string> name;
        std::optional<bool> remote;
        std::optional<Decimal> coverage;
        std::optional<std::vector<Exception>> exceptions;
        bool operator==(const Entity&) const = default;
    };
    struct Service {
        std::optional<std::string> name;
        std::optional<std::string> type;
        std::optional<std::string> account;
        bool account_may_be_missing = false;  ///< a service that names none passes as well
        std::optional<bool> inferred;
        std::optional<std::vector<Entity>> entities;
        bool operator==(const Service&) const = default;
    };
    std::vector<Service> services;
    std::optional<bool> client_impacting;
    bool operator==(const CausePath&) const = default;
};

/// A node of the tree, and the tree.
struct Predicate {
    enum class Kind : std::uint8_t {
        all,         ///< every child holds; of no children: true
        any,         ///< some child holds; of no children: false
        negation,    ///< the one child does not hold
        some,        ///< the one child holds for some element of `scope`
        condition,   ///< of the element at hand
        cause_path,  ///< trace only: some root cause of any kind has this path
    };
    Kind kind = Kind::all;
    std::vector<Predicate> children;
    Scope scope = Scope::trace;  ///< some
    CauseList cause;             ///< some cause
    Condition condition;         ///< condition
    CausePath path;              ///< cause_path

    bool operator==(const Predicate&) const = default;
};

Predicate all_of(std::vector<Predicate> children);
Predicate any_of(std::vector<Predicate> children);
Predicate negation(Predicate child);
Predicate some(Scope scope, Predicate inside);
Predicate some_cause(CauseList list, Predicate inside);
Predicate condition(Subject subject, Test test);
Predicate cause_path(CausePath path);

// Its rules. -------------------------------------------------------------------------------------

/// Whatever a filter expression of the longest kind asks; bounds what one trace may cost.
inline constexpr std::size_t predicate_leaves_max = 1024;
/// Far above what people nest; bounds recursion.
inline constexpr std::size_t predicate_depth_max = 64;
inline constexpr std::size_t predicate_nodes_max = 4096;
/// Of one text or path: a filter expression is shorter.
inline constexpr std::size_t predicate_text_bytes_max = 4096;

ScalarKind kind_of(Field field);
/// `service_type`, `response_time`: the enumerator's name.
std::string_view to_text(Field field);
/// `trace`, `root`, …
std::string_view to_text(Scope scope);

/// Whether an element of that scope has the field. Attributes: root, segment, span, target and
/// call (of the call's span), and source.
bool has_field(Scope scope, Field field, CauseList cause = {});
bool has_attributes(Scope scope);

/// Whether the tree keeps the rules: scopes inside scopes that have them, fields where there are
/// some, tests of the field's kind, bounds.
///
/// scope   what the tree speaks of: Scope::trace for a whole one; a selection of spans is a tree of
///         Scope::span
/// errors  invalid  "index is not known of a span" and the like
///         limit    one of the bounds above
Result<void> check(const Predicate& predicate, Scope scope = Scope::trace);

/// For tests and logs; tests/support/predicate_text.h reads it back.
///
///   some segment { service = "cart" and some span { @annotations.vip = true } }
std::string to_text(const Predicate& predicate);

/// `http.request.url`; keys that are not words in quotes: `annotations."a.b"`.
std::string path_text(std::string_view path);

// Values against tests: the same for spans at hand, columns and dictionaries. --------------------

bool passes_text(const Test& test, std::string_view text);
bool passes_number(const Test& test, Decimal number);
bool passes_boolean(const Test& test, bool value);
/// A value of a document; numbers by their digits.
bool passes(const Test& test, const ScalarView& value);

}  // namespace tomograph
