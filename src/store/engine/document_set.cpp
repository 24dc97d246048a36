#include "store/engine/document_set.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tomograph {
namespace {

/// Leaves the last write of each span id, by id.
void keep_winners(std::vector<DocumentPointer>& documents) {
    // Stable: of the versions of an id, those added later come later, and replace what stands.
    std::stable_sort(documents.begin(), documents.end(), [](const auto& a, const auto& b) {
        return a->document.header.id < b->document.header.id;
    });
    std::size_t kept = 0;
    for (DocumentPointer& document : documents) {
        const SpanId id = document->document.header.id;
        if (kept == 0 || documents[kept - 1]->document.header.id != id)
            std::swap(documents[kept++], document);
        else if (replaces(*document, *documents[kept - 1]))
            std::swap(documents[kept - 1], document);
    }
    documents.resize(kept);
}

}  // namespace

void sort_documents(std::vector<DocumentPointer>& documents) {
    const auto key = [](const DocumentPointer& document) {
        const SegmentHeader& header = document->document.header;
        return std::tuple(header.start, header.id);
    };
    std::sort(documents.begin(), documents.end(),
              [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

void DocumentSet::add(DocumentPointer document) {
    versions_.push_back(std::move(document));
    if (versions_.size() < sift_at_) return;
    keep_winners(versions_);
    sift_at_ = std::max(sift_at_, 2 * versions_.size());
}

void DocumentSet::add(std::vector<StoredDocument> documents) {
    for (StoredDocument& document : documents)
        add(std::make_shared<const StoredDocument>(std::move(document)));
}

std::vector<DocumentPointer> DocumentSet::winners() const {
    std::vector<DocumentPointer> documents = versions_;
    keep_winners(documents);
    sort_documents(documents);
    return documents;
}

std::vector<StoredDocument> DocumentSet::to_stored() const {
    const std::vector<DocumentPointer> documents = winners();
    std::vector<StoredDocument> stored;
    stored.reserve(documents.size());
    for (const DocumentPointer& document : documents) stored.push_back(*document);
    return stored;
}

}  // namespace tomograph
