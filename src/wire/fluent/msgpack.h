#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph {

// MessagePack as Fluent's forward protocol has it: read in place, bounded, nothing is built.
// Smaller than a library that builds objects would be, and nothing else here speaks it.

/// Nesting of a value.
inline constexpr unsigned msgpack_depth_max = 32;

struct MsgpackToken {
    enum class Kind : std::uint8_t {
        nil,
        boolean,
        integer,
        natural,  ///< above INT64_MAX
        number,
        text,   ///< str: perhaps no UTF-8
        bytes,  ///< bin
        array,  ///< count elements follow
        map,    ///< count pairs follow
        extension,
    };
    Kind kind = Kind::nil;
    bool boolean = false;
    std::int64_t integer = 0;
    std::uint64_t natural = 0;
    double number = 0;
    std::string_view text;  ///< of a text, bytes or an extension
    std::int8_t extension = 0;
    std::uint32_t count = 0;
};

/// Walks the tokens of one text. A failure sticks; tokens are nil then.
class MsgpackReader {
 public:
    explicit MsgpackReader(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}

    MsgpackToken next();
    /// Passes over a whole value.
    void skip();
    /// The kind of the token ahead; nil at the end.
    MsgpackToken::Kind kind() const;

    bool at_end() const { return rest_.empty(); }
    std::size_t offset() const { return size_ - rest_.size(); }
    bool failed() const { return failed_; }

 private:
    std::uint64_t unsigned_of(std::size_t bytes);
    std::string_view raw(std::uint64_t bytes);
    void fail();

    std::string_view rest_;
    std::size_t size_;
    bool failed_ = false;
};

/// Finds where a value ends while its bytes come in: goes on where it stopped.
class MsgpackScan {
 public:
    /// All that is there of the value so far. Bytes of it when it is whole, else 0.
    /// errors  invalid  a byte that begins no value
    Result<std::size_t> end_of(std::string_view bytes);
    void reset() { *this = {}; }

 private:
    std::size_t at_ = 0;        ///< of the next token
    std::uint64_t values_ = 1;  ///< that are still to come
};

/// Appends a value as JSON, as append_json(WireValue) would: bytes as {"$bytes":…}, EventTime and
/// other extensions likewise; keys that are no text as the text of their JSON. Text that is not
/// UTF-8 is mended. errors  invalid  cut short, or nested too deep
Result<void> append_json(MsgpackReader& reader, std::string& out, unsigned depth = 0);

}  // namespace tomograph
