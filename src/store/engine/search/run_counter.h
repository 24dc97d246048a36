#pragma once

#include <cstdint>
#include <memory>

#include "column/bitmap.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// A share of an answer: what columns count of some traces of one run.
struct RunCounts {
    explicit RunCounts(column::Bitmap of) : rows(std::move(of)) {}
    virtual ~RunCounts() = default;

    column::Bitmap rows;  ///< of the run, which traces they are; the others are to be read
};

/// Counts traces without reading them, run by run: the seam between the search and the tables that
/// it fills. What it leaves out is read, so it may leave out whatever columns do not tell exactly.
class RunCounter {
 public:
    virtual ~RunCounter() = default;

    /// Counts those of these traces that it can; each lies in the range, matches, and has all of
    /// its documents here. Adds nothing to the answer yet.
    ///
    /// rows     a bit a trace row of the group
    /// returns  null: none of them, as when the read was cancelled meanwhile
    /// errors   corrupt, io
    /// threads  any
    virtual Result<std::shared_ptr<const RunCounts>> count(GroupReader& group,
                                                           const column::Bitmap& rows) const = 0;

    /// Adds what count() gave to the answer. By the thread that reads it.
    virtual void add(const RunCounts& counts) = 0;
    /// What is held for the answer so far.
    virtual std::uint64_t bytes() const = 0;
};

}  // namespace tomograph
