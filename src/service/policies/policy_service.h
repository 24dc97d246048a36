#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalog/catalog.h"

namespace tomograph {

/// Why a resource policy is not put or deleted.
struct PolicyRefusal {
    enum class Cause {
        name,       ///< not a policy's name, or there is none of that name
        malformed,  ///< the document is no policy
        too_large,  ///< more than policy_bytes_max
        too_many,   ///< policies_max are there
        locks_out,  ///< nobody could put another one in its place
        revision,   ///< not the one that is there
    };
    Cause cause = Cause::name;
    std::string message;
};

/// The resource policies (xray-api.md §3.7): kept and answered with revisions; who may do what is
/// not decided by them yet. Threads: any; calls block on the disk.
class PolicyService {
 public:
    /// catalog  outlives it
    PolicyService(Catalog& catalog, std::string account_id)
        : catalog_(catalog), account_id_(std::move(account_id)) {}

    struct NewPolicy {
        std::string name;
        std::string document;
        std::optional<std::string> revision{};  ///< what must be there; "0": nothing
        bool may_lock_out = false;
    };
    using Answer = std::variant<PolicyRecord, PolicyRefusal, Error>;
    Answer put(const ChangeOrigin& origin, const NewPolicy& policy);

    /// errors: those of Catalog
    Result<std::vector<PolicyRecord>> list();

    /// Nothing, or why not.
    using Removal = std::variant<std::monostate, PolicyRefusal, Error>;
    Removal remove(const ChangeOrigin& origin, std::string_view name,
                   const std::optional<std::string>& revision);

 private:
    Catalog& catalog_;
    const std::string account_id_;
};

}  // namespace tomograph
