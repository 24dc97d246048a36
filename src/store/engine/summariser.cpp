#include "store/engine/summariser.h"

#include "wire/limits.h"
#include "wire/xray/summary_document.h"

namespace tomograph {

std::shared_ptr<LivePart> due_for_summary(const PartSnapshot& parts, const RetentionAges& ages,
                                          Instant now) {
    std::shared_ptr<LivePart> oldest;
    for (const auto& part : parts.parts) {
        const PartFacts& facts = part->facts();
        if (facts.is_summary || facts.traces == 0 || part->is_damaged()) continue;
        const auto age = ages.summary_of(part->retention_class());
        if (!age || facts.end_max >= now - *age) continue;
        if (!oldest || facts.end_max < oldest->facts().end_max) oldest = part;
    }
    return oldest;
}

Result<void> Summariser::operator()(PartTrace& trace) const {
    if (whole_->contains(trace.row.id)) return {};
    for (StoredDocument& stored : trace.documents) summarise(stored.document);
    trace.row.flags |= trace_is_summary;
    return {};
}

void Summariser::summarise(Document& document) const {
    const auto decoded = decoder_->decode(document.bytes, std::nullopt);
    const auto* segment = std::get_if<Segment>(&decoded);
    if (segment == nullptr || segment->header() != document.header) return;
    std::string summary = summary_document(*segment);
    if (summary.size() <= document_bytes_max) document.bytes = std::move(summary);
}

}  // namespace tomograph
