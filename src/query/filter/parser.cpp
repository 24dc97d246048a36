#include "query/filter/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "query/filter/cause_json.h"
#include "query/filter/lexer.h"
#include "query/limits.h"
#include "wire/json/utf8.h"

namespace tomograph::filter {
namespace {

using Kind = Expression::Kind;

struct Operation {
    std::string_view spelling;
    Operator op;
};

constexpr std::array<Operation, 9> operations{{{"=", Operator::equal},
                                               {"!=", Operator::not_equal},
                                               {"<", Operator::less},
                                               {"<=", Operator::less_equal},
                                               {">", Operator::greater},
                                               {">=", Operator::greater_equal},
                                               {"contains", Operator::contains},
                                               {"beginswith", Operator::begins_with},
                                               {"endswith", Operator::ends_with}}};

Operator operator_of(const Token& token) {
    if (token.kind != Token::Kind::word && token.kind != Token::Kind::sign) return Operator::none;
    for (const Operation& each : operations)
        if (equals_ignoring_case(token.raw, each.spelling)) return each.op;
    return Operator::none;
}

bool is_word(const Token& token, std::string_view word) {
    return token.kind == Token::Kind::word && equals_ignoring_case(token.raw, word);
}

bool is_sign(const Token& token, std::string_view sign) {
    return token.kind == Token::Kind::sign && token.raw == sign;
}

bool is_and(const Token& token) { return is_sign(token, "&&") || is_word(token, "and"); }
bool is_or(const Token& token) { return is_sign(token, "||") || is_word(token, "or"); }
bool is_not(const Token& token) { return is_sign(token, "!") || is_word(token, "not"); }

/// Words that mean something wherever they stand: bare they are no value and no keyword.
bool is_reserved(const Token& token) {
    return is_and(token) || is_or(token) || is_not(token) || operator_of(token) != Operator::none;
}

bool begins_term(const Token& token) {
    if (is_not(token) || is_sign(token, "(")) return true;
    return token.kind == Token::Kind::word && !is_reserved(token);
}

/// Of a word or name that an error repeats.
constexpr std::size_t shown_characters_max = 60;

std::string named(const Token& token) {
    if (token.kind == Token::Kind::end) return "the end";
    return fmt::format("'{}'", cut_characters(token.raw, shown_characters_max));
}

/// Makes `whole` a list of that kind with itself as first child; one of that kind stays as it is.
void make_list(Expression& whole, Kind kind) {
    if (whole.kind == kind) return;
    Expression first = std::move(whole);
    whole = Expression{.kind = kind, .at = first.at};
    whole.children.reserve(4);
    whole.children.push_back(std::move(first));
}

/// A list as last child of a list of its kind becomes part of it.
void flatten_last(Expression& whole) {
    if (whole.children.back().kind != whole.kind) return;
    std::vector<Expression> inner = std::move(whole.children.back().children);
    whole.children.pop_back();
    std::move(inner.begin(), inner.end(), std::back_inserter(whole.children));
}

void negate(Expression& child, Position at) {
    Expression whole{.kind = Kind::negation, .at = at};
    whole.children.push_back(std::move(child));
    child = std::move(whole);
}

/// Recursive descent, a function a rule of the grammar (docs/filter-expressions.md).
class Parser {
 public:
    Parser(std::string_view text, Dialect dialect)
        : lexer_(text, dialect == Dialect::filter ? "filter" : "selector"), dialect_(dialect) {}

    Result<Expression> parse() {
        TRY(check_text());
        TRY(lexer_.advance());
        if (ahead().kind == Token::Kind::end) {
            if (dialect_ == Dialect::selector)
                return refuse("expected id(…), service(…) or edge(…)");
            return Expression{};
        }
        Expression whole;
        TRY(parse_or(whole));
        if (ahead().kind != Token::Kind::end) return refuse(reason_of_rest());
        return whole;
    }

 private:
    const Token& ahead() const { return lexer_.ahead(); }
    Position here() const { return {ahead().at}; }
    Error refuse(std::string_view reason) const { return lexer_.error_at(ahead().at, reason); }

    Result<void> check_text() const {
        const std::string_view text = lexer_.text();
        if (!is_utf8(text)) return lexer_.error_at(0, "not UTF-8");
        const std::size_t max =
            dialect_ == Dialect::filter ? filter_characters_max : selector_characters_max;
        const std::string_view kept = cut_characters(text, max);
        if (kept.size() < text.size())
            return lexer_.error_at(kept.size(), fmt::format("more than {} characters", max));
        return {};
    }

    std::string reason_of_rest() const {
        const Token& rest = ahead();
        if (is_sign(rest, ")") || is_sign(rest, "}") || is_sign(rest, "]"))
            return fmt::format("{} closes nothing", named(rest));
        if (is_sign(rest, "{"))
            return "braces stand behind service(…), edge(…) and rootcause words";
        if (is_sign(rest, "[")) return "brackets stand behind 'annotation'";
        if (operator_of(rest) != Operator::none)
            return fmt::format("{} has nothing before it to compare", named(rest));
        return fmt::format("expected AND, OR or the end, found {}", named(rest));
    }

    std::string reason_of_no_term() const {
        const Token& found = ahead();
        if (found.kind == Token::Kind::number || found.kind == Token::Kind::text)
            return fmt::format(
                "expected a keyword, found {}; a comparison begins with its keyword, as "
                "'duration > 5'",
                named(found));
        if (found.kind == Token::Kind::json) return "JSON stands behind 'rootcause.json ='";
        return fmt::format("expected a keyword, found {}", named(found));
    }

    Result<void> need_sign(std::string_view sign, std::string_view where) {
        if (!is_sign(ahead(), sign))
            return refuse(fmt::format("expected '{}' {}, found {}", sign, where, named(ahead())));
        return lexer_.advance();
    }

    Result<void> enter() {
        if (++depth_ > filter_depth_max)
            return refuse(fmt::format("nested deeper than {} levels", filter_depth_max));
        return {};
    }

    // The tree. ---------------------------------------------------------------------------------

    // Each of these fills an expression that is new: handing them up by value costs more than all
    // else that the parser does.

    Result<void> parse_or(Expression& whole) {
        TRY(parse_and(whole));
        while (is_or(ahead())) {
            TRY(lexer_.advance());
            make_list(whole, Kind::any);
            TRY(parse_and(whole.children.emplace_back()));
            flatten_last(whole);
        }
        return {};
    }

    Result<void> parse_and(Expression& whole) {
        TRY(parse_unary(whole));
        while (true) {
            if (is_and(ahead()))
                TRY(lexer_.advance());
            else if (!begins_term(ahead()))
                return {};
            make_list(whole, Kind::all);
            TRY(parse_unary(whole.children.emplace_back()));
            flatten_last(whole);
        }
    }

    Result<void> parse_unary(Expression& term) {
        const Position at = here();
        if (is_not(ahead())) {
            TRY(enter());
            TRY(lexer_.advance());
            TRY(parse_unary(term));
            --depth_;
            negate(term, at);
            return {};
        }
        if (is_sign(ahead(), "(")) return parse_inside("(", ")", term);
        if (ahead().kind != Token::Kind::word || is_reserved(ahead()))
            return refuse(reason_of_no_term());
        if (++terms_ > filter_terms_max)
            return refuse(fmt::format("more than {} terms", filter_terms_max));
        TRY(parse_term(term));
        term.at = at;
        return {};
    }

    /// What stands between a bracket that is ahead and the one that closes it.
    Result<void> parse_inside(std::string_view open, std::string_view close, Expression& inside) {
        const Position opening = here();
        TRY(enter());
        TRY(lexer_.advance());
        if (is_sign(ahead(), close))
            return refuse(fmt::format("nothing stands between '{}' and '{}'", open, close));
        TRY(parse_or(inside));
        if (ahead().kind == Token::Kind::end)
            return lexer_.error_at(opening.byte, fmt::format("'{}' is not closed", open));
        if (!is_sign(ahead(), close)) return refuse(reason_of_rest());
        TRY(lexer_.advance());
        --depth_;
        return {};
    }

    Result<void> parse_braces(Expression& term) {
        if (!is_sign(ahead(), "{")) return {};
        return parse_inside("{", "}", term.children.emplace_back());
    }

    // Terms. ------------------------------------------------------------------------------------

    Result<void> parse_term(Expression& term) {
        const Token word = ahead();
        const std::string lower = lower_case(word.raw);
        if (const auto start = annotation_start(lower); start && dialect_ != Dialect::selector)
            return parse_annotation(*start, word, term);
        if (dialect_ != Dialect::filter && lower == "id") return parse_bare_node(term);
        TRY(lexer_.advance());
        if (lower == "service") return parse_service(false, term);
        if (lower == "edge") return parse_edge(term);
        if (dialect_ == Dialect::selector)
            return lexer_.error_at(word.at, fmt::format("expected id(…), service(…) or edge(…), "
                                                        "found {}",
                                                        named(word)));
        if (lower == "service.includes") return parse_service(true, term);
        if (lower == "group.name" || lower == "group.arn")
            return parse_group(lower == "group.arn", term);
        if (lower == "rootcause.json" || lower == "json") return parse_cause_paths(term);
        if (lower == "rootcause" || lower.starts_with("rootcause.")) return parse_cause(word, term);
        if (const auto keyword = find_keyword(lower))
            return parse_comparison({.keyword = *keyword}, term);
        if (lower == "id")
            return lexer_.error_at(word.at, "id(…) stands inside service(…) and edge(…)");
        return unknown(word);
    }

    Error unknown(const Token& word) const {
        const std::string nearest = nearest_word(word.raw);
        std::string reason =
            fmt::format("Unknown keyword '{}'", cut_characters(word.raw, shown_characters_max));
        if (!nearest.empty())
            reason +=
                fmt::format("; did you mean '{}'?", cut_characters(nearest, shown_characters_max));
        return lexer_.error_at(word.at, reason);
    }

    /// `= false` and the like behind a form that is true or false by itself.
    Result<void> parse_truth(Expression& term) {
        const Position at = here();
        const Operator op = operator_of(ahead());
        if (op == Operator::none) return {};
        if (op != Operator::equal && op != Operator::not_equal)
            return refuse(
                fmt::format("service, edge and rootcause are true or false: they take = "
                            "and !=, not {}",
                            named(ahead())));
        TRY(lexer_.advance());
        const bool is_true = is_word(ahead(), "true");
        if (!is_true && !is_word(ahead(), "false"))
            return refuse(fmt::format("expected true or false, found {}", named(ahead())));
        TRY(lexer_.advance());
        if (is_true != (op == Operator::equal)) negate(term, at);
        return {};
    }

    /// is_alias  of `service.includes`, which must have a node
    Result<void> parse_service(bool is_alias, Expression& term) {
        term.kind = Kind::service;
        if (is_alias && !is_sign(ahead(), "("))
            return refuse("service.includes is followed by (\"name\")");
        if (is_sign(ahead(), "(")) {
            TRY(lexer_.advance());
            if (is_alias || !is_sign(ahead(), ")")) TRY(parse_node(term.nodes));
            TRY(need_sign(")", "behind the node of service"));
        }
        TRY(parse_braces(term));
        return parse_truth(term);
    }

    Result<void> parse_edge(Expression& term) {
        term.kind = Kind::edge;
        if (is_sign(ahead(), "(")) {
            TRY(lexer_.advance());
            if (!is_sign(ahead(), ")")) {
                TRY(parse_node(term.nodes));
                TRY(need_sign(",", "between the two nodes of edge"));
                TRY(parse_node(term.nodes));
            }
            TRY(need_sign(")", "behind the nodes of edge"));
        }
        TRY(parse_braces(term));
        return parse_truth(term);
    }

    /// `id(…)` where a selector has it by itself.
    Result<void> parse_bare_node(Expression& term) {
        term.kind = Kind::service;
        return parse_node(term.nodes);
    }

    Result<void> parse_node(std::vector<NodeSelector>& nodes) {
        NodeSelector& node = nodes.emplace_back();
        if (ahead().kind == Token::Kind::text) {
            node.name = ahead().text;
            return lexer_.advance();
        }
        if (!is_word(ahead(), "id"))
            return refuse(
                fmt::format("expected a name in quotes or id(…), found {}", named(ahead())));
        TRY(lexer_.advance());
        TRY(need_sign("(", "behind id"));
        while (true) {
            TRY(parse_member(node));
            if (!is_sign(ahead(), ",")) return need_sign(")", "behind the members of id");
            TRY(lexer_.advance());
        }
    }

    /// `name: "cart"` of an id().
    Result<void> parse_member(NodeSelector& node) {
        std::optional<std::string>* member = nullptr;
        if (is_word(ahead(), "name")) member = &node.name;
        if (is_word(ahead(), "type")) member = &node.type;
        if (is_word(ahead(), "account.id")) member = &node.account;
        if (member == nullptr)
            return refuse(
                fmt::format("expected name:, type: or account.id:, found {}", named(ahead())));
        if (*member) return refuse(fmt::format("{} stands twice", named(ahead())));
        TRY(lexer_.advance());
        TRY(need_sign(":", "behind the name of an id's member"));
        if (ahead().kind != Token::Kind::text)
            return refuse(fmt::format("expected a text in quotes, found {}", named(ahead())));
        *member = ahead().text;
        return lexer_.advance();
    }

    Result<void> parse_group(bool is_arn, Expression& term) {
        term.kind = Kind::group;
        term.group.is_arn = is_arn;
        const Position at = here();
        const Operator op = TRY(parse_equality("group"));
        const bool is_bare = ahead().kind == Token::Kind::word && !is_reserved(ahead());
        if (ahead().kind != Token::Kind::text && !is_bare)
            return refuse(fmt::format("expected a text in quotes, found {}", named(ahead())));
        term.group.text = is_bare ? std::string(ahead().raw) : ahead().text;
        TRY(lexer_.advance());
        if (op == Operator::not_equal) negate(term, at);
        return {};
    }

    Result<Operator> parse_equality(std::string_view what) {
        const Operator op = operator_of(ahead());
        if (op != Operator::equal && op != Operator::not_equal)
            return refuse(fmt::format("{} takes = and !=, found {}", what, named(ahead())));
        TRY(lexer_.advance());
        return op;
    }

    Result<void> parse_cause(const Token& word, Expression& term) {
        term.kind = Kind::cause;
        const auto list = find_cause_list(lower_case(word.raw));
        if (!list) {
            if (lower_case(word.raw) == "rootcause.responsetime.exception")
                return lexer_.error_at(word.at, "a response time has no exceptions");
            return unknown(word);
        }
        term.list = *list;
        TRY(parse_braces(term));
        return parse_truth(term);
    }

    Result<void> parse_cause_paths(Expression& term) {
        term.kind = Kind::cause_path;
        const Position at = here();
        const Operator op = TRY(parse_equality("rootcause.json"));
        if (ahead().kind != Token::Kind::json)
            return refuse(fmt::format("expected #[ … ], found {}", named(ahead())));
        auto read = read_cause_json(ahead().raw);
        if (const auto* fault = std::get_if<CauseJsonFault>(&read))
            return lexer_.error_at(ahead().at + fault->byte, "JSON: " + fault->reason);
        term.paths = std::move(std::get<std::vector<CausePath>>(read));
        TRY(lexer_.advance());
        if (op == Operator::not_equal) negate(term, at);
        return {};
    }

    // Comparisons. ------------------------------------------------------------------------------

    struct AnnotationStart {
        Side side;
        std::size_t bytes;  ///< of the word, up to the key
    };

    static std::optional<AnnotationStart> annotation_start(std::string_view word) {
        constexpr std::array<std::pair<std::string_view, Side>, 3> starts{
            {{"annotation", Side::own},
             {"source.annotation", Side::source},
             {"destination.annotation", Side::target}}};
        for (const auto& [start, side] : starts)
            if (word.starts_with(start) &&
                (word.size() == start.size() || word[start.size()] == '.'))
                return AnnotationStart{side, start.size()};
        return std::nullopt;
    }

    Result<void> parse_annotation(AnnotationStart start, const Token& word, Expression& term) {
        Comparison comparison{.keyword = Keyword::annotation, .side = start.side};
        const bool has_key = word.raw.size() > start.bytes;
        if (has_key) comparison.key = word.raw.substr(start.bytes + 1);
        const char next = lexer_.next_byte();
        if (has_key && (next == '-' || next == ':' || next == '/' || next == '"'))
            return lexer_.error_at(
                word.at + word.raw.size(),
                "a key with other characters than letters, digits, '_' and '.' stands in brackets "
                "and quotes: annotation[\"a-key\"]");
        TRY(lexer_.advance());
        if (!has_key) TRY(parse_key_in_brackets(comparison.key));
        if (comparison.key.empty())
            return lexer_.error_at(word.at, "the key of the annotation is missing");
        if (comparison.key.find(path_separator) != std::string::npos)
            return lexer_.error_at(word.at, "no annotation's key holds U+001F");
        return parse_comparison(std::move(comparison), term);
    }

    Result<void> parse_key_in_brackets(std::string& key) {
        if (!is_sign(ahead(), "["))
            return refuse(
                fmt::format("expected the annotation's key, as annotation.key or "
                            "annotation[key], found {}",
                            named(ahead())));
        key = TRY(lexer_.take_bare_key());
        if (key.empty() && ahead().kind == Token::Kind::text) {
            key = ahead().text;
            TRY(lexer_.advance());
        }
        return need_sign("]", "behind the annotation's key");
    }

    Result<void> parse_comparison(Comparison compared, Expression& term) {
        term.kind = Kind::comparison;
        Comparison& comparison = term.comparison;
        comparison = std::move(compared);
        comparison.op = operator_of(ahead());
        comparison.op_at = here();
        if (comparison.op == Operator::none) return {};
        const Token spelled = ahead();
        TRY(lexer_.advance());
        comparison.value_at = here();
        return parse_value(spelled, comparison.value);
    }

    Result<void> parse_value(const Token& behind, Value& value) {
        if (ahead().kind == Token::Kind::number)
            value = ahead().number;
        else if (ahead().kind == Token::Kind::text)
            value = ahead().text;
        else if (is_word(ahead(), "true") || is_word(ahead(), "false"))
            value = is_word(ahead(), "true");
        else if (ahead().kind == Token::Kind::word && !is_reserved(ahead()))
            value = std::string(ahead().raw);
        else
            return refuse(
                fmt::format("expected a value behind {}, found {}", named(behind), named(ahead())));
        return lexer_.advance();
    }

    Lexer lexer_;
    Dialect dialect_;
    std::size_t depth_ = 0;
    std::size_t terms_ = 0;
};

}  // namespace

std::string_view to_text(Operator op) {
    constexpr std::array<std::string_view, 10> texts{
        "", "=", "!=", "<", "<=", ">", ">=", "CONTAINS", "BEGINSWITH", "ENDSWITH"};
    return texts[static_cast<std::size_t>(op)];
}

Result<Expression> parse(std::string_view text, Dialect dialect) {
    return Parser(text, dialect).parse();
}

}  // namespace tomograph::filter
