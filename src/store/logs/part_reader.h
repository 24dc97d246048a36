#pragma once

#include <memory>
#include <string>
#include <vector>

#include "column/column_block.h"
#include "store/logs/log_row.h"
#include "store/logs/part_format.h"
#include "store/part/block_reader.h"
#include "store/signal/signal_part.h"

namespace tomograph {

/// A part of logs: its groups and what they share. Keeps the table of groups; heads and filters are
/// read when asked for. Threads: any.
class LogPartReader final : public SignalPartContent {
 public:
    /// blocks  outlives it. errors: corrupt, invalid, io
    static Result<std::unique_ptr<LogPartReader>> open(const PartBlockReader& blocks);

    const PartBlockReader& blocks() const { return blocks_; }
    const std::vector<LogGroup>& groups() const { return groups_; }
    Result<std::shared_ptr<const LogGroupHead>> head(std::size_t group) const;
    Result<LogGroupFilter> filter(std::size_t group) const;

 private:
    explicit LogPartReader(const PartBlockReader& blocks) : blocks_(blocks) {}

    const PartBlockReader& blocks_;
    std::vector<LogGroup> groups_;
};

/// Which columns of a block to decode beside those of integers.
struct LogColumns {
    bool texts = true;
    bool attributes = true;
};

/// The lines of one block. Their texts live as long as it does.
class LogBlock {
 public:
    /// block  of the group, from 0. errors: corrupt, io
    static Result<LogBlock> read(const LogPartReader& part, std::size_t group, std::size_t block,
                                 std::shared_ptr<const LogGroupHead> head);
    LogBlock(LogBlock&&) = default;
    LogBlock& operator=(LogBlock&&) = default;

    std::size_t rows() const { return times_.size(); }
    const LogGroupHead& head() const { return *head_; }
    /// Without texts and attributes.
    LogRow row(std::size_t index) const;
    /// Decodes the texts, the attributes, of all lines; once.
    Result<void> load(LogColumns columns);
    /// Adds to a row what load() decoded.
    void fill(std::size_t index, LogRow& row) const;

 private:
    LogBlock() = default;
    Result<void> load_texts();
    Result<void> load_attributes();

    const PartBlockReader* blocks_ = nullptr;
    std::uint32_t number_ = 0;  ///< in the part
    std::shared_ptr<const LogGroupHead> head_;
    std::vector<std::int64_t> times_, lsns_, indexes_, streams_, severities_, kinds_, trace_highs_,
        trace_lows_, spans_, shapes_, observed_, flags_, dropped_;
    bool has_texts_ = false;
    column::Texts bodies_, severity_texts_, event_names_;
    bool has_attributes_ = false;
    std::vector<std::pair<std::uint32_t, column::Texts>> columns_;  ///< by path
    /// Where the values of a line begin: for each of its paths, in the order of its shape.
    std::vector<std::uint32_t> first_value_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> values_;  ///< (column, place in it)
};

}  // namespace tomograph
