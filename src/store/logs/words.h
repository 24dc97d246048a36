#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace tomograph {

/// The different words of some texts, in lower case: runs of ASCII letters and of bytes above 127.
/// A text contains some letters exactly where one of its words does, so the words of a group tell
/// whether a search has anything to look for there.
class WordList {
 public:
    void add(std::string_view text);
    /// Sorted, a line each; "" when there are too many: then any word may be there.
    std::string finish() const;

 private:
    std::unordered_set<std::string> words_;
    std::string word_;
    std::size_t bytes_ = 0;
    bool is_full_ = false;
};

/// Whether a text of these words may contain the needle, whose ASCII letters are lower case.
/// words  as finish() gave them
bool may_contain_needle(std::string_view words, std::string_view needle);

}  // namespace tomograph
