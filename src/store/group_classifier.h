#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "model/document.h"
#include "model/graph.h"
#include "model/group_use.h"
#include "trace/trace.h"

namespace tomograph {

/// A trace as groups are asked about it.
struct GroupSubject {
    const Trace& trace;  ///< as of after_grace; of outlines unless needs_documents()
    std::span<const std::string_view> texts;  ///< the bytes of each of trace.documents
    Lsn newest;                               ///< the highest number that came for the trace
    bool limit_exceeded = false;              ///< later documents were refused for the trace's size
};

/// That a trace belongs to a group.
struct GroupMatch {
    GroupId version;  ///< what it is counted under: the filter in force
    GroupId group;    ///< stays when the filter is edited; what policies name
    bool operator==(const GroupMatch&) const = default;
};

/// Tells which groups a trace belongs to, so that it is counted in their service graphs as well.
/// Asked whenever what a trace contributes is computed: for the whole trace as it is now, and for
/// what of it is in parts already, whose contribution is then taken back.
///
/// Must answer the same for the same subject for as long as a group exists, since corrections are
/// differences of two answers. A filter that is edited is therefore in force for numbers from the
/// edit on (ArrivalOrder), and the one before it for those below: each trace counts once in a
/// group, by the filter that was in force when it last changed. Threads: any.
class GroupClassifier {
 public:
    virtual ~GroupClassifier() = default;

    /// Whether it looks at more than the outlines of documents have (model/segment_outline.h).
    virtual bool needs_documents() const = 0;

    /// Without group 0, which has every trace; no version twice.
    virtual std::vector<GroupMatch> groups_of(const GroupSubject& subject) const = 0;

    /// `counted` of versions that it does not know.
    virtual GroupUse use_of(GroupId) const { return GroupUse::counted; }
    /// Whether the filter of the version matches, whatever number it is in force from. By default
    /// for versions that judge: whether groups_of() names it.
    virtual bool is_in(const GroupSubject& subject, GroupId version) const {
        const auto matches = groups_of(subject);
        return std::any_of(matches.begin(), matches.end(),
                           [&](const GroupMatch& match) { return match.version == version; });
    }
};

/// The groups that there are, while people change them. Threads: any.
class GroupSource {
 public:
    virtual ~GroupSource() = default;

    /// As of now; null when there are no groups.
    virtual std::shared_ptr<const GroupClassifier> classifier() const = 0;
};

}  // namespace tomograph
