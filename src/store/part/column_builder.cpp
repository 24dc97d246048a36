#include "store/part/column_builder.h"

#include "column/code_chunk.h"
#include "column/int_chunk.h"
#include "column/text_chunk.h"
#include "store/part/limits.h"
#include "store/part/value_hash.h"

namespace tomograph {

/// A column that is new had no value in the blocks before.
void ColumnBuilder::pad(std::size_t blocks) {
    while (head_.values.size() < blocks) {
        head_.values.push_back(0);
        ++waiting_blocks_;
    }
}

void ColumnBuilder::end_block(std::size_t block) {
    pad(block);
    head_.values.push_back(static_cast<std::uint32_t>(pending() - counted_));
    counted_ = pending();
    ++waiting_blocks_;
    if (pending() >= chunk_values_min || bytes_.size() >= span_block_bytes) encode();
}

void ColumnBuilder::finish(std::size_t blocks) {
    if (empty() && pending() == 0) return;
    pad(blocks);
    if (waiting_blocks_ > 0) encode();
}

void ColumnBuilder::encode() {
    if (wants_filter_) add_to_filter();
    const std::size_t begin = chunks_.size();
    if (pending() > 0) append_chunk();  // blocks without a value share a chunk of no bytes
    const auto first = static_cast<std::uint32_t>(head_.values.size() - waiting_blocks_);
    head_.chunks.push_back({.first_block = first,
                            .blocks = waiting_blocks_,
                            .values = static_cast<std::uint32_t>(pending()),
                            .offset = begin,
                            .bytes = static_cast<std::uint32_t>(chunks_.size() - begin),
                            .checksum = 0});
    waiting_blocks_ = 0;
    counted_ = 0;
    ints_.clear();
    decimals_.clear();
    ends_.clear();
    bytes_.clear();
}

void ColumnBuilder::append_chunk() {
    switch (head_.column) {
        case GroupColumn::text:
        case GroupColumn::json:
        case GroupColumn::raw_document:
        case GroupColumn::span_service:
        case GroupColumn::span_name:
        case GroupColumn::trace_root_service: {
            views_.clear();
            std::uint32_t start = 0;
            for (const std::uint32_t end : ends_) {
                views_.emplace_back(bytes_.data() + start, end - start);
                start = end;
            }
            column::encode_texts(views_, chunks_);
            break;
        }
        case GroupColumn::number:
            column::encode_decimals(decimals_, chunks_);
            break;
        case GroupColumn::literal: {
            const std::vector<std::uint8_t> codes(ints_.begin(), ints_.end());
            column::encode_codes(codes, chunks_);
            break;
        }
        default:
            column::encode_ints(ints_, chunks_);
    }
}

void ColumnBuilder::add_to_filter() {
    std::uint32_t start = 0;
    for (const std::uint32_t end : ends_) {
        filter_.add(value_hash(filter_seed_, std::string_view(bytes_.data() + start, end - start)));
        start = end;
    }
    for (const column::Decimal number : decimals_) filter_.add(value_hash(filter_seed_, number));
    if (filter_.entries() <= filter_values_max) return;
    wants_filter_ = false;
    filter_ = {};
}

}  // namespace tomograph
