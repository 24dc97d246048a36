#pragma once

#include <string_view>

namespace tomograph {

/// Whether two different names of services probably mean the same one: they differ in case,
/// punctuation or port, in the domain behind the first label, or in one character of at least six.
///
///   payment, Payment, payment:8080, payment.shop.svc.cluster.local, paymnet-api, payment-api
///
/// cost  O(length squared) of the shorter 64 bytes
bool is_similar_name(std::string_view a, std::string_view b);

}  // namespace tomograph
