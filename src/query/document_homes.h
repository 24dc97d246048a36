#pragma once

#include <cstdint>
#include <vector>

#include "trace/trace.h"

namespace tomograph {

/// In which document of the answer each document of a trace is shown.
struct DocumentHomes {
    /// By document: the one whose entry shows it; itself for an entry of its own.
    std::vector<std::uint32_t> home;
    /// By document: how many documents it lies in there; 0 for an entry of its own.
    std::vector<std::uint32_t> depth;
    /// By document: the entity of its own row; -1 when the row of another document won its id.
    std::vector<std::int32_t> own_entity;
};

/// A subsegment sent alone is shown where its parent is, unless the parent is missing or a version
/// of it is embedded there already: bytes are shown as sent, so both could not be told apart in one
/// document.
DocumentHomes document_homes(const Trace& trace);

}  // namespace tomograph
