#pragma once

#include <cstdint>
#include <string>

#include "model/segment.h"

namespace tomograph {

/// The order in which the store accepted things; 1 is the first. 0 stands for none.
struct Lsn {
    std::uint64_t value = 0;
    auto operator<=>(const Lsn&) const = default;
};

/// An accepted document, byte for byte as it was sent.
struct Document {
    SegmentHeader header;
    std::string bytes;
    /// pack_outline() of it, as long as its trace is open; empty where nobody decoded it lately.
    std::string outline{};
};

/// A document with its version. Last write wins by (complete, lsn): see replaces().
struct StoredDocument {
    Lsn lsn;
    Document document;
};

/// Whether `a` hides `b`, both with the same trace id and span id: a complete document beats one in
/// progress whatever the order of arrival; among equals the later one wins.
inline bool replaces(const StoredDocument& a, const StoredDocument& b) {
    const bool a_complete = !a.document.header.in_progress;
    const bool b_complete = !b.document.header.in_progress;
    return a_complete != b_complete ? a_complete : a.lsn >= b.lsn;
}

}  // namespace tomograph
