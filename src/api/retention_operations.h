#pragma once

#include <span>
#include <string>

#include "api/route.h"
#include "base/worker_pool.h"
#include "net/http_message.h"
#include "service/groups/group_service.h"
#include "store/embedded_store.h"

namespace tomograph {

class SummaryCache;

/// What is kept for how long, asked for and told over HTTP. All are POST with Content-Type
/// application/json: no web page of another site can send that unasked.
///
///   /api/v1/retention            {}   what is there, when it goes, when the room ends
///   /api/v1/retention/policies   {"Policies":[{"Class":1,"Days":90,"HasFault":true,
///                                  "HasError":true,"HasThrottle":true,"Service":"shop",
///                                  "DurationSeconds":2.5,"GroupName":"slow",
///                                  "SummaryDays":14}]}
///                                take the place of all before; answers as the first
///   /api/v1/pins                 {"Pin":[id …],"Unpin":[id …]}   both may be absent; answers the
///                                pinned traces
///   /api/v1/redactions           {"TraceIds":[id …],"DryRun":false}   DryRun is true unless it is
///                                said
///
/// threads  handle() any; never blocks on the disk
class RetentionOperations {
 public:
    /// groups     that policies may name; null: none
    /// summaries  forget what is redacted; null: none are kept
    explicit RetentionOperations(EmbeddedStore& store, const GroupService* groups = nullptr,
                                 SummaryCache* summaries = nullptr);

    static std::span<const ApiRoute> routes();

    /// False for any other path; else it answers, from a thread of its own.
    bool handle(const HttpRequest& request, const HttpRespond& respond);

 private:
    HttpReply retention(const std::string& body);
    HttpReply policies(const std::string& body);
    HttpReply pins(const std::string& body);
    HttpReply redactions(const std::string& body);

    EmbeddedStore& store_;
    const GroupService* groups_;
    SummaryCache* summaries_;
    WorkerPool thread_;  ///< last: joins before what its task uses goes away
};

}  // namespace tomograph
