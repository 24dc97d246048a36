#include "store/engine/document_set.h"

#include <algorithm>
#include <tuple>

namespace tomograph {

void sort_documents(std::vector<DocumentPointer>& documents) {
    const auto key = [](const DocumentPointer& document) {
        const SegmentHeader& header = document->document.header;
        return std::tuple(header.start, header.id);
    };
    std::sort(documents.begin(), documents.end(),
              [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

void DocumentSet::add(DocumentPointer document) {
    DocumentPointer& winner = winners_[document->document.header.id];
    if (!winner || replaces(*document, *winner)) winner = std::move(document);
}

void DocumentSet::add(std::vector<StoredDocument> documents) {
    for (StoredDocument& document : documents)
        add(std::make_shared<const StoredDocument>(std::move(document)));
}

std::vector<DocumentPointer> DocumentSet::winners() const {
    std::vector<DocumentPointer> documents;
    documents.reserve(winners_.size());
    for (const auto& [id, document] : winners_) documents.push_back(document);
    sort_documents(documents);
    return documents;
}

std::vector<StoredDocument> DocumentSet::to_stored() const {
    std::vector<StoredDocument> documents;
    documents.reserve(winners_.size());
    for (const DocumentPointer& document : winners()) documents.push_back(*document);
    return documents;
}

}  // namespace tomograph
