#pragma once

#include <fmt/format.h>

#include <doctest/doctest.h>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/predicate.h"

namespace tomograph::testing {

/// Reads the text form of to_text(Predicate). For tests, so a mistake in the text ends them.
///
///   or      := and { "or" and }          and := unary { "and" unary }
///   unary   := "not" unary | "(" or ")" | "everything" | "nothing" | "some" scope "{" or "}"
///            | "path(" … ")" | condition
///   scope   := root | segment | span | call | source | target | cause.KIND.LEVEL
///   condition := subject [ test ]        a boolean field alone: it is true
///   subject := field | "@" key { "." key }    key: a word, or in quotes
///   test    := "is" (set | text | number | boolean) | ("=" | "^=" | "$=" | "*=" | "~=") "text"
///              ["nocase"] | ("=" | "<" | "<=" | ">" | ">=") number | "= true" | "= false"
///            | "in" ("[" | "(") number "," number ("]" | ")")
class PredicateParser {
 public:
    explicit PredicateParser(std::string_view text) : text_(text) {}

    Predicate parse() {
        Predicate predicate = parse_or();
        expect(at_ == text_.size(), "the end");
        return predicate;
    }

 private:
    void expect(bool is_there, std::string_view what) const {
        if (!is_there) FAIL(fmt::format("expected {} at byte {} of: {}", what, at_, text_));
    }

    void skip_spaces() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }

    bool take(std::string_view token) {
        skip_spaces();
        if (!text_.substr(at_).starts_with(token)) return false;
        at_ += token.size();
        skip_spaces();
        return true;
    }

    static bool is_word_byte(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    }

    std::string_view peek_word() {
        skip_spaces();
        std::size_t end = at_;
        while (end < text_.size() && is_word_byte(text_[end])) ++end;
        return text_.substr(at_, end - at_);
    }

    bool take_word(std::string_view word) {
        if (peek_word() != word) return false;
        at_ += word.size();
        skip_spaces();
        return true;
    }

    void need(std::string_view token) { expect(take(token), token); }

    std::string take_quoted() {
        skip_spaces();
        expect(at_ < text_.size() && text_[at_] == '"', "a text in quotes");
        std::string text;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
            text += text_[at_];
        }
        expect(at_ < text_.size(), "a closing quote");
        ++at_;
        skip_spaces();
        return text;
    }

    Decimal take_number() {
        skip_spaces();
        std::size_t end = at_;
        while (end < text_.size() && (is_word_byte(text_[end]) || text_[end] == '.' ||
                                      text_[end] == '-' || text_[end] == '+'))
            ++end;
        const auto number = parse_decimal(text_.substr(at_, end - at_));
        expect(static_cast<bool>(number), "a number");
        at_ = end;
        skip_spaces();
        return *number;
    }

    Predicate parse_or() {
        std::vector<Predicate> terms;
        do terms.push_back(parse_and());
        while (take_word("or"));
        return terms.size() == 1 ? std::move(terms.front()) : any_of(std::move(terms));
    }

    Predicate parse_and() {
        std::vector<Predicate> terms;
        do terms.push_back(parse_unary());
        while (take_word("and"));
        return terms.size() == 1 ? std::move(terms.front()) : all_of(std::move(terms));
    }

    Predicate parse_unary() {
        if (take_word("not")) return negation(parse_unary());
        if (take_word("everything")) return all_of({});
        if (take_word("nothing")) return any_of({});
        if (take_word("some")) return parse_some();
        if (take("path(")) return parse_path();
        if (take("(")) {
            Predicate inside = parse_or();
            need(")");
            return inside;
        }
        return parse_condition();
    }

    template <class Value>
    Value take_one_of(std::initializer_list<std::pair<std::string_view, Value>> words) {
        for (const auto& [word, value] : words)
            if (take_word(word)) return value;
        expect(false, words.begin()->first);
        return words.begin()->second;
    }

    Predicate parse_some() {
        const auto scope = take_one_of<Scope>({{"root", Scope::root},
                                               {"segment", Scope::segment},
                                               {"span", Scope::span},
                                               {"call", Scope::call},
                                               {"source", Scope::source},
                                               {"target", Scope::target},
                                               {"cause", Scope::cause}});
        CauseList list;
        if (scope == Scope::cause) {
            using Kind = CauseList::Kind;
            using Level = CauseList::Level;
            need(".");
            list.kind = take_one_of<Kind>({{"fault", Kind::fault},
                                           {"error", Kind::error},
                                           {"response_time", Kind::response_time}});
            need(".");
            list.level = take_one_of<Level>({{"service", Level::service},
                                             {"entity", Level::entity},
                                             {"exception", Level::exception}});
        }
        need("{");
        Predicate inside = parse_or();
        need("}");
        Predicate predicate = some(scope, std::move(inside));
        predicate.cause = list;
        return predicate;
    }

    Predicate parse_path() {
        CausePath path;
        while (take("service(")) {
            CausePath::Service& service = path.services.emplace_back();
            if (take_word("name")) service.name = take_quoted();
            if (take_word("type")) service.type = take_quoted();
            if (take_word("account")) service.account = take_quoted();
            service.account_may_be_missing = take_word("or_none");
            if (take_word("inferred")) service.inferred = take_boolean();
            if (take("entities(")) service.entities = parse_entities();
            need(")");
        }
        if (take_word("client_impacting")) path.client_impacting = take_boolean();
        need(")");
        return cause_path(std::move(path));
    }

    std::vector<CausePath::Entity> parse_entities() {
        std::vector<CausePath::Entity> entities;
        while (take("entity(")) {
            CausePath::Entity& entity = entities.emplace_back();
            if (take_word("name")) entity.name = take_quoted();
            if (take_word("remote")) entity.remote = take_boolean();
            if (take_word("coverage")) entity.coverage = take_number();
            if (take("exceptions(")) entity.exceptions = parse_exceptions();
            need(")");
        }
        need(")");
        return entities;
    }

    std::vector<CausePath::Exception> parse_exceptions() {
        std::vector<CausePath::Exception> exceptions;
        while (take("exception(")) {
            CausePath::Exception& exception = exceptions.emplace_back();
            if (take_word("name")) exception.name = take_quoted();
            if (take_word("message")) exception.message = take_quoted();
            need(")");
        }
        need(")");
        return exceptions;
    }

    bool take_boolean() { return take_one_of<bool>({{"true", true}, {"false", false}}); }

    Subject parse_subject() {
        Subject subject;
        if (take("@")) {
            do {
                if (!subject.path.empty()) subject.path += path_separator;
                if (text_.substr(at_).starts_with('"')) {
                    subject.path += take_quoted();
                } else {
                    const std::string_view key = peek_word();
                    expect(!key.empty(), "a key");
                    subject.path += key;
                    at_ += key.size();
                }
            } while (at_ < text_.size() && text_[at_] == '.' && ++at_ > 0);
            return subject;
        }
        for (int i = 0; i <= static_cast<int>(Field::last); ++i) {
            subject.field = static_cast<Field>(i);
            if (take_word(to_text(subject.field))) return subject;
        }
        expect(false, "a field");
        return subject;
    }

    Predicate parse_condition() {
        Subject subject = parse_subject();
        Test test = parse_test(subject);
        return condition(std::move(subject), std::move(test));
    }

    Test parse_test(const Subject& subject) {
        if (take_word("is"))
            return take_one_of<IsSet>({{"set", {}},
                                       {"text", {ScalarKind::text}},
                                       {"number", {ScalarKind::number}},
                                       {"boolean", {ScalarKind::boolean}}});
        if (take_word("in")) return parse_range();
        using How = TextTest::How;
        for (const auto& [token, how] :
             {std::pair{"^=", How::prefix}, std::pair{"$=", How::suffix},
              std::pair{"*=", How::contains}, std::pair{"~=", How::glob}})
            if (take(token)) return parse_text(how);
        if (take(">=")) return NumberTest{.min = take_number(), .max = {}};
        if (take("<=")) return NumberTest{.min = {}, .max = take_number()};
        if (take(">")) return NumberTest{.min = take_number(), .max = {}, .min_is_open = true};
        if (take("<")) return NumberTest{.min = {}, .max = take_number(), .max_is_open = true};
        if (!take("=")) {
            const bool is_flag =
                !subject.is_attribute() && kind_of(subject.field) == ScalarKind::boolean;
            expect(is_flag, "a test");
            return BooleanTest{};
        }
        if (at_ < text_.size() && text_[at_] == '"') return parse_text(How::equal);
        if (peek_word() == "true" || peek_word() == "false") return BooleanTest{take_boolean()};
        const Decimal number = take_number();
        return NumberTest{.min = number, .max = number};
    }

    Test parse_text(TextTest::How how) {
        TextTest test{.how = how, .text = take_quoted()};
        test.ignore_case = take_word("nocase");
        return test;
    }

    Test parse_range() {
        NumberTest test;
        test.min_is_open = take("(");
        if (!test.min_is_open) need("[");
        test.min = take_number();
        need(",");
        test.max = take_number();
        test.max_is_open = take(")");
        if (!test.max_is_open) need("]");
        return test;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

inline Predicate parse_predicate(std::string_view text) { return PredicateParser(text).parse(); }

}  // namespace tomograph::testing
