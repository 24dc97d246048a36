#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/predicate.h"

namespace tomograph::filter {

/// Words that are compared with a value.
enum class Keyword : std::uint8_t {
    // booleans
    ok,
    error,
    throttle,
    fault,
    partial,
    inferred,
    first,
    last,
    remote,
    root,
    coldstart,  ///< ours
    // numbers
    responsetime,
    duration,
    http_status,
    index,
    coverage,
    // texts
    http_url,
    http_method,
    http_useragent,
    http_clientip,
    user,
    name,
    type,
    message,
    availabilityzone,
    instance_id,
    resource_arn,
    // of any kind
    annotation,  ///< with its key
};

/// `http.status`: as the guide spells it.
std::string_view to_text(Keyword keyword);

/// What it is compared with; absent: an annotation.
std::optional<ScalarKind> kind_of(Keyword keyword);

/// Where it may stand, for people: "inside rootcause braces".
std::string_view home_of(Keyword keyword);

/// word  in lower case. Annotations are not found: they have their key in the word
std::optional<Keyword> find_keyword(std::string_view word);

/// Of `rootcause.fault.service` and its like, in lower case.
std::optional<CauseList> find_cause_list(std::string_view word);
std::string_view to_text(CauseList list);

/// A word that is known and spelled much like `word`, which is not; "" when there is none.
std::string nearest_word(std::string_view word);

/// ASCII letters in lower case.
std::string lower_case(std::string_view text);

}  // namespace tomograph::filter
