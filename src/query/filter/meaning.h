#pragma once

#include <optional>
#include <vector>

#include "model/predicate.h"
#include "query/filter/keywords.h"

namespace tomograph::filter {

/// What a keyword is said of: the whole trace, or what the braces around it are behind.
struct Place {
    enum class Kind : std::uint8_t { trace, service, edge, cause };
    Kind kind = Kind::trace;
    CauseList list{};  ///< cause

    bool is_trace() const { return kind == Kind::trace; }
};

/// What a keyword looks at there.
struct Meaning {
    std::optional<Scope> scope;     ///< the scope to open first; absent: the one at hand
    std::vector<Subject> subjects;  ///< any of them
    bool ignore_case = false;

    /// Whether "not equal" must be asked of all elements rather than of one.
    bool is_of_many() const { return scope == Scope::span; }
};

/// Not for annotations. Absent: the keyword may not stand there.
std::optional<Meaning> meaning_of(Keyword keyword, Place place);

/// The path of an annotation.
Subject annotation_subject(std::string_view key);

}  // namespace tomograph::filter
