#pragma once

#include <vector>

#include "store/engine/open_traces.h"

namespace tomograph {

/// Gathers versions of one trace's documents from everywhere; the last write of each span id wins.
class DocumentSet {
 public:
    void add(DocumentPointer document);
    void add(std::vector<StoredDocument> documents);

    bool empty() const { return versions_.empty(); }
    /// By (start, id). cost: O(n log n), two sorts and no other memory
    std::vector<DocumentPointer> winners() const;
    /// Copies, by (start, id).
    std::vector<StoredDocument> to_stored() const;

 private:
    // Losers stay until there are more of them than of winners: a few sorts of pointers cost less
    // than a map of the few documents that most traces have.
    std::vector<DocumentPointer> versions_;
    std::size_t sift_at_ = 64;
};

/// By (start, id): the order of documents in parts and answers.
void sort_documents(std::vector<DocumentPointer>& documents);

}  // namespace tomograph
