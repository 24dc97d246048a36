#include "query/spans/regex_tests.h"

#include <fmt/format.h>

namespace tomograph {
namespace {

constexpr std::size_t alternatives_max = 64;

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

Error not_served(std::string_view what) {
    return Error(ErrorCode::invalid,
                 fmt::format("'{}' is not served in regular expressions", what));
}

/// One alternative, as a text or a glob.
class Alternative {
 public:
    Result<void> read(std::string_view pattern) {
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            const char c = pattern[i];
            const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
            if (c == '^' && i == 0) continue;
            if (c == '$' && i + 1 == pattern.size()) continue;
            if (c == '.') {
                i += take_any(next);
            } else if (c == '\\') {
                if (next == '\0' || is_word(next)) return not_served(pattern.substr(i, 2));
                add(next);
                ++i;
            } else if (std::string_view("[]{}()*+?^$|").find(c) != std::string_view::npos) {
                return not_served(pattern.substr(i, 1));
            } else {
                add(c);
            }
            const char behind = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
            if (std::string_view("*+?{").find(behind) != std::string_view::npos && behind != '\0')
                return not_served(pattern.substr(i + 1, 1));
        }
        return {};
    }

    Test test(bool ignore_case) const {
        return TextTest{.how = is_glob_ ? TextTest::How::glob : TextTest::How::equal,
                        .text = is_glob_ ? glob_ : text_,
                        .ignore_case = ignore_case};
    }

 private:
    void add(char c) {
        text_ += c;
        if (c == '*' || c == '?' || c == '\\') glob_ += '\\';
        glob_ += c;
    }
    /// What is taken behind the point.
    std::size_t take_any(char next) {
        is_glob_ = true;
        if (next != '*') glob_ += '?';
        if (next != '*' && next != '+') return 0;
        glob_ += '*';
        return 1;
    }

    std::string text_;
    std::string glob_;
    bool is_glob_ = false;
};

/// Without a group around all of it.
std::string_view without_group(std::string_view pattern) {
    if (!pattern.starts_with('(') || !pattern.ends_with(')')) return pattern;
    std::string_view inside = pattern.substr(1, pattern.size() - 2);
    if (inside.starts_with("?:")) inside.remove_prefix(2);
    return inside.find_first_of("()\\") == std::string_view::npos ? inside : pattern;
}

}  // namespace

Result<std::vector<Test>> tests_of_regex(std::string_view pattern) {
    const bool ignore_case = pattern.starts_with("(?i)");
    if (ignore_case) pattern.remove_prefix(4);
    pattern = without_group(pattern);
    std::vector<Test> tests;
    while (true) {
        std::size_t end = 0;
        while (end < pattern.size() && pattern[end] != '|') end += pattern[end] == '\\' ? 2 : 1;
        end = std::min(end, pattern.size());
        Alternative one;
        TRY(one.read(pattern.substr(0, end)));
        tests.push_back(one.test(ignore_case));
        if (tests.size() > alternatives_max)
            return Error(ErrorCode::invalid,
                         fmt::format("more than {} alternatives", alternatives_max));
        if (end == pattern.size()) return tests;
        pattern.remove_prefix(end + 1);
    }
}

}  // namespace tomograph
