#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/text_chunk.h"

namespace tomograph::column {

/// What a column is called on disk; the owner of the block gives it its meaning.
using ColumnId = std::uint16_t;

/// Puts columns of the same rows into one block (docs/formats/column.md).
class ColumnBlockWriter {
 public:
    explicit ColumnBlockWriter(std::size_t rows) : rows_(rows) {}

    /// Each id once; as many values as the block has rows.
    void ints(ColumnId id, std::span<const std::int64_t> values);
    void texts(ColumnId id, std::span<const std::string_view> values);
    std::string finish() &&;

 private:
    struct Entry {
        ColumnId id;
        std::size_t offset;
        std::size_t bytes;
    };
    std::size_t rows_;
    std::vector<Entry> entries_;
    std::string chunks_;
};

/// Decodes the columns asked for; others cost nothing, known or not. Borrows the block's bytes.
class ColumnBlockReader {
 public:
    /// errors  corrupt, of untrusted bytes
    static Result<ColumnBlockReader> open(std::string_view block);

    std::size_t rows() const { return rows_; }
    /// errors  corrupt  the block has no such column, its chunk is damaged or its encoding unknown
    Result<std::vector<std::int64_t>> ints(ColumnId id) const;
    Result<Texts> texts(ColumnId id) const;

 private:
    struct Entry {
        ColumnId id;
        std::string_view chunk;
    };
    Result<std::string_view> chunk(ColumnId id) const;

    std::size_t rows_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace tomograph::column
