#pragma once

#include <cstdint>
#include <string_view>

namespace tomograph {

/// A member whose form validity has to judge. Null and "" count as absent.
struct GivenText {
    bool is_present = false;
    bool is_scalar = false;  ///< a string or a number; else an object, array or boolean stood there
    bool is_string = false;
    std::string_view text;  ///< the string unescaped, or the digits of the number
};

/// What was read of an entity that does not go into its row as it is.
struct EntityFacts {
    GivenText id;
    GivenText trace_id;
    GivenText parent_id;
    GivenText name;
    GivenText start_time;
    GivenText end_time;
    bool in_progress = false;
    bool is_subsegment = false;        ///< `type` says so
    bool has_flags = false;            ///< one of error, fault, throttle was given
    bool is_traced = false;            ///< `traced`
    bool is_http_traced = false;       ///< `http.request.traced`
    std::string_view single_resource;  ///< `aws.resource_names` when it holds one
    std::uint32_t annotations_dropped = 0;
    std::uint32_t links_dropped = 0;
};

}  // namespace tomograph
