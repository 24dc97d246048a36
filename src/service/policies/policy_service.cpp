#include "service/policies/policy_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/limits.h"
#include "service/policies/policy_document.h"

namespace tomograph {
namespace {

using Cause = PolicyRefusal::Cause;

bool is_name_character(char c) {
    constexpr std::string_view others = "_+=,.@-";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

std::optional<PolicyRefusal> refusal_of_name(std::string_view name) {
    if (name.empty() || name.size() > policy_name_bytes_max)
        return PolicyRefusal{Cause::name, fmt::format("PolicyName must have 1 to {} characters",
                                                      policy_name_bytes_max)};
    if (!std::all_of(name.begin(), name.end(), is_name_character))
        return PolicyRefusal{Cause::name, "PolicyName may hold letters, digits and _+=,.@-"};
    return std::nullopt;
}

std::optional<PolicyRefusal> refusal_of(const PolicyService::NewPolicy& policy,
                                        std::string_view account_id) {
    if (auto refused = refusal_of_name(policy.name)) return refused;
    if (policy.document.size() > policy_bytes_max)
        return PolicyRefusal{Cause::too_large,
                             fmt::format("PolicyDocument has {} bytes, at most {} are accepted",
                                         policy.document.size(), policy_bytes_max)};
    if (const auto checked = check_policy_document(policy.document); !checked)
        return PolicyRefusal{Cause::malformed, checked.error().message()};
    if (!policy.may_lock_out && locks_out(policy.document, account_id))
        return PolicyRefusal{Cause::locks_out,
                             "PolicyDocument denies this account to put another policy in its "
                             "place: set BypassPolicyLockoutCheck if that is meant"};
    return std::nullopt;
}

const PolicyRecord* find(const std::vector<PolicyRecord>& policies, std::string_view name) {
    const auto found = std::find_if(policies.begin(), policies.end(),
                                    [&](const PolicyRecord& each) { return each.name == name; });
    return found == policies.end() ? nullptr : &*found;
}

/// "0" is the revision of what is not there.
std::optional<PolicyRefusal> refusal_of_revision(const PolicyRecord* present,
                                                 const std::optional<std::string>& expected) {
    const std::string now = std::to_string(present == nullptr ? 0 : present->revision);
    if (!expected || *expected == now) return std::nullopt;
    return PolicyRefusal{Cause::revision,
                         present == nullptr
                             ? "PolicyRevisionId is given and there is no policy of that name"
                             : fmt::format("PolicyRevisionId is not the present one, {}", now)};
}

/// Undoes a transaction whose reason is told elsewhere.
Error refused() { return Error(ErrorCode::invalid, "the policy is refused"); }

}  // namespace

PolicyService::Answer PolicyService::put(const ChangeOrigin& origin, const NewPolicy& policy) {
    auto refusal = refusal_of(policy, account_id_);
    if (refusal) return *refusal;
    PolicyRecord kept;
    const auto done = catalog_.change(origin, [&](CatalogChange& change) -> Result<void> {
        const auto policies = TRY(change.policies().all());
        const PolicyRecord* present = find(policies, policy.name);
        refusal = refusal_of_revision(present, policy.revision);
        if (!refusal && present == nullptr && policies.size() >= policies_max)
            refusal = PolicyRefusal{
                Cause::too_many, fmt::format("there are {} resource policies already, which is the "
                                             "limit",
                                             policies_max)};
        if (refusal) return refused();
        kept = TRY(change.policies().put(policy.name, policy.document));
        return {};
    });
    if (refusal) return *refusal;
    if (!done) return done.error();
    return kept;
}

Result<std::vector<PolicyRecord>> PolicyService::list() {
    std::vector<PolicyRecord> policies;
    const auto look = [&](const CatalogView& view) -> Result<void> {
        policies = TRY(view.policies().all());
        return {};
    };
    TRY(catalog_.read(look));
    return policies;
}

PolicyService::Removal PolicyService::remove(const ChangeOrigin& origin, std::string_view name,
                                             const std::optional<std::string>& revision) {
    auto refusal = refusal_of_name(name);
    if (refusal) return *refusal;
    const auto done = catalog_.change(origin, [&](CatalogChange& change) -> Result<void> {
        const auto policies = TRY(change.policies().all());
        const PolicyRecord* present = find(policies, name);
        if (present == nullptr)
            refusal = PolicyRefusal{Cause::name, "there is no resource policy of that PolicyName"};
        else
            refusal = refusal_of_revision(present, revision);
        return refusal ? refused() : change.policies().remove(name);
    });
    if (refusal) return *refusal;
    if (!done) return done.error();
    return std::monostate{};
}

}  // namespace tomograph
