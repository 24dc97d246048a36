#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/label_set.h"

namespace tomograph::promql {

enum class MatchOperator : unsigned char { equal, not_equal, matches, not_matches };

std::string_view to_text(MatchOperator op);  ///< `=`, `!=`, `=~`, `!~`

/// A condition on one label. Absent labels are "". Regular expressions are RE2's, anchored at both
/// ends.
class Matcher {
 public:
    /// errors  invalid  the regular expression is none, or compiles to too much
    static Result<Matcher> make(std::string name, MatchOperator op, std::string value);

    bool matches(std::string_view value) const;
    bool matches(const LabelSet& labels) const { return matches(labels.get(name_)); }

    const std::string& name() const { return name_; }
    MatchOperator op() const { return op_; }
    const std::string& value() const { return value_; }
    bool operator==(const Matcher& other) const {
        return name_ == other.name_ && op_ == other.op_ && value_ == other.value_;
    }

 private:
    struct Regex;
    Matcher() = default;

    std::string name_;
    MatchOperator op_ = MatchOperator::equal;
    std::string value_;
    std::shared_ptr<const Regex> regex_;
};

using Matchers = std::vector<Matcher>;

bool matches(const Matchers& matchers, const LabelSet& labels);
/// As far as they ask for the metric's name.
bool matches_name(const Matchers& matchers, std::string_view metric_name);

/// What label_replace() does: nothing where the whole text does not match, else `replacement` with
/// $1, ${1} and ${name} filled in.
class Replacer {
 public:
    /// errors  invalid  as Matcher's
    static Result<Replacer> make(std::string_view pattern);
    /// False: no match, `out` is untouched.
    bool replace(std::string_view text, std::string_view replacement, std::string& out) const;

 private:
    struct Regex;
    std::shared_ptr<const Regex> regex_;
};

}  // namespace tomograph::promql
