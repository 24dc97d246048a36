#include "query/spans/traceql.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "query/spans/duration_text.h"
#include "query/spans/regex_tests.h"
#include "wire/json/number.h"
#include "wire/json/utf8.h"

namespace tomograph {
namespace {

/// A condition, or several: of a span, of the whole trace, or (neither) of both with &&.
struct Meaning {
    std::optional<Predicate> span;   ///< nothing: it says nothing of spans
    std::optional<Predicate> trace;  ///< likewise
};

struct Literal {
    enum class Kind { text, number, duration, boolean, nil, word };
    Kind kind = Kind::nil;
    std::string text{};
    Decimal number{};
    bool boolean = false;
};

using MakePredicate = std::function<Predicate(const Test&)>;

constexpr std::int32_t nanoseconds = -9;

bool is_name_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("_.:-/@$").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::optional<NumberTest> number_test(std::string_view op, Decimal number) {
    if (op == "=" || op == "!=") return NumberTest{.min = number, .max = number};
    NumberTest test;
    if (op == ">" || op == ">=") {
        test.min = number;
        test.min_is_open = op == ">";
        return test;
    }
    if (op == "<" || op == "<=") {
        test.max = number;
        test.max_is_open = op == "<";
        return test;
    }
    return std::nullopt;
}

/// "Not that, but there, and of that kind."
Predicate but_not(const MakePredicate& make, ScalarKind kind, Predicate passes) {
    return all_of({make(IsSet{.kind = kind}), negation(std::move(passes))});
}

class TraceQlParser {
 public:
    explicit TraceQlParser(std::string_view text) : text_(text) {}

    Result<TraceQl> parse() {
        if (text_.size() > traceql_bytes_max) return error("the query is too long");
        if (!is_utf8(text_)) return error("the query is not UTF-8");
        Predicate traces = TRY(spansets(0));
        TraceQl query;
        while (takes("|")) TRY(pipeline(query));
        skip_blanks();
        if (at_ < text_.size()) return unexpected();
        query.traces = std::move(traces);
        query.spans = any_of(std::move(spans_));
        query.shown = std::move(shown_);
        return query;
    }

 private:
    Error error_at(std::size_t at, std::string_view what) const {
        return Error(ErrorCode::invalid, fmt::format("column {}: {}", at + 1, what));
    }
    Error error(std::string_view what) const { return error_at(at_, what); }

    Error unexpected() const {
        for (const std::string_view op : {">>", "<<", ">", "<", "~", "!", "&"})
            if (text_.substr(at_).starts_with(op))
                return error(fmt::format("'{}' between spansets is not served: && and || are", op));
        return error(at_ == text_.size() ? "the query ends too early"
                                         : "this is not expected here");
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\t' || text_[at_] == '\r'))
            ++at_;
    }
    bool is_ahead(std::string_view sign) {
        skip_blanks();
        return text_.substr(at_).starts_with(sign);
    }
    bool takes(std::string_view sign) {
        if (!is_ahead(sign)) return false;
        if (sign == "|" && is_ahead("||")) return false;
        at_ += sign.size();
        return true;
    }

    /// || of && of units.
    Result<Predicate> spansets(int depth) {
        if (depth > traceql_depth_max) return error("nested too deep");
        std::vector<Predicate> ways;
        do {
            std::vector<Predicate> all;
            do {
                all.push_back(TRY(spanset(depth)));
            } while (takes("&&"));
            ways.push_back(all.size() == 1 ? std::move(all[0]) : all_of(std::move(all)));
        } while (takes("||"));
        return ways.size() == 1 ? std::move(ways[0]) : any_of(std::move(ways));
    }

    Result<Predicate> spanset(int depth) {
        if (takes("(")) {
            Predicate inside = TRY(spansets(depth + 1));
            if (!takes(")")) return unexpected();
            return inside;
        }
        if (!takes("{")) return error("expected '{'");
        ++filters_;
        Meaning filter;
        if (!is_ahead("}")) filter = TRY(any_condition(depth + 1));
        if (!takes("}")) return error("expected '}', && or ||");
        Predicate span = filter.span ? all_of({*std::move(filter.span), any_span()}) : any_span();
        spans_.push_back(span);
        std::vector<Predicate> all = {some(Scope::span, std::move(span))};
        if (filter.trace) all.push_back(*std::move(filter.trace));
        return all.size() == 1 ? std::move(all[0]) : all_of(std::move(all));
    }

    Result<Meaning> any_condition(int depth) {
        if (depth > traceql_depth_max) return error("nested too deep");
        const std::size_t begin = at_;
        Meaning first = TRY(all_conditions(depth));
        if (!is_ahead("||")) return first;
        std::vector<Predicate> spans;
        std::vector<Predicate> traces;
        const auto add = [&](Meaning one) {
            if (one.span && one.trace) return false;
            if (one.span) spans.push_back(*std::move(one.span));
            if (one.trace) traces.push_back(*std::move(one.trace));
            return spans.empty() || traces.empty();
        };
        bool is_plain = add(std::move(first));
        while (takes("||")) {
            Meaning next = TRY(all_conditions(depth));
            is_plain = is_plain && add(std::move(next));
        }
        if (!is_plain)
            return error_at(begin, "conditions on the trace and on spans are not served with ||");
        Meaning joined;
        if (!spans.empty()) joined.span = any_of(std::move(spans));
        if (!traces.empty()) joined.trace = any_of(std::move(traces));
        return joined;
    }

    Result<Meaning> all_conditions(int depth) {
        std::vector<Predicate> spans;
        std::vector<Predicate> traces;
        do {
            Meaning one = TRY(one_condition(depth));
            if (one.span) spans.push_back(*std::move(one.span));
            if (one.trace) traces.push_back(*std::move(one.trace));
        } while (takes("&&"));
        Meaning joined;
        if (!spans.empty()) joined.span = all_of(std::move(spans));
        if (!traces.empty()) joined.trace = all_of(std::move(traces));
        return joined;
    }

    Result<Meaning> one_condition(int depth) {
        if (takes("(")) {
            Meaning inside = TRY(any_condition(depth + 1));
            if (!takes(")")) return error("expected ')', && or ||");
            return inside;
        }
        skip_blanks();
        const std::size_t begin = at_;
        if (is_ahead("!")) return error("'!' is not served: turn the comparison around");
        const std::string name = TRY(take_name());
        if (name == "true") return Meaning{.span = all_of({}), .trace = {}};
        if (name == "false") return Meaning{.span = any_of({}), .trace = {}};
        const std::string op = take_operator();
        if (op.empty()) {
            if (is_intrinsic(name)) return error("expected a comparison");
            const TraceQlAttribute attribute = TRY(attribute_at(begin, name));
            return Meaning{.span = traceql_condition(attribute, BooleanTest{}), .trace = {}};
        }
        skip_blanks();
        value_at_ = at_;
        const Literal value = TRY(take_literal());
        return compare(begin, name, op, value);
    }

    static bool is_intrinsic(std::string_view name) {
        return name.find('.') == std::string_view::npos;
    }

    Result<Meaning> compare(std::size_t begin, const std::string& name, const std::string& op,
                            const Literal& value) {
        const auto of_span = [](Predicate predicate) {
            return Meaning{.span = std::move(predicate), .trace = {}};
        };
        const auto of_trace = [](Predicate predicate) {
            return Meaning{.span = {}, .trace = std::move(predicate)};
        };
        if (name == "name" || name == "span:name") {
            Predicate told = TRY(test(span_name, op, value));
            return of_span(std::move(told));
        }
        if (name == "statusMessage" || name == "span:statusMessage") {
            Predicate told = TRY(test(span_status_message, op, value));
            return of_span(std::move(told));
        }
        if (name == "event:name") {
            Predicate told = TRY(test(event_name, op, value));
            return of_span(std::move(told));
        }
        if (name == "instrumentation:name") {
            Predicate told = TRY(test(scope_name, op, value));
            return of_span(std::move(told));
        }
        if (name == "instrumentation:version") {
            Predicate told = TRY(test(scope_version, op, value));
            return of_span(std::move(told));
        }
        if (name == "rootName" || name == "trace:rootName") {
            Predicate told = TRY(test(root_name, op, value));
            return of_trace(std::move(told));
        }
        if (name == "rootServiceName" || name == "trace:rootService") {
            Predicate told = TRY(test(root_service, op, value));
            return of_trace(std::move(told));
        }
        if (name == "status" || name == "span:status") {
            Predicate told = TRY(word_test(op, value, status_of(value.text)));
            return of_span(std::move(told));
        }
        if (name == "kind" || name == "span:kind") {
            Predicate told = TRY(word_test(op, value, kind_of_text(value.text)));
            return of_span(std::move(told));
        }
        if (name == "duration" || name == "span:duration") {
            Predicate told = TRY(duration_test(span_duration, op, value));
            return of_span(std::move(told));
        }
        if (name == "traceDuration" || name == "trace:duration") {
            const auto whole = [](const NumberTest& seconds) {
                return condition({.field = Field::duration, .path = {}}, seconds);
            };
            Predicate told = TRY(duration_test(whole, op, value));
            return of_trace(std::move(told));
        }
        const TraceQlAttribute attribute = TRY(attribute_at(begin, name));
        const auto make = [&attribute](const Test& each) {
            return traceql_condition(attribute, each);
        };
        Predicate told = TRY(test(make, op, value));
        return of_span(std::move(told));
    }

    Result<TraceQlAttribute> attribute_at(std::size_t begin, const std::string& name) {
        auto attribute = parse_traceql_attribute(name);
        if (!attribute) return error_at(begin, attribute.error().message());
        if (std::find(shown_.begin(), shown_.end(), *attribute) == shown_.end())
            shown_.push_back(*attribute);
        return attribute;
    }

    Result<Predicate> test(const MakePredicate& make, std::string_view op, const Literal& value) {
        const bool is_not = op.starts_with('!');
        const bool is_equality = op == "=" || op == "!=";
        switch (value.kind) {
            case Literal::Kind::nil:
                if (!is_equality) break;
                return is_not ? make(IsSet{}) : negation(make(IsSet{}));
            case Literal::Kind::boolean:
                if (!is_equality) break;
                return make(BooleanTest{value.boolean != is_not});
            case Literal::Kind::number:
            case Literal::Kind::duration: {
                const auto number = number_test(op, value.number);
                if (!number) break;
                Predicate passes = make(*number);
                return is_not ? but_not(make, ScalarKind::number, std::move(passes))
                              : std::move(passes);
            }
            case Literal::Kind::text:
                return text_test(make, op, value.text);
            case Literal::Kind::word:
                return error_at(value_at_, "expected a value; texts stand in quotes");
        }
        return error_at(value_at_, fmt::format("'{}' does not go with this value", op));
    }

    Result<Predicate> text_test(const MakePredicate& make, std::string_view op,
                                const std::string& text) {
        std::vector<Test> tests;
        if (op == "=" || op == "!=") {
            tests.emplace_back(TextTest{.text = text});
        } else if (op == "=~" || op == "!~") {
            auto read = tests_of_regex(text);
            if (!read) return error_at(value_at_, read.error().message());
            tests = *std::move(read);
        } else {
            return error_at(value_at_, fmt::format("'{}' of texts is not served", op));
        }
        std::vector<Predicate> ways;
        for (const Test& each : tests) ways.push_back(make(each));
        Predicate passes = ways.size() == 1 ? std::move(ways[0]) : any_of(std::move(ways));
        return op.starts_with('!') ? but_not(make, ScalarKind::text, std::move(passes))
                                   : std::move(passes);
    }

    Result<Predicate> word_test(std::string_view op, const Literal& value,
                                std::optional<Predicate> is) {
        if (value.kind != Literal::Kind::word || !is)
            return error_at(value_at_, "expected a word that this intrinsic can be");
        if (op == "=") return *std::move(is);
        if (op == "!=") return negation(*std::move(is));
        return error_at(value_at_, "expected = or !=");
    }

    Result<Predicate> duration_test(const std::function<Predicate(const NumberTest&)>& make,
                                    std::string_view op, const Literal& value) {
        if (value.kind != Literal::Kind::duration)
            return error_at(value_at_, "expected a duration like 100ms");
        const auto number = number_test(
            op, Decimal::of(value.number.mantissa, value.number.exponent + nanoseconds));
        if (!number) return error_at(value_at_, fmt::format("'{}' of durations is not served", op));
        return op == "!=" ? negation(make(*number)) : make(*number);
    }

    static std::optional<Predicate> status_of(std::string_view word) {
        if (word == "error") return span_status(OtlpStatus::error);
        if (word == "ok") return span_status(OtlpStatus::ok);
        if (word == "unset") return span_status(OtlpStatus::unset);
        return std::nullopt;
    }
    static std::optional<Predicate> kind_of_text(std::string_view word) {
        using Pair = std::pair<std::string_view, OtlpKind>;
        for (const auto& [name, kind] :
             {Pair{"unspecified", OtlpKind::unspecified}, Pair{"internal", OtlpKind::internal},
              Pair{"server", OtlpKind::server}, Pair{"client", OtlpKind::client},
              Pair{"producer", OtlpKind::producer}, Pair{"consumer", OtlpKind::consumer}})
            if (word == name) return span_kind(kind);
        return std::nullopt;
    }

    /// `span.a."b c"`: parts in quotes are taken as they are.
    Result<std::string> take_name() {
        skip_blanks();
        std::string name;
        while (at_ < text_.size()) {
            if (text_[at_] == '"' && (name.ends_with('.') || name.ends_with(':'))) {
                const std::string quoted = TRY(take_text());
                name += quoted;
                break;
            }
            if (!is_name_char(text_[at_])) break;
            name += text_[at_++];
        }
        if (name.empty()) return error("expected an attribute or an intrinsic");
        return name;
    }

    std::string take_operator() {
        for (const char* op : {"=~", "!~", "!=", ">=", "<=", "=", ">", "<"})
            if (takes(op)) return op;
        return "";
    }

    Result<std::string> take_text() {
        const std::size_t begin = at_;
        const char quote = text_[at_++];
        std::string value;
        while (at_ < text_.size() && text_[at_] != quote) {
            if (text_[at_] == '\\' && quote == '"' && at_ + 1 < text_.size()) {
                const char next = text_[++at_];
                if (next == 'n')
                    value += '\n';
                else if (next == 't')
                    value += '\t';
                else if (next == 'r')
                    value += '\r';
                else if (next == '"' || next == '\\')
                    value += next;
                else
                    return error("this escape is none");
                ++at_;
                continue;
            }
            value += text_[at_++];
        }
        if (at_ == text_.size()) return error_at(begin, "the text does not end");
        ++at_;
        return value;
    }

    Result<Literal> take_literal() {
        if (at_ == text_.size()) return error("expected a value");
        const char c = text_[at_];
        Literal literal;
        if (c == '"' || c == '`') {
            literal.kind = Literal::Kind::text;
            literal.text = TRY(take_text());
            return literal;
        }
        std::string word;
        while (at_ < text_.size() && (is_name_char(text_[at_]) || text_[at_] == '+'))
            word += text_[at_++];
        if (is_json_number(word)) {
            auto number = parse_decimal(word);
            if (!number) return error_at(value_at_, number.error().message());
            literal.kind = Literal::Kind::number;
            literal.number = *number;
        } else if (const auto duration = parse_duration_text(word)) {
            literal.kind = Literal::Kind::duration;
            literal.number = Decimal::of(duration->ns);
        } else if (word == "true" || word == "false") {
            literal.kind = Literal::Kind::boolean;
            literal.boolean = word == "true";
        } else if (word == "nil") {
            literal.kind = Literal::Kind::nil;
        } else if (!word.empty()) {
            literal.kind = Literal::Kind::word;
            literal.text = word;
        } else {
            return error("expected a value");
        }
        return literal;
    }

    Result<void> pipeline(TraceQl& query) {
        skip_blanks();
        const std::size_t begin = at_;
        const auto is_word_ahead = [&](std::string_view word) { return is_ahead(word); };
        if (is_word_ahead("count()")) {
            at_ += std::string_view("count()").size();
            const std::string op = take_operator();
            skip_blanks();
            value_at_ = at_;
            const Literal value = TRY(take_literal());
            const auto number = number_test(op, value.number);
            const bool is_right = value.kind == Literal::Kind::number && number && op != "!=";
            if (!is_right) return error_at(value_at_, "expected a comparison with a number");
            if (filters_ > 1) return error_at(begin, "count() of several spansets is not served");
            if (query.count) return error_at(begin, "count() stands twice");
            query.count = number;
            return {};
        }
        if (is_word_ahead("select")) {
            at_ += std::string_view("select").size();
            if (!takes("(")) return error("expected '('");
            do {
                skip_blanks();
                const std::size_t at = at_;
                const std::string name = TRY(take_name());
                if (!is_intrinsic(name)) TRY(attribute_at(at, name));
            } while (takes(","));
            if (!takes(")")) return error("expected ')' or ','");
            return {};
        }
        return error_at(begin, "of pipelines count() and select() are served");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t value_at_ = 0;  ///< where the value read last begins
    std::size_t filters_ = 0;
    std::vector<Predicate> spans_;  ///< of each filter
    std::vector<TraceQlAttribute> shown_;
};

}  // namespace

Result<TraceQlAttribute> parse_traceql_attribute(std::string_view name) {
    using Pair = std::pair<std::string_view, AttributeScope>;
    for (const auto& [prefix, scope] :
         {Pair{"span.", AttributeScope::span}, Pair{"resource.", AttributeScope::resource},
          Pair{"event.", AttributeScope::event}, Pair{"link.", AttributeScope::link},
          Pair{"instrumentation.", AttributeScope::instrumentation}})
        if (name.starts_with(prefix) && name.size() > prefix.size())
            return TraceQlAttribute{scope, std::string(name.substr(prefix.size()))};
    if (name.starts_with('.') && name.size() > 1)
        return TraceQlAttribute{std::nullopt, std::string(name.substr(1))};
    return Error(ErrorCode::invalid, "this intrinsic or scope is not served");
}

Predicate traceql_condition(const TraceQlAttribute& attribute, const Test& test) {
    if (attribute.scope) return span_attribute(*attribute.scope, attribute.key, test);
    const auto at = [&](AttributeScope scope, const Test& each) {
        return span_attribute(scope, attribute.key, each);
    };
    return any_of(
        {at(AttributeScope::span, test), all_of({at(AttributeScope::resource, test),
                                                 negation(at(AttributeScope::span, IsSet{}))})});
}

Result<TraceQl> parse_traceql(std::string_view text) {
    TraceQl query = TRY(TraceQlParser(text).parse());
    const auto traces = check(query.traces);
    if (!traces) return Error(ErrorCode::invalid, "column 1: " + traces.error().message());
    const auto spans = check(query.spans, Scope::span);
    if (!spans) return Error(ErrorCode::invalid, "column 1: " + spans.error().message());
    return query;
}

}  // namespace tomograph
