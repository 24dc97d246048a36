#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "base/time.h"
#include "model/latency_histogram.h"
#include "model/service.h"

namespace tomograph {

/// Each completed request once: fault > throttle > error > ok. Signed: late data corrects by
/// negative counts.
struct RequestStatistics {
    std::int64_t ok = 0;
    std::int64_t error = 0;  ///< 4xx that is not a throttle
    std::int64_t throttle = 0;
    std::int64_t fault = 0;
    std::int64_t response_time_ns = 0;  ///< sum
    LatencyHistogram response_time;
    LatencyHistogram duration;  ///< nodes only: until the last asynchronous subsegment ended

    std::int64_t total() const { return ok + error + throttle + fault; }
    void add(const RequestStatistics& other, std::int64_t sign = 1);
    bool operator==(const RequestStatistics&) const = default;
};

enum class GraphEntry : std::uint8_t {
    node,  ///< statistics of `target` itself; `source` is empty
    edge,  ///< calls from `source` to `target`, as the caller saw them
    link,  ///< asynchronous: `target` received what `source` sent; response_time holds the event
           ///< age
};

/// A set of traces that a filter chooses; 0 stands for all traces. A number means one filter for
/// ever: a changed filter gets a new one.
struct GroupId {
    std::uint32_t value = 0;

    bool is_all() const { return value == 0; }
    auto operator<=>(const GroupId&) const = default;
};

/// `minute` is the epoch minute of the entity's start.
struct GraphKey {
    std::int64_t minute = 0;
    GroupId group{};
    GraphEntry entry = GraphEntry::node;
    ServiceKey source;
    ServiceKey target;

    auto operator<=>(const GraphKey&) const = default;
};

struct GraphCell {
    RequestStatistics statistics;
    std::int64_t presence = 0;  ///< signed count of entities; a cell with none is gone
    std::int64_t roots = 0;     ///< nodes: how often it was the entry of a trace
    std::int64_t inferred = 0;  ///< nodes: entities that sent no segment of their own
    Instant first_start;        ///< bounds of what was ever added; never shrunk by a correction
    Instant last_end;
    std::string alias;  ///< edges: the name by which the target was called, when it differs

    void add(const GraphCell& other, std::int64_t sign = 1);
    bool operator==(const GraphCell&) const = default;
};

/// A service graph by the minute: sums of what single traces contribute, once to group 0 and once
/// to each group that the trace belongs to. Additive, so that parts, open traces and corrections
/// combine by addition.
struct GraphRollup {
    std::map<GraphKey, GraphCell> cells;

    /// Adds every cell; cells whose counts all become zero are removed. Not
    /// for itself.
    void add(const GraphRollup& other, std::int64_t sign = 1);
    bool operator==(const GraphRollup&) const = default;
};

}  // namespace tomograph
