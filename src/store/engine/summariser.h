#pragma once

#include <memory>
#include <set>

#include "store/engine/retention_plan.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

// The summary tier: what is old enough is kept with summaries for documents (docs/formats/part.md,
// "Summaries"). Span rows, trace rows and sums stay as they are, so everything that is told of a
// trace without its annotations, causes and the like is told as before.

/// The oldest part whose newest activity is older than its class allows to full documents, and
/// which is no summary yet; null: none.
std::shared_ptr<LivePart> due_for_summary(const PartSnapshot& parts, const RetentionAges& ages,
                                          Instant now);

/// Makes the summaries of one row after the other. Copies share a decoder: for one thread.
class Summariser {
 public:
    /// Rows of the traces in `whole` are left as they are.
    explicit Summariser(std::shared_ptr<const std::set<TraceId>> whole)
        : whole_(std::move(whole)), decoder_(std::make_shared<SegmentDecoder>()) {}

    /// A document that this program reads otherwise than the one that accepted it did, and one
    /// whose summary would be longer than a document may be, stay as they are. errors: none
    Result<void> operator()(PartTrace& trace) const;

 private:
    void summarise(Document& document) const;

    std::shared_ptr<const std::set<TraceId>> whole_;
    std::shared_ptr<SegmentDecoder> decoder_;
};

}  // namespace tomograph
