#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "store/part/part.h"

namespace tomograph {

/// The rows of one span block (docs/formats/part.md, "Spans"), in the order in which they came.
class SpanBlockBuilder {
 public:
    void add(std::uint32_t trace_ordinal, const SpanRow& row);
    std::size_t rows() const { return rows_.size(); }
    /// The block's bytes; the builder is empty afterwards.
    std::string finish();

 private:
    std::vector<SpanRow> rows_;
    std::vector<std::uint32_t> ordinals_;
    Arena texts_;
};

/// A decoded block. Texts live in it.
struct SpanBlock {
    std::vector<SpanRow> rows;
    std::vector<std::uint32_t> ordinals;  ///< of the trace row, per span
    Arena texts;

    std::size_t bytes() const;
};

/// errors  corrupt
Result<SpanBlock> decode_span_block(std::string_view block);

}  // namespace tomograph
