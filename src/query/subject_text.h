#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/predicate.h"

namespace tomograph {

/// Reads a path as path_text() spells it: `http.request.url`, `annotations."a.b"`. The first key of
/// `annotation.k`, as filter expressions say it, is `annotations`.
///
/// errors  invalid  an empty key, an open quote
Result<std::string> parse_path_text(std::string_view text);

/// What spans are grouped by: a field (`service`, `name`, `status`, …) or an attribute
/// (`annotations.tenant`); with `@` in front always an attribute (`@name`).
///
/// errors  invalid  as above; a field that spans lack
Result<Subject> parse_subject_text(std::string_view text);
/// The same backwards.
std::string subject_text(const Subject& subject);

}  // namespace tomograph
