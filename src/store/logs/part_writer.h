#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "column/value_filter.h"
#include "store/logs/log_row.h"
#include "store/logs/part_format.h"
#include "store/logs/words.h"
#include "store/part/block_writer.h"

namespace tomograph {

class LogPartReader;

/// Texts of one column, one behind the other.
class TextPile {
 public:
    void add(std::string_view text) {
        bytes_ += text;
        ends_.push_back(bytes_.size());
    }
    void clear() {
        bytes_.clear();
        ends_.clear();
    }
    std::size_t size() const { return ends_.size(); }
    std::size_t bytes() const { return bytes_.size(); }
    /// Good until the next change.
    std::vector<std::string_view> views() const;

 private:
    std::string bytes_;
    std::vector<std::size_t> ends_;
};

/// Writes the lines of a part (docs/formats/logs.md), in the order in which they come: that of a
/// group should be (second, stream, place).
class LogPartWriter {
 public:
    explicit LogPartWriter(PartBlockWriter& out) : out_(out) {}

    /// errors  as PartBlockWriter
    Result<void> add(const LogRow& row, const LogStream& stream);
    /// Whether the next line should begin a group.
    bool is_group_full() const {
        return group_.facts.rows >= log_group_rows_ || group_bytes_ >= log_group_bytes_;
    }
    Result<void> end_group();
    /// Takes a group as it is. Between groups only.
    Result<void> copy_group(const LogPartReader& reader, std::size_t group);
    /// second_min, second_max are the caller's to set.
    Result<PartFacts> finish();

 private:
    struct Shape {
        std::uint32_t index = 0;
        bool has_rest = false;
    };

    std::uint32_t stream_of(const LogStream& stream);
    Shape shape_of(const LogRow& row);
    std::uint32_t path_of(std::string_view key);
    void add_attributes(const LogRow& row);
    Result<void> end_block();

    static const std::size_t log_group_rows_;
    static const std::size_t log_group_bytes_;

    PartBlockWriter& out_;
    std::vector<LogGroup> groups_;
    // Of the group.
    LogGroup group_;
    LogGroupHead head_;
    std::map<LogStream, std::uint32_t> streams_;
    std::unordered_map<std::string, std::uint32_t> paths_;
    std::map<std::vector<std::uint32_t>, std::uint32_t> shapes_;
    column::ValueFilterBuilder traces_;
    bool has_traces_ = false;
    WordList words_;
    std::size_t group_bytes_ = 0;
    // Of the block.
    LogFacts block_;
    std::map<column::ColumnId, std::vector<std::int64_t>> ints_;
    TextPile bodies_;
    TextPile severity_texts_;
    TextPile event_names_;
    std::map<std::uint32_t, TextPile> attributes_;
    std::size_t block_bytes_ = 0;
};

}  // namespace tomograph
