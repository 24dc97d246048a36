#include "column/text_template_plan.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "column/text_pattern.h"

namespace tomograph::column {
namespace {

using Values = std::span<const std::string_view>;

// More different patterns than this are words, not templates.
constexpr std::size_t patterns_seen_max = 256;

/// The patterns of the values, in order of first use.
class PatternSet {
 public:
    /// returns  the pattern's number, or rest when there are too many of them
    std::uint16_t find(std::string_view pattern) {
        if (patterns_.size() > last_ && patterns_[last_].bytes == pattern) return count(last_);
        std::size_t slot = hash64(pattern) % slots_.size();
        for (; slots_[slot] != 0; slot = (slot + 1) % slots_.size())
            if (patterns_[slots_[slot] - std::size_t{1}].bytes == pattern)
                return count(slots_[slot] - std::size_t{1});
        if (patterns_.size() == patterns_seen_max) return rest;
        patterns_.push_back({std::string(pattern), 0});
        slots_[slot] = static_cast<std::uint16_t>(patterns_.size());
        return count(patterns_.size() - 1);
    }

    struct Entry {
        std::string bytes;
        std::size_t rows;
    };
    const std::vector<Entry>& entries() const { return patterns_; }

    static constexpr std::uint16_t rest = patterns_seen_max;

 private:
    std::uint16_t count(std::size_t pattern) {
        last_ = pattern;
        ++patterns_[pattern].rows;
        return static_cast<std::uint16_t>(pattern);
    }

    std::array<std::uint16_t, 4 * patterns_seen_max> slots_{};  // pattern + 1; 0 is free
    std::vector<Entry> patterns_;
    std::size_t last_ = 0;
};

using CodeOfPattern = std::array<std::int64_t, patterns_seen_max + 1>;

/// The patterns with the most rows stay; the others get code -1.
CodeOfPattern keep_patterns(const PatternSet& set, TemplateLimits limits,
                            std::vector<std::string>& kept) {
    const auto& entries = set.entries();
    std::vector<std::size_t> order(entries.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return entries[a].rows != entries[b].rows ? entries[a].rows > entries[b].rows : a < b;
    });
    CodeOfPattern code_of;
    code_of.fill(-1);
    for (const std::size_t i : order) {
        if (entries[i].rows < limits.pattern_rows_min || kept.size() + 1 == limits.patterns_max)
            break;
        code_of[i] = static_cast<std::int64_t>(kept.size());
        kept.push_back(entries[i].bytes);
    }
    return code_of;
}

}  // namespace

TemplatePlan plan_templates(Values values, TemplateLimits limits) {
    TemplatePlan plan;
    PatternSet set;
    std::vector<std::uint16_t> found(values.size());
    plan.first_cut.reserve(values.size());
    plan.cuts.reserve(2 * values.size());
    FoundPattern pattern;
    for (std::size_t row = 0; row < values.size(); ++row) {
        plan.first_cut.push_back(static_cast<std::uint32_t>(plan.cuts.size()));
        found[row] = PatternSet::rest;
        if (!find_pattern(values[row], pattern)) continue;
        found[row] = set.find(pattern.pattern());
        plan.cuts.insert(plan.cuts.end(), pattern.cuts().begin(), pattern.cuts().end());
    }

    // Rows of patterns that do not stay share one that keeps them whole.
    const CodeOfPattern code_of = keep_patterns(set, limits, plan.patterns);
    const auto rest_code = static_cast<std::int64_t>(plan.patterns.size());
    plan.rows.resize(plan.patterns.size() + 1);
    for (std::size_t row = 0; row < values.size(); ++row) {
        const std::int64_t code = code_of[found[row]] < 0 ? rest_code : code_of[found[row]];
        plan.code_of_row.push_back(code);
        plan.rows[static_cast<std::size_t>(code)].push_back(static_cast<std::uint32_t>(row));
    }
    plan.rows_kept_whole = plan.rows.back().size();
    if (plan.rows_kept_whole > 0) plan.patterns.push_back(rest_pattern());
    return plan;
}

std::int64_t number_of_cut(std::string_view digits) {
    std::int64_t number = 0;
    for (const char digit : digits) number = number * 10 + (digit - '0');
    return number;
}

}  // namespace tomograph::column
