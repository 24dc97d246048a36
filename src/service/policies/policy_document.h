#pragma once

#include <string_view>

#include "base/result.h"

namespace tomograph {

// What an IAM policy document must be before it is kept (iac.md §3). No message quotes the
// document.

/// errors: invalid (not JSON, or not an IAM policy for a resource of X-Ray: names the element)
Result<void> check_policy_document(std::string_view document);

/// Whether a policy that check_policy_document() takes denies everybody, or this account, to put
/// another one in its place.
bool locks_out(std::string_view document, std::string_view account_id);

}  // namespace tomograph
