#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "store/engine/open_traces.h"

namespace tomograph {

// Documents that become part of a file were last touched seconds ago, and are in no cache: their
// memory is asked for while the work is still at traces before them. A hint, never more.

inline constexpr std::size_t cache_line_bytes = 64;

/// The first lines of what may be read soon.
inline void fetch_ahead(const void* begin, std::size_t bytes) {
    constexpr std::size_t bytes_max = 2048;  // of a document: the processor goes on by itself
    const char* const at = static_cast<const char*>(begin);
    for (std::size_t place = 0; place < std::min(bytes, bytes_max); place += cache_line_bytes)
        __builtin_prefetch(at + place);
}

/// First: the documents' records.
inline void fetch_records(std::span<const DocumentPointer> documents) {
    for (const DocumentPointer& each : documents) fetch_ahead(each.get(), sizeof *each);
}

/// Then what they point to: the records are there by now.
inline void fetch_texts(std::span<const DocumentPointer> documents) {
    for (const DocumentPointer& each : documents) {
        fetch_ahead(each->document.outline.data(), each->document.outline.size());
        fetch_ahead(each->document.bytes.data(), each->document.bytes.size());
    }
}

}  // namespace tomograph
