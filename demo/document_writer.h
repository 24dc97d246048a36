#pragma once

#include <string>
#include <string_view>

#include "demo/entity.h"

namespace tomograph::demo {

/// A service of the shop, as its SDK describes it in each segment.
struct Service {
    std::string_view name;
    std::string_view origin;
    std::string_view sdk;
    std::string_view runtime;
    std::string_view version;
    std::string_view host;  ///< by which others call it
};

struct SegmentEnvelope {
    const Service& service;
    std::string_view trace_id;
    std::string_view parent_id;  ///< "" for the entry of a trace
    std::string_view user;       ///< "" when unknown
};

/// The whole segment, its subsegments embedded.
std::string segment_document(const SegmentEnvelope& envelope, const Entity& entity);

/// What an SDK sends before a long segment ends: no end, no subsegments yet.
std::string in_progress_document(const SegmentEnvelope& envelope, const Entity& entity);

/// A subsegment sent on its own, as SDKs do once a segment grows large.
std::string subsegment_document(std::string_view trace_id, std::string_view parent_id,
                                const Entity& entity);

}  // namespace tomograph::demo
