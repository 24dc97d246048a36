#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/predicate.h"

namespace tomograph::filter {

/// Why a text is not root causes.
struct CauseJsonFault {
    std::size_t byte = 0;  ///< where in the text
    std::string reason;
};

/// Reads what stands behind `rootcause.json = #`: one root cause, or an array of them, spelled as
/// in the answers of GetTraceSummaries.
///
///   [{ "Services": [{ "Name": "cart", "EntityPath": [{ "Name": "cart" }, { "Name": "db" }] }] }]
///
/// Members that are absent or null match anything. `Names` of one name is as good as `Name`.
std::variant<std::vector<CausePath>, CauseJsonFault> read_cause_json(std::string_view json);

/// The array that reads back as `paths`.
std::string to_cause_json(const std::vector<CausePath>& paths);

}  // namespace tomograph::filter
