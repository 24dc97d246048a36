#pragma once

#include <compare>
#include <string>

namespace tomograph {

/// Identity of a node of the service graph.
struct ServiceKey {
    std::string name;
    std::string type;  ///< origin, `client`, `remote`, `AWS::…`; "" when the segment gave none
    std::string account_id;  ///< "" when unknown

    auto operator<=>(const ServiceKey&) const = default;
};

}  // namespace tomograph
