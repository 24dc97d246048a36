#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trace/trace.h"

namespace tomograph {

enum class FindingKind : std::uint8_t {
    // why something is missing
    trace_missing,
    span_missing,
    node_missing,
    edge_missing,
    refused,         ///< a document that named the trace or the span was not taken
    rejected_since,  ///< documents of whatever trace, by cause
    dropped_since,   ///< likewise
    expired,         ///< older than what is kept
    id_in_future,    ///< the id claims a time that has not come
    server_starting,
    server_read_only,
    damaged,
    redacted_since,
    seen_earlier,
    // what is odd with a trace
    limit_exceeded,
    orphan,
    no_entry,
    cut_circle,
    in_progress,
    never_ended,
    awaits_downstream,
    downstream_missing,
    clock_skew,
    outside_parent,
    end_before_start,
    wrong_name,
    unjoined,
    left_out,  ///< parts of documents that broke a rule
    undecodable,
    summarised,
    // what is odd with a node
    split_node,
    only_inferred,
    only_open,
    folded,
};

enum class Severity : std::uint8_t {
    note,     ///< explains what one sees; nothing need be done
    warning,  ///< the picture is not what happened
    problem,  ///< something is missing
};

std::string_view to_text(FindingKind kind);
std::string_view to_text(Severity severity);
Severity severity_of(FindingKind kind);
/// What to do about it: one sentence.
std::string_view advice_of(FindingKind kind);

/// A span as evidence.
struct ProvingSpan {
    TraceId trace;
    SpanId id;
    SpanId parent;        ///< as sent or embedded; none for a root
    std::string service;  ///< of its segment; "" when that is missing
    std::string name;
    Instant start;
    Instant end;
    bool is_in_progress = false;
    bool is_inferred = false;
};

struct Finding {
    FindingKind kind = FindingKind::trace_missing;
    std::string key;       ///< what equal findings have in common: a parent's id, a pair of names
    std::string sentence;  ///< the fact, with its numbers
    std::uint64_t count = 0;         ///< spans that it holds for; 0: it is not about spans
    std::vector<ProvingSpan> spans;  ///< the first of them, at most finding_spans_max
};

ProvingSpan proving_span(const Trace& trace, const Entity& entity);

/// Findings in the order they were made, equal ones once. Never more than findings_max: a hostile
/// trace may have 10^4 orphans with a parent each.
class FindingList {
 public:
    Finding& add(FindingKind kind, std::string key, std::string sentence);
    /// The same, with a span that proves it.
    void add(FindingKind kind, std::string key, std::string sentence, const Trace& trace,
             const Entity& entity);
    /// Another doctor's finding with all its proofs.
    void add(Finding found, std::string key, std::string sentence);
    void add_proof(Finding& to, const Trace& trace, const Entity& entity) const;

    /// Problems first, then warnings, then notes.
    std::vector<Finding> take();

 private:
    std::vector<Finding> findings_;
    Finding beyond_;  // takes what comes after the last that is kept
};

}  // namespace tomograph
