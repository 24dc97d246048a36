#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/query_context.h"
#include "query/retrieval/retrievals.h"

namespace tomograph {

enum class RetrievalStatus : std::uint8_t { complete, cancelled };

/// What the documents of an answer are.
enum class RetrievedFormat : std::uint8_t {
    xray,  ///< segments, as BatchGetTraces shows them; subsegments stand alone where a document
           ///< would be too long
    otel,  ///< spans, one document each, as span_record() spells them; none for inferred segments
};

/// ListRetrievedTraces (xray-api.md §3.8).
struct RetrievedTracesRequest {
    std::string retrieval_token{};
    RetrievedFormat format = RetrievedFormat::xray;
    std::string next_token{};
};

struct RetrievedSpan {
    std::string id;        ///< 16 hex digits
    std::string document;  ///< JSON, at most retrieved_document_bytes_max
};

struct RetrievedTrace {
    TraceId id;
    Duration duration;                 ///< from the root's start, of the whole trace
    std::vector<RetrievedSpan> spans;  ///< by (start, id), at most retrieved_page_spans
};

struct RetrievedTracesAnswer {
    RetrievalStatus status = RetrievalStatus::complete;
    std::vector<RetrievedTrace> traces;  ///< in the order asked for, at most retrieved_page_traces
    std::string next_token;              ///< "" at the end
};

/// A page. A trace that does not fit goes on at the next page under the same id; spans that come
/// meanwhile are told if they sort behind those already told. Traces that are not there, or not
/// active in the range, are left out.
///
/// errors  not_found  the retrieval is unknown or has expired
///         invalid    a bad NextToken
///         those of TraceStore::get
/// cost    reads and decodes every trace that it looks at, one at a time
Result<RetrievedTracesAnswer> list_retrieved_traces(const QueryContext& context,
                                                    TraceRetrievals& retrievals,
                                                    const RetrievedTracesRequest& request);

/// The trace, when it is stored and active in the range of the retrieval.
Result<std::optional<StoredTrace>> read_retrieved(TraceStore& store, const Retrieval& retrieval,
                                                  TraceId id);

}  // namespace tomograph
