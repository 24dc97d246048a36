#include "query/trace_documents.h"

#include <algorithm>

#include "base/log.h"
#include "query/document_homes.h"
#include "wire/xray/inferred_document.h"
#include "wire/xray/splice.h"

namespace tomograph {
namespace {

/// What putting a subsegment into its segment adds at most: `,"subsegments":[` and `]`.
constexpr std::size_t graft_frame_bytes = 18;

class DocumentLister {
 public:
    DocumentLister(const StoredTrace& stored, const Trace& trace, QueryMetrics& metrics,
                   std::size_t bytes_max)
        : trace_(trace),
          metrics_(metrics),
          bytes_max_(bytes_max),
          bytes_(document_bytes(stored, trace)),
          homes_(document_homes(trace)),
          grafts_(trace.documents.size()),
          holds_a_winner_(trace.documents.size()) {
        for (const Entity& entity : trace.entities) {
            holds_a_winner_[entity.document] = true;
            if (entity.is_inferred || !is_own_row(entity)) continue;
            const std::uint32_t home = homes_.home[entity.document];
            if (home != entity.document) grafts_[home].push_back(entity.document);
        }
        for (std::vector<std::uint32_t>& grafts : grafts_)
            std::stable_sort(grafts.begin(), grafts.end(), [&](std::uint32_t a, std::uint32_t b) {
                return homes_.depth[a] < homes_.depth[b];
            });
    }

    std::vector<SegmentDocument> list() {
        for (const Entity& entity : trace_.entities) {
            if (entity.is_inferred)
                add_inferred(entity);
            else if (is_own_row(entity) && homes_.home[entity.document] == entity.document)
                add_document(entity.document);
        }
        // A document whose own row lost to a newer one may still hold what no other has.
        for (std::uint32_t d = 0; d < trace_.documents.size(); ++d)
            if (homes_.own_entity[d] < 0 && holds_a_winner_[d]) add_document(d);
        return std::move(result_);
    }

 private:
    bool is_own_row(const Entity& entity) const {
        return entity.span == &trace_.documents[entity.document].segment.own();
    }

    void add(std::uint32_t document, std::string json) {
        const Span& own = trace_.documents[document].segment.own();
        result_.push_back({.id = own.id, .start = own.start, .document = std::move(json)});
    }

    /// Too long for the answer, or not to be put together: rather apart than not at all.
    void add_apart(std::uint32_t document) {
        add(document, std::string(bytes_[document]));
        for (const std::uint32_t graft : grafts_[document]) add(graft, std::string(bytes_[graft]));
    }

    void add_document(std::uint32_t document) {
        std::vector<Graft> grafts;
        std::size_t bytes = bytes_[document].size();
        for (const std::uint32_t graft : grafts_[document]) {
            grafts.push_back({.parent = parent_id(graft), .json = bytes_[graft]});
            bytes += bytes_[graft].size();
        }
        if (bytes + graft_frame_bytes * grafts.size() > bytes_max_ && !grafts.empty())
            return add_apart(document);
        Result<std::string> whole = splice_subsegments(bytes_[document], grafts);
        if (whole) return add(document, std::move(whole).value());

        metrics_.documents_undecodable.add();
        log_error("subsegments cannot be put into their segment",
                  {{"trace", to_xray_text(trace_.id)}, {"error", whole.error()}});
        add_apart(document);
    }

    SpanId parent_id(std::uint32_t document) const {
        const Entity& own = trace_.entities[static_cast<std::size_t>(homes_.own_entity[document])];
        return trace_.entities[static_cast<std::size_t>(own.parent)].id;
    }

    void add_inferred(const Entity& entity) {
        // A plain remote call has no origin in the documents of AWS either.
        const std::string_view origin =
            entity.service.type == "remote" ? std::string_view() : entity.service.type;
        result_.push_back(
            {.id = entity.id,
             .start = entity.span->start,
             .document = inferred_document(bytes_[entity.document], *entity.span, trace_.id,
                                           entity.id, entity.span->name, origin)});
    }

    const Trace& trace_;
    QueryMetrics& metrics_;
    const std::size_t bytes_max_;
    const std::vector<std::string_view> bytes_;  // by document
    const DocumentHomes homes_;
    std::vector<std::vector<std::uint32_t>> grafts_;  // by document, outer ones first
    std::vector<bool> holds_a_winner_;                // by document
    std::vector<SegmentDocument> result_;
};

}  // namespace

std::vector<std::string_view> document_bytes(const StoredTrace& stored, const Trace& trace) {
    std::vector<std::pair<SpanId, const std::string*>> by_id;
    by_id.reserve(stored.documents.size());
    for (const StoredDocument& each : stored.documents)
        by_id.emplace_back(each.document.header.id, &each.document.bytes);
    std::sort(by_id.begin(), by_id.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string_view> bytes;
    bytes.reserve(trace.documents.size());
    for (const TraceDocument& document : trace.documents) {
        const auto place =
            std::lower_bound(by_id.begin(), by_id.end(), document.segment.own().id,
                             [](const auto& pair, SpanId id) { return pair.first < id; });
        ASSERT(place != by_id.end() && place->first == document.segment.own().id);
        bytes.push_back(*place->second);
    }
    return bytes;
}

std::vector<SegmentDocument> documents_of(const StoredTrace& stored, const Trace& trace,
                                          QueryMetrics& metrics, std::size_t bytes_max) {
    return DocumentLister(stored, trace, metrics, bytes_max).list();
}

}  // namespace tomograph
