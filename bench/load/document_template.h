#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tomograph::load {

/// Five services answer a request, as in small shops.
inline constexpr std::uint64_t documents_per_trace = 5;

/// A segment document of about 1 kB with two subsegments, whose ids and times are stamped in place,
/// so that making the next one costs a few stores.
class DocumentTemplate {
 public:
    /// is_escaped: as it stands inside a JSON string of a PutTraceSegments body.
    explicit DocumentTemplate(bool is_escaped);

    const std::string& text() const { return text_; }

    /// Writes new ids and times into a copy of text() that begins at `place`. `number` counts
    /// documents; every documents_per_trace of them share a trace.
    void stamp(char* place, std::uint64_t number, std::uint64_t now_us) const;

 private:
    struct Slot {
        std::size_t offset;
        char kind;  ///< 't' trace id, 's' segment id, 'a' and 'b' subsegment ids, '0' to '5' times
    };

    std::string text_;
    std::vector<Slot> slots_;
};

}  // namespace tomograph::load
