#include "store/logs/words.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "store/logs/limits.h"

namespace tomograph {
namespace {

bool is_word_byte(char c) {
    const char lower = to_lower_ascii(c);
    return (lower >= 'a' && lower <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

/// Calls visit(run) for each run of word bytes.
template <class Visit>
void each_run(std::string_view text, Visit visit) {
    for (std::size_t at = 0; at < text.size();) {
        if (!is_word_byte(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        while (end < text.size() && is_word_byte(text[end])) ++end;
        visit(text.substr(at, end - at));
        at = end;
    }
}

}  // namespace

void WordList::add(std::string_view text) {
    if (is_full_) return;
    each_run(text, [&](std::string_view run) {
        // A longer one is in pieces that overlap by half: shorter needles are inside of one.
        for (std::size_t at = 0;; at += log_word_bytes_max / 2) {
            word_.assign(run.substr(at, log_word_bytes_max));
            for (char& c : word_) c = to_lower_ascii(c);
            if (!is_full_ && words_.insert(word_).second) bytes_ += word_.size() + 1;
            if (words_.size() > log_words_max) is_full_ = true;
            if (at + log_word_bytes_max >= run.size()) break;
        }
    });
    if (is_full_) words_.clear();
}

std::string WordList::finish() const {
    if (is_full_) return {};
    std::vector<std::string_view> sorted(words_.begin(), words_.end());
    std::sort(sorted.begin(), sorted.end());
    std::string text;
    text.reserve(bytes_);
    for (const std::string_view word : sorted) {
        text += word;
        text += '\n';
    }
    return text;
}

bool may_contain_needle(std::string_view words, std::string_view needle) {
    if (words.empty()) return true;
    bool may = true;
    each_run(needle, [&](std::string_view run) {
        // One that lies across two pieces of a long word is in neither.
        const std::string_view piece = run.substr(0, log_word_bytes_max / 2);
        may = may && words.find(piece) != std::string_view::npos;
    });
    return may;
}

}  // namespace tomograph
