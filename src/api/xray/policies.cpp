// PutResourcePolicy, ListResourcePolicies, DeleteResourcePolicy (xray-api.md §3.7)
#include "api/xray/control_call.h"
#include "service/policies/policy_service.h"

namespace tomograph {
namespace {

ApiError policy_error(const PolicyRefusal& refusal) {
    using Cause = PolicyRefusal::Cause;
    switch (refusal.cause) {
        case Cause::name:
            return invalid_request(refusal.message);
        case Cause::malformed:
            return {"MalformedPolicyDocumentException", 400, refusal.message};
        case Cause::too_large:
            return {"PolicySizeLimitExceededException", 400, refusal.message};
        case Cause::too_many:
            return {"PolicyCountLimitExceededException", 400, refusal.message};
        case Cause::locks_out:
            return {"LockoutPreventionException", 400, refusal.message};
        case Cause::revision:
            return {"InvalidPolicyRevisionIdException", 400, refusal.message};
    }
    return {"InternalFailure", 500, refusal.message};
}

void write_policy(JsonWriter& json, const PolicyRecord& policy) {
    json.text("PolicyName", policy.name);
    json.text("PolicyDocument", policy.document);
    json.text("PolicyRevisionId", std::to_string(policy.revision));
    json.moment("LastUpdatedTime", policy.updated);
}

XrayAnswer put_answer(const PolicyService::Answer& answer) {
    if (const auto* refusal = std::get_if<PolicyRefusal>(&answer)) return policy_error(*refusal);
    if (const auto* error = std::get_if<Error>(&answer)) return to_api_error(*error);
    JsonWriter json;
    json.begin_object();
    json.begin_object("ResourcePolicy");
    write_policy(json, std::get<PolicyRecord>(answer));
    json.end_object();
    json.end_object();
    return json.take();
}

XrayAnswer removal_answer(const PolicyService::Removal& removal) {
    if (const auto* refusal = std::get_if<PolicyRefusal>(&removal)) return policy_error(*refusal);
    if (const auto* error = std::get_if<Error>(&removal)) return to_api_error(*error);
    return std::string("{}");
}

}  // namespace

void answer_put_resource_policy(const XrayContext& context, XrayCall call) {
    PolicyService* policies = context.options.control.policies;
    if (!is_there(policies, call)) return;
    JsonRequest json(call.body);
    PolicyService::NewPolicy policy;
    policy.name = json.required_text("PolicyName");
    policy.document = json.required_text("PolicyDocument");
    policy.revision = json.text("PolicyRevisionId");
    policy.may_lock_out = json.boolean("BypassPolicyLockoutCheck").value_or(false);
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "PutResourcePolicy");
    answer_from_worker(context, std::move(call),
                       [policies, origin, policy](const QueryContext&) -> XrayAnswer {
                           return put_answer(policies->put(origin, policy));
                       });
}

/// All in one page: there are at most 5.
void answer_list_resource_policies(const XrayContext& context, XrayCall call) {
    PolicyService* policies = context.options.control.policies;
    if (!is_there(policies, call)) return;
    JsonRequest json(call.body);
    refuse_token(json);
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(context, std::move(call),
                       [policies](const QueryContext&) -> Result<std::string> {
                           JsonWriter answer;
                           answer.begin_object();
                           answer.begin_array("ResourcePolicies");
                           for (const PolicyRecord& policy : TRY(policies->list())) {
                               answer.begin_object();
                               write_policy(answer, policy);
                               answer.end_object();
                           }
                           answer.end_array();
                           answer.end_object();
                           return answer.take();
                       });
}

void answer_delete_resource_policy(const XrayContext& context, XrayCall call) {
    PolicyService* policies = context.options.control.policies;
    if (!is_there(policies, call)) return;
    JsonRequest json(call.body);
    const std::string name = json.required_text("PolicyName");
    const std::optional<std::string> revision = json.text("PolicyRevisionId");
    if (json.refusal()) return call.answer(*json.refusal());
    const ChangeOrigin origin = origin_of(call, "DeleteResourcePolicy");
    answer_from_worker(context, std::move(call),
                       [policies, origin, name, revision](const QueryContext&) -> XrayAnswer {
                           return removal_answer(policies->remove(origin, name, revision));
                       });
}

}  // namespace tomograph
