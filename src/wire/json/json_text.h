#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tomograph {

/// Grows a JSON text, member by member. Keys and texts must be UTF-8. Begins and ends must match.
class JsonText {
 public:
    void open() {
        separate();
        begin('{');
    }
    void open(std::string_view key) {
        write_key(key);
        begin('{');
    }
    void close() { end('}'); }
    void open_list(std::string_view key) {
        write_key(key);
        begin('[');
    }
    void close_list() { end(']'); }

    /// A text in a list.
    void element(std::string_view value);
    void text(std::string_view key, std::string_view value);
    void integer(std::string_view key, std::int64_t value);
    void boolean(std::string_view key, bool value);
    /// What is JSON already.
    void raw(std::string_view key, std::string_view json);
    /// The place where the value of `key` is appended.
    std::string& value_of(std::string_view key) {
        write_key(key);
        return out_;
    }

    std::string take() && { return std::move(out_); }

 private:
    void begin(char bracket) {
        out_ += bracket;
        is_first_ = true;
    }
    void end(char bracket) {
        out_ += bracket;
        is_first_ = false;
    }
    void separate() {
        if (!is_first_) out_ += ',';
        is_first_ = false;
    }
    void write_key(std::string_view key);

    std::string out_;
    bool is_first_ = true;
};

}  // namespace tomograph
