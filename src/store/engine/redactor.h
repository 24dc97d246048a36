#pragma once

#include <set>
#include <span>
#include <vector>

#include "store/engine/store_core.h"
#include "store/engine/trace_assembly.h"
#include "store/redaction.h"

namespace tomograph {

/// Takes traces out of the store, as if they had never been: the parts that hold their rows are
/// written again without, with corrected sums; open documents are forgotten; what the log holds of
/// them is not replayed. All of that is one record of the manifest. For the thread that maintains
/// the store, while no merge runs.
class Redactor {
 public:
    Redactor(StoreCore& core, Publisher& publisher) : core_(core), publisher_(publisher) {}

    /// What redact() would do. errors: io, corrupt (a part, named)
    Result<void> plan(std::span<const TraceId> ids, RedactionReport& report);

    /// Adds to `report`. Documents of the log up to `through` are meant; later ones of the same
    /// trace start a new one.
    /// errors  io, limit, corrupt (a part, named): nothing was done; as Publisher::publish
    Result<void> redact(std::span<const TraceId> ids, Lsn through, RedactionReport& report);

 private:
    struct Affected {
        std::shared_ptr<LivePart> part;
        RowsOfPart rows;
        std::uint64_t documents = 0;
        GraphRollup correction;
    };
    /// What is where of some traces.
    struct Found {
        std::vector<Affected> parts;
        std::vector<TraceId> traces;
        std::uint64_t open_documents = 0;
    };

    Result<Found> find(std::span<const TraceId> ids);
    Result<bool> find_in_parts(TraceId id, const PartSnapshot& parts, std::vector<Affected>& found);
    /// The part without the rows; null when nothing is left.
    Result<std::shared_ptr<LivePart>> rewrite(const Affected& affected);
    Result<std::shared_ptr<LivePart>> write(const Affected& affected, ManifestPart output);
    Publisher::Change change_of(const Found& found, Lsn through);

    StoreCore& core_;
    Publisher& publisher_;
    TraceAssembly assembly_;
};

}  // namespace tomograph
