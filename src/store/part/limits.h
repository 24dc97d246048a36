#pragma once

#include <cstddef>
#include <cstdint>

namespace tomograph {

/// Newest format that this program reads, and the one that it writes.
constexpr std::uint32_t part_format = 1;

/// Documents a block holds before it is closed: between two traces, and within one. 256 KiB is
/// where zstd-1 stops gaining; a trace in one block is read with one read.
constexpr std::size_t document_block_bytes = 256 << 10;
constexpr std::size_t document_block_bytes_max = 512 << 10;
/// One document; eight times what X-Ray allows. A block stays near 1 MiB whatever comes.
constexpr std::size_t part_document_bytes_max = 512 << 10;

/// Rows per block. Traces: small, since a look-up by id decodes a block to read one row.
constexpr std::size_t span_block_rows = 4'096;
constexpr std::size_t trace_block_rows = 1'024;
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

/// Decoded blocks a reader keeps of its own when it shares no cache: a block of each kind, and then
/// some.
constexpr std::size_t reader_cache_bytes = 2 << 20;
/// Bytes gathered before a write.
constexpr std::size_t write_buffer_bytes = 1 << 20;

}  // namespace tomograph
