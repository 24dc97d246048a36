#pragma once

#include <unordered_map>
#include <vector>

#include "store/engine/open_traces.h"

namespace tomograph {

/// Gathers versions of one trace's documents from everywhere; the last write of each span id wins.
class DocumentSet {
 public:
    void add(DocumentPointer document);
    void add(std::vector<StoredDocument> documents);

    bool empty() const { return winners_.empty(); }
    /// By (start, id).
    std::vector<DocumentPointer> winners() const;
    /// Copies, by (start, id).
    std::vector<StoredDocument> to_stored() const;

 private:
    std::unordered_map<SpanId, DocumentPointer> winners_;
};

/// By (start, id): the order of documents in parts and answers.
void sort_documents(std::vector<DocumentPointer>& documents);

}  // namespace tomograph
