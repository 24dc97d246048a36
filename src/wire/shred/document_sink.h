#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace tomograph {

/// Appends many short pieces to a string at the cost of their bytes: std::string keeps its size and
/// its closing zero right after each. The string is longer than its text until finish().
class DocumentSink {
 public:
    /// bytes_expected  room made at once
    DocumentSink(std::string& out, std::size_t bytes_expected) : out_(out), begin_(out.size()) {
        grow(begin_, bytes_expected);
    }

    void append(std::string_view text) {
        char* const place = room(text.size());
        if (!text.empty()) std::memcpy(place, text.data(), text.size());
        at_ += text.size();
    }
    void append(char c) { *room(1) = c, ++at_; }

    /// Room for `bytes` more; took() tells how many were written there.
    char* room(std::size_t bytes) {
        if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]]
            grow(static_cast<std::size_t>(at_ - out_.data()), bytes);
        return at_;
    }
    void took(char* end) { at_ = end; }

    std::size_t bytes() const { return static_cast<std::size_t>(at_ - out_.data()) - begin_; }

    void finish() { out_.resize(begin_ + bytes()); }

 private:
    void grow(std::size_t used, std::size_t bytes) {
        out_.resize(used + used / 2 + bytes);
        at_ = out_.data() + used;
        end_ = out_.data() + out_.size();
    }

    std::string& out_;
    std::size_t begin_;
    char* at_ = nullptr;
    char* end_ = nullptr;
};

}  // namespace tomograph
