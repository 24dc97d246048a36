#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/predicate.h"
#include "query/spans/span_conditions.h"

namespace tomograph {

/// An attribute as TraceQL names it: `span.a`, `resource.a`, `event.a`, … or `.a`, which is the
/// span's and, where the span has none, the resource's.
struct TraceQlAttribute {
    std::optional<AttributeScope> scope;
    std::string key;
    bool operator==(const TraceQlAttribute&) const = default;
};

/// A query of Tempo's language, as far as predicates say it exactly.
struct TraceQl {
    Predicate traces;  ///< of Scope::trace: a trace that has what is asked for
    Predicate spans;   ///< of Scope::span: the spans that answer it
    /// `| count() > 2`: how many such spans a trace must have.
    std::optional<NumberTest> count;
    std::vector<TraceQlAttribute> shown;  ///< that it names, each once
};

/// Reads
///
///   { resource.service.name = "shop" && span.http.status_code >= 500 && name =~ "GET.*" }
///   { status = error } && { kind = client && duration > 100ms } || { .a != nil }
///   { … } | count() > 2 | select(span.a, resource.b)
///
/// Served are the intrinsics name, status, statusMessage, kind, duration, rootName,
/// rootServiceName, traceDuration and their forms with a colon, event:name, instrumentation:name
/// and :version; = != < <= > >= =~ !~ && || ( ). The trace's own intrinsics may stand beside others
/// with && only.
///
/// text    UTF-8, at most traceql_bytes_max
/// errors  invalid  "column 17: …" (bytes, 1-based): what is not read, or not served
Result<TraceQl> parse_traceql(std::string_view text);

/// The attribute that a name says: `span.a.b`, `.a`, `resource."a b"`.
///
/// errors  invalid  no such scope
Result<TraceQlAttribute> parse_traceql_attribute(std::string_view name);

/// The attribute passes.
Predicate traceql_condition(const TraceQlAttribute& attribute, const Test& test);

inline constexpr std::size_t traceql_bytes_max = 8192;
inline constexpr int traceql_depth_max = 32;

}  // namespace tomograph
