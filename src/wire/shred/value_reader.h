#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "wire/shred/template.h"

namespace tomograph {

/// What a member is for its entity: decides the kind of its slot when the value has the right form.
enum class MemberRole : std::uint8_t {
    other,
    id,
    parent_id,
    trace_id,
    start_time,
    end_time,
    name,
    subsegments,  ///< an array there is no value
};

/// By the path relative to the entity.
MemberRole role_of(std::string_view path);

/// The first byte at or behind `at` that is no white space of JSON, or `end`.
inline const char* skip_space(const char* at, const char* end) {
    while (at != end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
    return at;
}

inline std::string_view text_between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

/// The first `"`, `\` or control character (which no JSON string holds) at or behind `at`, or
/// `end`; 16 bytes at a time where the processor can.
const char* find_string_stop(const char* at, const char* end);
/// Its twin, a byte at a time.
const char* find_string_stop_bytewise(const char* at, const char* end);

/// Reads the value at a place of a JSON text. The kind depends on the role and the bytes of the
/// value alone, so that equal documents become equal rows whichever way they are read.
class ValueReader {
 public:
    /// takes_objects  an object is one json value; else it is none
    /// returns        its end; nullptr when no value of a slot starts there
    const char* read(const char* at, const char* end, MemberRole role, bool takes_objects,
                     SlotKind& kind, ShreddedValue& value);

    /// Ends the life of the values read so far.
    void clear() {
        if (unescaped_.bytes() != 0) unescaped_ = Arena();
    }

 private:
    const char* read_escaped(const char* at, const char* backslash, const char* end,
                             MemberRole role, SlotKind& kind, ShreddedValue& value);

    Arena unescaped_;
    std::string scratch_;
};

}  // namespace tomograph
