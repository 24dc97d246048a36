#include "query/filter/printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/filter/cause_json.h"

namespace tomograph::filter {
namespace {

using Kind = Expression::Kind;

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out.append({'\\', c});
        else if (byte < 0x20 || byte == 0x7f)
            out += fmt::format("\\u{:04x}", byte);
        else
            out += c;
    }
    return out + '"';
}

std::string node_text(const NodeSelector& node) {
    if (node.name && !node.type && !node.account) return quoted(*node.name);
    std::string out;
    const auto add = [&](std::string_view member, const std::optional<std::string>& text) {
        if (text) out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", member, quoted(*text));
    };
    add("name", node.name);
    add("type", node.type);
    add("account.id", node.account);
    return "id(" + out + ")";
}

std::string nodes_text(std::string_view word, const Expression& expression) {
    std::string out = fmt::format("{}(", word);
    for (const NodeSelector& node : expression.nodes)
        out += (out.back() == '(' ? "" : ", ") + node_text(node);
    return out + ")";
}

struct ValueText {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(const std::string& text) const { return quoted(text); }
    std::string operator()(Decimal number) const { return tomograph::to_text(number); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
};

std::string annotation_text(const Comparison& comparison) {
    constexpr std::string_view word =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    std::string out;
    if (comparison.side == Side::source) out = "source.";
    if (comparison.side == Side::target) out = "destination.";
    out += "annotation";
    // A key with a point needs brackets at X-Ray.
    if (comparison.key.find_first_not_of(word) == std::string::npos)
        return out + "." + comparison.key;
    return fmt::format("{}[{}]", out, quoted(comparison.key));
}

std::string comparison_text(const Comparison& comparison) {
    std::string out = comparison.keyword == Keyword::annotation
                          ? annotation_text(comparison)
                          : std::string(to_text(comparison.keyword));
    if (comparison.op == Operator::none) return out;
    return fmt::format("{} {} {}", out, to_text(comparison.op),
                       std::visit(ValueText(), comparison.value));
}

std::string with_braces(std::string out, const Expression& expression) {
    if (expression.children.empty()) return out;
    return fmt::format("{} {{{}}}", out, to_text(expression.children.front()));
}

std::string in_parentheses(const Expression& expression) { return "(" + to_text(expression) + ")"; }

bool is_joined(const Expression& expression) {
    return expression.kind == Kind::all || expression.kind == Kind::any;
}

std::string joined(const Expression& whole, std::string_view word) {
    std::string out;
    for (const Expression& child : whole.children) {
        if (!out.empty()) out += fmt::format(" {} ", word);
        // AND binds closer, so only an OR in an AND needs them.
        const bool is_loose = child.kind == Kind::any && whole.kind == Kind::all;
        out += is_loose ? in_parentheses(child) : to_text(child);
    }
    return out;
}

}  // namespace

std::string to_text(const Expression& expression) {
    switch (expression.kind) {
        case Kind::all:
            return joined(expression, "AND");
        case Kind::any:
            return joined(expression, "OR");
        case Kind::negation: {
            const Expression& child = expression.children.front();
            return "!" + (is_joined(child) ? in_parentheses(child) : to_text(child));
        }
        case Kind::comparison:
            return comparison_text(expression.comparison);
        case Kind::service:
            return with_braces(nodes_text("service", expression), expression);
        case Kind::edge:
            return with_braces(nodes_text("edge", expression), expression);
        case Kind::cause:
            return with_braces(std::string(to_text(expression.list)), expression);
        case Kind::cause_path:
            return "rootcause.json = #" + to_cause_json(expression.paths);
        case Kind::group:
            return fmt::format("group.{} = {}", expression.group.is_arn ? "arn" : "name",
                               quoted(expression.group.text));
    }
    ASSERT(false);
}

}  // namespace tomograph::filter
