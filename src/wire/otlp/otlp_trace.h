#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "wire/otlp/otlp_span.h"

namespace tomograph {

/// Spans with what they came from: each resource and each scope stands once.
class OtlpTrace {
 public:
    struct Row {
        OtlpSpan span;
        std::uint32_t resource = 0;  ///< index into resources()
        std::uint32_t scope = 0;     ///< index into scopes()
    };

    void add(OtlpSpan span, const OtlpResource& resource, const OtlpScope& scope);

    const std::vector<Row>& rows() const { return rows_; }
    const std::vector<OtlpResource>& resources() const { return resources_; }
    const std::vector<OtlpScope>& scopes() const { return scopes_; }
    const OtlpResource& resource_of(const Row& row) const { return resources_[row.resource]; }
    const OtlpScope& scope_of(const Row& row) const { return scopes_[row.scope]; }

    /// Rows of equal resource and scope, in the order of their first row.
    struct Group {
        std::uint32_t resource = 0;
        struct Scope {
            std::uint32_t scope = 0;
            std::vector<std::uint32_t> rows;
        };
        std::vector<Scope> scopes;
    };
    std::vector<Group> groups() const;

 private:
    std::vector<Row> rows_;
    std::vector<OtlpResource> resources_;
    std::vector<OtlpScope> scopes_;
    std::map<std::string, std::uint32_t> resource_numbers_;  ///< by their bytes in protobuf
    std::map<std::string, std::uint32_t> scope_numbers_;
};

/// The spans as TracesData (otlp.md §2): field 1 of ExportTraceServiceRequest, of Tempo's Trace.
/// Reads back to the same by read_trace_request(). cost: O(bytes), each copied twice
std::string traces_data(const OtlpTrace& trace);

/// How JSON spells what it has no word for.
enum class OtlpJsonStyle : std::uint8_t {
    otlp,      ///< ids in hex, enumerations as numbers: OTLP's own
    protobuf,  ///< ids in base64, enumerations by name: as protobuf's JSON has them
};

/// The same as JSON: an array of ResourceSpans.
std::string resource_spans_json(const OtlpTrace& trace, OtlpJsonStyle style);

/// A KeyValue's value: {"stringValue":"x"}; integers are texts, as protobuf's JSON has 64 bits.
void append_any_value(const OtlpValue& value, std::string& out);

}  // namespace tomograph
