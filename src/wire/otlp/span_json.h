#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/ids.h"
#include "wire/otlp/wire_value.h"

namespace tomograph {

/// Grows the JSON text of a document of a span, member by member, at the cost of its bytes: keep
/// one, its room stays. Keys and texts come off the wire: bytes that are no UTF-8 become U+FFFD.
/// Begins and ends must match.
class SpanJson {
 public:
    void clear() {
        at_ = begin_.get();
        is_first_ = true;
    }
    std::string_view view() const { return {begin_.get(), size()}; }
    std::size_t size() const { return static_cast<std::size_t>(at_ - begin_.get()); }

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
    void element(std::string_view value) {
        separate();
        quote(value);
    }
    /// A value in a list, or alone.
    void element(const WireValue& value) {
        separate();
        write(value, 0);
    }
    void text(std::string_view key, std::string_view value) {
        write_key(key);
        quote(value);
    }
    void integer(std::string_view key, std::int64_t value) {
        write_key(key);
        number(value);
    }
    void boolean(std::string_view key, bool value) {
        write_key(key);
        append(value ? "true" : "false");
    }
    /// What is JSON already.
    void raw(std::string_view key, std::string_view json) {
        write_key(key);
        append(json);
    }
    /// Members that are JSON already; none of them begins or ends with a comma.
    void members(std::string_view json) {
        if (json.empty()) return;
        separate();
        append(json);
    }
    void id(std::string_view key, SpanId id);
    void id(std::string_view key, TraceId id);
    /// Seconds with nine digits behind the point.
    void time(std::string_view key, std::int64_t ns);
    /// Bytes as hex digits.
    void hex(std::string_view key, std::string_view bytes);

    /// JSON that reads back to the same value: integers without a point, doubles with one, so that
    /// the two stay apart. What JSON has no word for is an object of one member:
    /// {"$bytes":"<base64>"}, {"$number":"NaN"}, and {"$map":{…}} for a map that might be taken for
    /// one of these. What is nested deeper than value_depth_max is null. Throws
    /// protozero::exception where the bytes of an array or map are no message.
    void value(std::string_view key, const WireValue& value) {
        write_key(key);
        write(value, 0);
    }
    /// {"key":value,…}
    void attributes(std::string_view key, const WireAttributes& attributes);

    /// A place to come back to: nothing was written since.
    struct Mark {
        std::size_t size;
        bool is_first;
    };
    Mark mark() const { return {size(), is_first_}; }
    void rewind(Mark mark) {
        at_ = begin_.get() + mark.size;
        is_first_ = mark.is_first;
    }
    /// Whether the object that was opened last has members.
    bool has_members() const { return !is_first_; }

 private:
    char* room(std::size_t bytes) {
        if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]]
            grow(bytes);
        return at_;
    }
    void grow(std::size_t bytes);
    void append(std::string_view text);
    void put(char c) {
        *room(1) = c;
        ++at_;
    }
    void begin(char bracket) {
        put(bracket);
        is_first_ = true;
    }
    void end(char bracket) {
        put(bracket);
        is_first_ = false;
    }
    void separate() {
        if (!is_first_) put(',');
        is_first_ = false;
    }
    void write_key(std::string_view key) {
        separate();
        quote(key);
        put(':');
    }
    void quote(std::string_view text);
    void quote_others(std::string_view text);
    void number(std::int64_t value);
    void number(double value);
    void write(const WireValue& value, unsigned depth);
    void write_array(std::string_view message, unsigned depth);
    void write_map(std::string_view message, unsigned depth);

    std::unique_ptr<char[]> begin_;
    char* at_ = nullptr;
    char* end_ = nullptr;
    bool is_first_ = true;
};

}  // namespace tomograph
