// What Prometheus' own engine answers, tests/interop/promql made it, is what ours answers: the same
// series, the same values to some last bits, the same refusals.
#include <doctest/doctest.h>

#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>

#include "query/promql/evaluator.h"
#include "query/promql/memory_series.h"
#include "query/promql/parser.h"
#include "support/goldens.h"

namespace tomograph::promql {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::string& name) {
    std::istringstream text(read_golden(fs::path(GOLDENS_FOLDER) / "corpus" / name));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);)
        if (!line.empty() && line.front() != '#') lines.push_back(line);
    return lines;
}

double number_of(const std::string& text) {
    if (text == "NaN") return std::nan("");
    if (text == "stale") return stale_value();
    if (text == "+Inf" || text == "Inf") return INFINITY;
    if (text == "-Inf") return -INFINITY;
    return std::stod(text);
}

LabelSet labels_of(const std::string& text) {
    if (text == "{}") return {};
    const auto matchers = parse_matchers(text);
    REQUIRE_MESSAGE(matchers, text);
    std::vector<Label> labels;
    for (const Matcher& each : *matchers) labels.emplace_back(each.name(), each.value());
    return LabelSet(std::move(labels));
}

std::size_t end_of_labels(const std::string& line) {
    const std::size_t bracket = line.rfind('}');
    return bracket == std::string::npos ? line.find(' ') : bracket + 1;
}

MemorySeries load_series() {
    MemorySeries source;
    for (const std::string& line : lines_of("series.txt")) {
        const std::size_t end = end_of_labels(line);
        Series series{labels_of(line.substr(0, end)), {}};
        std::istringstream words(line.substr(end));
        std::int64_t at = 0;
        std::int64_t step = 0;
        words >> at >> step;
        for (std::string word; words >> word; at += step)
            if (word != "_") series.samples.push_back({at * 1000, number_of(word)});
        source.all.push_back(std::move(series));
    }
    return source;
}

using Points = std::map<std::int64_t, double>;
using Answer = std::map<LabelSet, Points>;

bool are_close(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    if (a == b) return true;
    return std::abs(a - b) <= 1e-11 * std::max(std::abs(a), std::abs(b));
}

std::string shown(const Answer& answer) {
    std::ostringstream out;
    out.precision(17);
    for (const auto& [labels, points] : answer) {
        out << '\n' << tomograph::to_text(labels);
        for (const auto& [at, value] : points) out << ' ' << at << ':' << value;
    }
    return out.str();
}

bool are_close(const Answer& a, const Answer& b) {
    if (a.size() != b.size()) return false;
    for (auto x = a.begin(), y = b.begin(); x != a.end(); ++x, ++y) {
        if (x->first != y->first || x->second.size() != y->second.size()) return false;
        for (auto i = x->second.begin(), j = y->second.begin(); i != x->second.end(); ++i, ++j)
            if (i->first != j->first || !are_close(i->second, j->second)) return false;
    }
    return true;
}

struct Question {
    Steps steps;
    bool is_range = false;
    std::string expression;
};

Question question_of(const std::string& line) {
    std::istringstream words(line);
    std::string kind;
    double start = 0;
    double end = 0;
    double step = 0;
    words >> kind >> start;
    Question question;
    question.is_range = kind == "range";
    question.steps.start_ms = std::llround(start * 1000);
    if (question.is_range) {
        words >> end >> step;
        question.steps.step_ms = std::llround(step * 1000);
        question.steps.count =
            static_cast<std::size_t>(std::llround((end - start) * 1000) / question.steps.step_ms) +
            1;
    }
    std::getline(words >> std::ws, question.expression);
    return question;
}

/// What a question was answered with, each line of it.
Answer read_answer(const std::vector<std::string>& lines, const Question& question) {
    Answer answer;
    for (const std::string& line : lines) {
        const std::size_t end = line.rfind('}') == std::string::npos && line.find(' ') == line.npos
                                    ? 0
                                    : end_of_labels(line);
        Points& points = answer[end == 0 ? LabelSet{} : labels_of(line.substr(0, end))];
        std::istringstream words(line.substr(end));
        for (std::string word; words >> word;) {
            const std::size_t colon = word.find(':');
            if (colon == std::string::npos)
                points[question.steps.start_ms] = number_of(word);
            else
                points[std::stoll(word)] = number_of(word.substr(colon + 1));
        }
    }
    return answer;
}

std::optional<Answer> our_answer(const MemorySeries& source, const Question& question) {
    const auto expression = parse_expression(question.expression);
    if (!expression) return std::nullopt;
    // What is printed says the same, and again.
    const std::string printed = to_text(**expression);
    const auto again = parse_expression(printed);
    REQUIRE_MESSAGE(again, printed);
    CHECK(to_text(**again) == printed);
    if (question.is_range && (*expression)->type != ValueType::scalar &&
        (*expression)->type != ValueType::vector)
        return std::nullopt;
    ReadBudget budget = no_limit();
    const auto value = evaluate(**again, question.steps, source, budget);
    if (!value) return std::nullopt;
    Answer answer;
    for (std::size_t step = 0; step < value->scalars.size(); ++step)
        answer[{}][question.steps.at(step)] = value->scalars[step];
    for (const VectorSeries& series : value->vector)
        for (std::size_t step = 0; step < series.values.size(); ++step)
            if (series.has(step))
                answer[series.labels][question.steps.at(step)] = series.values[step];
    for (const Series& series : value->ranges)
        for (const Sample& sample : series.samples)
            answer[series.labels][sample.at_ms] = sample.value;
    return answer;
}

}  // namespace

TEST_CASE("expressions come to what Prometheus says they come to") {
    const MemorySeries source = load_series();
    const std::vector<std::string> lines = lines_of("answers.txt");
    std::size_t questions = 0;
    for (std::size_t i = 0; i < lines.size();) {
        REQUIRE(lines[i].starts_with("> "));
        const Question question = question_of(lines[i++].substr(2));
        std::vector<std::string> theirs;
        while (i < lines.size() && !lines[i].starts_with("> ")) theirs.push_back(lines[i++]);
        ++questions;
        CAPTURE(question.expression);
        const auto ours = our_answer(source, question);
        if (theirs == std::vector<std::string>{"error"}) {
            CHECK_FALSE(ours);
            continue;
        }
        REQUIRE(ours);
        if (question.expression.starts_with('"')) continue;  // a text has no points
        const Answer expected = read_answer(theirs, question);
        CHECK_MESSAGE(are_close(*ours, expected), "ours: ", shown(*ours),
                      "\ntheirs: ", shown(expected));
    }
    CHECK(questions == lines_of("expressions.txt").size());
}

}  // namespace tomograph::promql
