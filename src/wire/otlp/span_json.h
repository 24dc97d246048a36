#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "model/ids.h"
#include "wire/otlp/wire_value.h"

namespace tomograph {

/// A member's name that is written in the source, and stands in JSON as it is: one that does not is
/// none.
class JsonKey {
 public:
    consteval JsonKey(const char* name) : name_(name) {  // NOLINT(google-explicit-constructor)
        for (const char c : name_)
            if (c < ' ' || c > '~' || c == '"' || c == '\\') throw "wants an escape";
    }

    std::string_view name() const { return name_; }

 private:
    std::string_view name_;
};

/// Grows the JSON text of a document of a span, member by member, at the cost of its bytes: keep
/// one, its room stays. Texts, and the keys of attributes, come off the wire: bytes that are no
/// UTF-8 become U+FFFD. Begins and ends must match.
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
    void open(JsonKey key) {
        write_key(key);
        begin('{');
    }
    void close() { end('}'); }
    void open_list(JsonKey key) {
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
    void text(JsonKey key, std::string_view value) {
        write_key(key);
        quote(value);
    }
    void integer(JsonKey key, std::int64_t value) {
        write_key(key);
        number(value);
    }
    void boolean(JsonKey key, bool value) {
        write_key(key);
        append(value ? "true" : "false");
    }
    /// What is JSON already.
    void raw(JsonKey key, std::string_view json) {
        write_key(key);
        append(json);
    }
    /// Members that are JSON already; none of them begins or ends with a comma.
    void members(std::string_view json) {
        if (json.empty()) return;
        separate();
        append(json);
    }
    void id(JsonKey key, SpanId id);
    void id(JsonKey key, TraceId id);
    /// Seconds with nine digits behind the point.
    void time(JsonKey key, std::int64_t ns);
    /// Bytes as hex digits.
    void hex(JsonKey key, std::string_view bytes);

    /// JSON that reads back to the same value: integers without a point, doubles with one, so that
    /// the two stay apart. What JSON has no word for is an object of one member:
    /// {"$bytes":"<base64>"}, {"$number":"NaN"}, and {"$map":{…}} for a map that might be taken for
    /// one of these. What is nested deeper than value_depth_max is null. Throws
    /// protozero::exception where the bytes of an array or map are no message.
    void value(const WireAttribute& attribute) {
        write_key(attribute);
        write(attribute.value, 0);
    }
    /// {"key":value,…}
    void attributes(JsonKey key, const WireAttributes& attributes);

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
    void write_key(JsonKey key) { write_plain_key(key.name()); }
    void write_key(const WireAttribute& attribute) {
        if (attribute.known != unknown_key) return write_plain_key(attribute.key);
        separate();
        quote(attribute.key);
        put(':');
    }
    /// Of what stands in JSON as it is.
    void write_plain_key(std::string_view key) {
        constexpr std::size_t around = 4;  // ,"":
        char* at = room(key.size() + around);
        *at = ',';
        at += is_first_ ? 0 : 1;
        *at++ = '"';
        std::memcpy(at, key.data(), key.size());
        at += key.size();
        *at++ = '"';
        *at++ = ':';
        at_ = at;
        is_first_ = false;
    }
    /// A text of digits and letters.
    template <class Write>
    void plain(JsonKey key, std::size_t size, const Write& write) {
        write_key(key);
        char* const at = room(size + 2);
        *at = '"';
        write(at + 1);
        at[size + 1] = '"';
        at_ = at + size + 2;
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
