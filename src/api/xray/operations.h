#pragma once

#include <span>
#include <string_view>

#include "api/xray/call.h"

namespace tomograph {

/// One row of the X-Ray API.
struct XrayOperation {
    std::string_view name;
    std::string_view path;
    XrayFunction function = nullptr;  ///< null: not built in this version
};

/// Every operation of X-Ray 2016-04-12, by name. All are POST.
std::span<const XrayOperation> xray_operations();

/// The operation of a path, written exactly or with one slash behind it; null when there is none.
const XrayOperation* find_xray_operation(std::string_view path);

}  // namespace tomograph
