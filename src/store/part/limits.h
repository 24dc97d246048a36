#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/limits.h"

namespace tomograph {

/// Newest format that this program reads, and the one that it writes.
constexpr std::uint32_t part_format = 2;

constexpr std::size_t part_document_bytes_max = document_bytes_max;

/// Spans of a group: what a search reads and skips at once. A trace is never divided between
/// groups, so one of trace_spans_max may come on top.
constexpr std::size_t group_rows = 65'536;
/// Text of the documents of a group: bounds the memory of a writer.
constexpr std::size_t group_document_bytes = 64 << 20;
/// Groups below this share of group_rows are decoded and put together by a merge; others are
/// copied.
constexpr std::size_t group_copy_rows_min = group_rows / 4;
/// Spans of a block: what a look-up by id decodes. 4,096 cost 3 % more bytes than 8,192 and half
/// the time of a point read. A block of large documents closes earlier, so that a chunk stays
/// small.
constexpr std::size_t span_block_rows = 4'096;
constexpr std::size_t span_block_bytes = 4 << 20;
constexpr std::size_t trace_block_rows = 2'048;
/// Values a chunk should have at least: columns of rare attributes cover several blocks with one.
constexpr std::size_t chunk_values_min = 2'048;
constexpr std::size_t group_blocks_max = 4'096;
constexpr std::size_t group_columns_max = 4'096;
/// Attribute values of one column whose hashes go into the group's filter; columns with more
/// different ones have none there.
constexpr std::size_t filter_values_max = 8'192;
/// Entries of a page of the id index and of a directory: 4 KiB, one read of a disk sector.
constexpr std::size_t id_page_entries = 512;
constexpr std::size_t directory_page_entries = 256;

/// A service or span name in the columns; the document keeps the whole. 4,096 of them make 4 MiB at
/// most.
constexpr std::size_t column_text_bytes_max = 1'024;
/// A name in the rollup, which has no document to fall back on.
constexpr std::size_t rollup_text_bytes_max = 64 << 10;
constexpr std::size_t rollup_block_bytes = 256 << 10;
/// Names of a block's cells, written out: a dictionary must not let a small block fill the memory.
constexpr std::size_t rollup_block_text_bytes = 16 << 20;

/// Stored and raw bytes of a frame: what one damaged length can make a reader allocate.
constexpr std::size_t frame_bytes_max = 16 << 20;
constexpr std::size_t sections_max = 64;
/// Ids of a block of the list of fragments: 64 KiB read at once.
constexpr std::size_t fragments_block_bytes = 64 << 10;

/// Decoded blocks a reader keeps of its own when it shares no cache: a chunk of each column, and
/// then some. Those of a hundred annotations are 4 MiB; with less, a walk opens them for each
/// trace.
constexpr std::size_t reader_cache_bytes = 16 << 20;
/// Bytes gathered before a write.
constexpr std::size_t write_buffer_bytes = 1 << 20;

}  // namespace tomograph
