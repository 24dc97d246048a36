#pragma once

#include <map>
#include <span>
#include <vector>

#include "model/service.h"
#include "trace/trace.h"

namespace tomograph {

/// What a linked trace is to a service.
enum class LinkReference : std::uint8_t {
    parent,  ///< the service took up what the source trace began: the source is one of the traces
    child,   ///< the destination traces took up what the service began in the source trace
    link,    ///< as parent, but nobody asked for the source trace
};

struct TraceLink {
    LinkReference reference = LinkReference::link;
    TraceId source;
    std::vector<TraceId> destinations;  ///< each once, ascending
};

/// Of each service that has any, by (reference, source); at most retrieved_links_max of one.
using ServiceLinks = std::map<ServiceKey, std::vector<TraceLink>>;

/// The links from segments of the traces to spans of other traces. AWS names the members and says
/// no more: parent, child and link are our words.
ServiceLinks service_links(std::span<const Trace> traces);

}  // namespace tomograph
