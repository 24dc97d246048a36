#include "query/filter/selector.h"

#include <utility>

#include "query/filter/compiler.h"
#include "query/filter/lexer.h"
#include "query/filter/parser.h"

namespace tomograph {
namespace {

using filter::Expression;

constexpr std::string_view rule =
    "a selector is id(…), service(…) or edge(…) without braces, or several joined by OR";

bool add(const Expression& expression, GraphSelection& selector) {
    if (!expression.children.empty()) return false;
    const auto node = [&](std::size_t i) {
        return expression.nodes.empty() ? NodeSelector{} : expression.nodes[i];
    };
    switch (expression.kind) {
        case Expression::Kind::service:
            selector.nodes.push_back(node(0));
            return true;
        case Expression::Kind::edge:
            selector.edges.push_back({.source = node(0), .target = node(1)});
            return true;
        default:
            return false;
    }
}

}  // namespace

Result<GraphSelection> parse_selector(std::string_view text) {
    const Expression whole = TRY(filter::parse(text, filter::Dialect::selector));
    GraphSelection selector;
    const auto refused = [&](const Expression& expression) {
        return filter::Lexer(text, "selector").error_at(expression.at.byte, rule);
    };
    if (whole.kind != Expression::Kind::any) {
        if (!add(whole, selector)) return refused(whole);
        return selector;
    }
    for (const Expression& each : whole.children)
        if (!add(each, selector)) return refused(each);
    return selector;
}

Result<SeriesSubject> parse_series_subject(std::string_view text, const GroupFilters* groups,
                                           std::string_view own_account) {
    auto selection = parse_selector(text);
    if (selection) return SeriesSubject{.selection = std::move(*selection)};
    const Expression whole = TRY(filter::parse(text, filter::Dialect::subject));
    const bool is_blank = whole.kind == Expression::Kind::all && whole.children.empty();
    if (is_blank) return std::move(selection).error();
    SeriesSubject subject;
    subject.filter = TRY(filter::compile(whole, text, groups, own_account));
    if (whole.kind != Expression::Kind::all) return subject;
    // The last: before it may stand the filter of a group, which may be a selector itself.
    for (auto each = whole.children.rbegin(); each != whole.children.rend(); ++each)
        if (add(*each, subject.selection)) break;
    return subject;
}

}  // namespace tomograph
