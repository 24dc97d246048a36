#pragma once

#include "model/segment.h"
#include "wire/xray/read_context.h"

namespace tomograph {

/// Walks a document's entity and, depth first, the subsegments that it embeds, a row each.
/// Recursion is bounded by json_depth_max.
class EntityReader {
 public:
    EntityReader(ReadContext context, Segment& segment) : context_(context), segment_(segment) {}

    /// Reads the object ahead into row 0 and its subsegments into further rows; those that break a
    /// rule are dropped with all that they embed, and counted. Row 0 itself is left to check_own().
    EntityFacts read_own();

 private:
    EntityFacts read_entity(std::size_t row);
    void read_member(std::string_view key, std::size_t row, EntityFacts& facts);
    bool read_scalar_member(std::string_view key, Span& span, EntityFacts& facts);
    bool read_block_member(std::string_view key, Span& span, EntityFacts& facts);
    void read_subsegments(std::size_t row);
    void read_embedded(std::size_t parent_row);

    ReadContext context_;
    Segment& segment_;
};

}  // namespace tomograph
