#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/status.h"

namespace tomograph::cli {

inline constexpr std::size_t no_span = SIZE_MAX;

/// A segment or subsegment of one trace, as people want to see it. Texts are as they were sent.
struct SpanNode {
    std::string id;
    std::string parent_id;
    std::string name;
    std::string name_space;
    std::string origin;
    std::string method;
    std::string url;
    std::string aws_operation;
    std::string aws_resource;  ///< table, queue, bucket, topic or function
    std::string sql;
    std::string exception;  ///< "Type: message" of the first one
    std::optional<int> http_status;
    StatusFlags flags;
    bool is_segment = false;
    bool is_inferred = false;
    bool is_orphan = false;  ///< its parent is not in the trace
    Instant start;
    Instant end;  ///< in progress: of the last thing known to have happened in the trace
    std::size_t parent = no_span;
    std::vector<std::size_t> children;  ///< by start
    Duration self;                      ///< time in which no child ran
    Duration critical;                  ///< its own share of the critical path
};

/// A trace put together from its documents. Indices are into `nodes`.
///
/// invariant  following `parent` from any node ends at a root: links that close a circle are cut
struct SpanTree {
    std::vector<SpanNode> nodes;
    std::vector<std::size_t> roots;  ///< true entries first, then orphans; by start
    Instant start;
    Instant end;
    std::size_t segments = 0;  ///< sent ones, not inferred
    std::size_t services = 0;  ///< distinct names of segments sent
    std::size_t documents_unreadable = 0;

    Duration duration() const { return end - start; }
};

/// documents  segment documents as BatchGetTraces gives them, any order
/// cost       O(n log n)
SpanTree build_span_tree(std::span<const std::string> documents);

}  // namespace tomograph::cli
