#pragma once

#include <span>

#include "api/route.h"
#include "base/worker_pool.h"
#include "net/http_message.h"
#include "service/groups/group_reevaluation.h"

namespace tomograph {

/// What people have done to groups that X-Ray's API has no call for:
///
///   GET     /api/v1/groups/{name}/reevaluation   how far stored traces are judged by the filter
///   POST                                         {}   have it done
///   DELETE                                       leave it
///
/// POST takes Content-Type application/json: no web page of another site can send that unasked, nor
/// DELETE.
///
/// threads  handle() any; never blocks on the disk
class GroupOperations {
 public:
    explicit GroupOperations(GroupReevaluation& reevaluation);

    static std::span<const ApiRoute> routes();

    /// False for any other path; else it answers, from a thread of its own.
    bool handle(const HttpRequest& request, const HttpRespond& respond);

 private:
    Result<GroupReevaluation::Status> run(const std::string& method, const std::string& peer,
                                          const GroupKey& key);

    GroupReevaluation& reevaluation_;
    WorkerPool thread_;  ///< last: joins before what its task uses goes away
};

}  // namespace tomograph
