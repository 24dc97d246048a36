#include "query/promql/matcher.h"

#include <re2/re2.h>

#include <algorithm>

#include "query/promql/limits.h"

namespace tomograph::promql {
namespace {

re2::RE2::Options regex_options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(regex_bytes_max);
    options.set_dot_nl(true);  // as Prometheus compiles them
    return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Error no_regex(std::string_view pattern, const re2::RE2& regex) {
    return Error(ErrorCode::invalid,
                 "regular expression " + quoted_label_value(pattern) + ": " + regex.error());
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_name(char c) {
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The name behind a `$`, with or without braces; empty: the `$` stands for nothing. `at` is moved
/// behind it.
std::string_view take_reference(std::string_view text, std::size_t& at) {
    const bool is_braced = at < text.size() && text[at] == '{';
    const std::size_t begin = at + (is_braced ? 1 : 0);
    std::size_t end = begin;
    while (end < text.size() && is_of_name(text[end])) ++end;
    if (end == begin || (is_braced && (end == text.size() || text[end] != '}'))) return {};
    at = end + (is_braced ? 1 : 0);
    return text.substr(begin, end - begin);
}

}  // namespace

struct Matcher::Regex {
    explicit Regex(std::string_view pattern) : regex(piece(pattern), regex_options()) {}
    re2::RE2 regex;
};

struct Replacer::Regex {
    explicit Regex(std::string_view pattern) : regex(piece(pattern), regex_options()) {}
    re2::RE2 regex;
};

std::string_view to_text(MatchOperator op) {
    switch (op) {
        case MatchOperator::equal:
            return "=";
        case MatchOperator::not_equal:
            return "!=";
        case MatchOperator::matches:
            return "=~";
        case MatchOperator::not_matches:
            return "!~";
    }
    return "=";
}

Result<Matcher> Matcher::make(std::string name, MatchOperator op, std::string value) {
    Matcher matcher;
    matcher.name_ = std::move(name);
    matcher.op_ = op;
    matcher.value_ = std::move(value);
    if (op == MatchOperator::matches || op == MatchOperator::not_matches) {
        auto regex = std::make_shared<Regex>(matcher.value_);
        if (!regex->regex.ok()) return no_regex(matcher.value_, regex->regex);
        matcher.regex_ = std::move(regex);
    }
    return matcher;
}

bool Matcher::matches(std::string_view value) const {
    switch (op_) {
        case MatchOperator::equal:
            return value == value_;
        case MatchOperator::not_equal:
            return value != value_;
        case MatchOperator::matches:
            return re2::RE2::FullMatch(piece(value), regex_->regex);
        case MatchOperator::not_matches:
            return !re2::RE2::FullMatch(piece(value), regex_->regex);
    }
    return false;
}

bool matches(const Matchers& matchers, const LabelSet& labels) {
    return std::all_of(matchers.begin(), matchers.end(),
                       [&](const Matcher& each) { return each.matches(labels); });
}

bool matches_name(const Matchers& matchers, std::string_view metric_name) {
    return std::all_of(matchers.begin(), matchers.end(), [&](const Matcher& each) {
        return each.name() != metric_name_label || each.matches(metric_name);
    });
}

Result<Replacer> Replacer::make(std::string_view pattern) {
    auto regex = std::make_shared<Regex>(pattern);
    if (!regex->regex.ok()) return no_regex(pattern, regex->regex);
    Replacer replacer;
    replacer.regex_ = std::move(regex);
    return replacer;
}

bool Replacer::replace(std::string_view text, std::string_view replacement,
                       std::string& out) const {
    const re2::RE2& regex = regex_->regex;
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) +
                                         1);
    if (!regex.Match(piece(text), 0, text.size(), re2::RE2::ANCHOR_BOTH, groups.data(),
                     static_cast<int>(groups.size())))
        return false;
    std::string filled;
    for (std::size_t at = 0; at < replacement.size();) {
        const char c = replacement[at++];
        if (c != '$') {
            filled += c;
            continue;
        }
        if (at < replacement.size() && replacement[at] == '$') {
            filled += '$';
            ++at;
            continue;
        }
        const std::string_view name = take_reference(replacement, at);
        if (name.empty()) {
            filled += '$';
            continue;
        }
        std::size_t group = groups.size();
        if (std::all_of(name.begin(), name.end(), is_digit)) {
            group = name.size() < 4 ? std::stoul(std::string(name)) : groups.size();
        } else {
            const auto named = regex.NamedCapturingGroups().find(std::string(name));
            if (named != regex.NamedCapturingGroups().end())
                group = static_cast<std::size_t>(named->second);
        }
        if (group < groups.size()) filled.append(groups[group].data(), groups[group].size());
    }
    out = std::move(filled);
    return true;
}

}  // namespace tomograph::promql
