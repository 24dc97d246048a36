#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "model/predicate.h"
#include "query/filter/keywords.h"
#include "query/filter/selector.h"

namespace tomograph::filter {

// What a filter expression says, before it is known what that means: words are known, scopes and
// kinds of values are not checked yet.

/// Byte offset in the text that was read. Says where, not what: all are equal.
struct Position {
    std::size_t byte = 0;
    bool operator==(const Position&) const { return true; }
};

enum class Operator : std::uint8_t {
    none,  ///< the keyword stands alone
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    contains,
    begins_with,
    ends_with,
};

/// `!=`, `CONTAINS`: as the printer spells it.
std::string_view to_text(Operator op);

/// A text, a number or a boolean; nothing without an operator.
using Value = std::variant<std::monostate, std::string, Decimal, bool>;

/// Whose annotation: inside edge braces also that of either side.
enum class Side : std::uint8_t { own, source, target };

/// `http.status >= 500`, `fault`, `source.annotation[tenant] = "acme"`.
struct Comparison {
    Keyword keyword = Keyword::ok;
    std::string key{};  ///< annotation only
    Side side = Side::own;
    Operator op = Operator::none;
    Value value{};
    Position op_at{};
    Position value_at{};

    bool operator==(const Comparison&) const = default;
};

struct GroupReference {
    bool is_arn = false;
    std::string text{};

    bool operator==(const GroupReference&) const = default;
};

struct Expression {
    enum class Kind : std::uint8_t {
        all,         ///< two children or more, none of them `all`; the whole may have none
        any,         ///< two children or more, none of them `any`
        negation,    ///< one child
        comparison,  ///< no children
        service,     ///< nodes: none or one. Children: what stands in the braces, if there are any
        edge,        ///< nodes: none or two. Children likewise
        cause,       ///< list. Children likewise
        cause_path,  ///< paths
        group,
    };
    Kind kind = Kind::all;
    Position at{};
    std::vector<Expression> children{};
    Comparison comparison{};
    std::vector<NodeSelector> nodes{};
    CauseList list{};
    std::vector<CausePath> paths{};
    GroupReference group{};

    bool operator==(const Expression&) const = default;
};

}  // namespace tomograph::filter
