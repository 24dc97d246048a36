#include "query/filter/keywords.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/ascii.h"

namespace tomograph::filter {
namespace {

struct KeywordFacts {
    std::string_view name;
    std::optional<ScalarKind> kind;
    std::string_view home;
};

constexpr std::string_view of_traces = "at the top level, and inside service and edge braces";
constexpr std::string_view of_services = "at the top level, and inside service braces";
constexpr std::string_view of_causes = "inside rootcause braces";

/// In the order of Keyword.
constexpr std::array<KeywordFacts, 28> facts{{
    {"ok", ScalarKind::boolean, of_traces},
    {"error", ScalarKind::boolean, of_traces},
    {"throttle", ScalarKind::boolean, of_traces},
    {"fault", ScalarKind::boolean, of_traces},
    {"partial", ScalarKind::boolean, of_traces},
    {"inferred", ScalarKind::boolean,
     "at the top level, and inside service, edge and rootcause service braces"},
    {"first", ScalarKind::boolean, of_causes},
    {"last", ScalarKind::boolean, of_causes},
    {"remote", ScalarKind::boolean, "inside service, edge and rootcause entity braces"},
    {"root", ScalarKind::boolean, "inside service and rootcause service braces"},
    {"coldstart", ScalarKind::boolean, of_services},
    {"responsetime", ScalarKind::number, of_traces},
    {"duration", ScalarKind::number, of_traces},
    {"http.status", ScalarKind::number, of_traces},
    {"index", ScalarKind::number, of_causes},
    {"coverage", ScalarKind::number, "inside rootcause.responsetime.entity braces"},
    {"http.url", ScalarKind::text, of_traces},
    {"http.method", ScalarKind::text, of_traces},
    {"http.useragent", ScalarKind::text, of_traces},
    {"http.clientip", ScalarKind::text, of_traces},
    {"user", ScalarKind::text, of_services},
    {"name", ScalarKind::text, "inside braces"},
    {"type", ScalarKind::text, "inside service, rootcause service and rootcause exception braces"},
    {"message", ScalarKind::text, "inside service, edge and rootcause exception braces"},
    {"availabilityzone", ScalarKind::text, of_services},
    {"instance.id", ScalarKind::text, of_services},
    {"resource.arn", ScalarKind::text, of_services},
    {"annotation", std::nullopt, of_traces},
}};

const KeywordFacts& facts_of(Keyword keyword) { return facts[static_cast<std::size_t>(keyword)]; }

/// Words that begin a term and are no keyword of the table.
constexpr std::array<std::string_view, 5> forms{"service", "edge", "group.name", "group.arn",
                                                "rootcause.json"};

struct CauseWord {
    std::string_view word;
    CauseList list;
};

using CauseKind = CauseList::Kind;
using CauseLevel = CauseList::Level;

constexpr std::array<CauseWord, 8> cause_words{
    {{"rootcause.fault.service", {CauseKind::fault, CauseLevel::service}},
     {"rootcause.fault.entity", {CauseKind::fault, CauseLevel::entity}},
     {"rootcause.fault.exception", {CauseKind::fault, CauseLevel::exception}},
     {"rootcause.error.service", {CauseKind::error, CauseLevel::service}},
     {"rootcause.error.entity", {CauseKind::error, CauseLevel::entity}},
     {"rootcause.error.exception", {CauseKind::error, CauseLevel::exception}},
     {"rootcause.responsetime.service", {CauseKind::response_time, CauseLevel::service}},
     {"rootcause.responsetime.entity", {CauseKind::response_time, CauseLevel::entity}}}};

/// Letters to put in, take out or change; `max` + 1 when there are more.
std::size_t distance(std::string_view a, std::string_view b, std::size_t max) {
    if (a.size() > b.size() + max || b.size() > a.size() + max) return max + 1;
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

/// How many letters may differ: none in the shortest words.
std::size_t tolerance(std::size_t letters) { return letters < 4 ? 1 : letters < 8 ? 2 : 3; }

}  // namespace

std::string_view to_text(Keyword keyword) { return facts_of(keyword).name; }
std::optional<ScalarKind> kind_of(Keyword keyword) { return facts_of(keyword).kind; }
std::string_view home_of(Keyword keyword) { return facts_of(keyword).home; }

std::optional<Keyword> find_keyword(std::string_view word) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Keyword::annotation); ++i)
        if (facts[i].name == word) return static_cast<Keyword>(i);
    return std::nullopt;
}

std::optional<CauseList> find_cause_list(std::string_view word) {
    for (const CauseWord& each : cause_words)
        if (each.word == word) return each.list;
    return std::nullopt;
}

std::string_view to_text(CauseList list) {
    for (const CauseWord& each : cause_words)
        if (each.list == list) return each.word;
    ASSERT(false);
}

std::string nearest_word(std::string_view word) {
    const std::string lower = lower_case(word);
    const std::size_t dot = std::min(lower.find('.'), lower.size());
    constexpr std::string_view annotation = "annotation";
    const std::string_view head = std::string_view(lower).substr(0, dot);
    if (dot + 1 < lower.size() && distance(head, annotation, 2) <= 2)
        return std::string(annotation) + std::string(word.substr(dot));
    std::string_view best;
    std::size_t best_distance = tolerance(lower.size()) + 1;
    const auto consider = [&](std::string_view known) {
        const std::size_t apart = distance(lower, known, best_distance);
        if (apart >= best_distance || apart >= lower.size()) return;
        best = known;
        best_distance = apart;
    };
    for (const KeywordFacts& each : facts)
        if (each.kind) consider(each.name);
    for (const std::string_view form : forms) consider(form);
    for (const CauseWord& each : cause_words) consider(each.word);
    return std::string(best);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), to_lower_ascii);
    return lower;
}

}  // namespace tomograph::filter
