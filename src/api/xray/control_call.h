#pragma once

#include <string_view>

#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/xray/call.h"
#include "model/sampling_rule.h"
#include "service/tags/tag_rules.h"

namespace tomograph {

// What the operations of the control plane have in common.

/// Who asks, for the audit.
ChangeOrigin origin_of(const XrayCall& call, std::string_view operation);

/// False: the server has none, and the call is answered.
template <class Service>
bool is_there(const Service* service, const XrayCall& call) {
    if (service != nullptr) return true;
    call.answer(unknown_operation("this server has no control plane"));
    return false;
}

/// `Tags`: [{"Key":…,"Value":…}]
TagList read_tags(std::vector<JsonRequest> tags);

/// `SamplingRule`, as CreateSamplingRule takes it.
SamplingRule read_sampling_rule(JsonRequest& json);

/// Answers of one page never gave a token: each is refused.
void refuse_token(JsonRequest& json);

}  // namespace tomograph
