#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "model/attribute.h"
#include "model/segment.h"

namespace tomograph {

/// Reads what a document says of its spans by path, as it was sent: nothing cut, renamed or
/// derived. Holds buffers that are reused: one per thread.
///
///   {"http":{"request":{"url":"/a"}},"annotations":{"n":1},"aws":{"table_names":["t","u"]}}
///
///   http.request.url  text    /a
///   annotations.n     number  1
///   aws.table_names   text    t
///   aws.table_names   text    u       an array's elements are values of its own path
///
/// Not attributes: null; empty objects and arrays; keys that are empty, or hold a path_separator;
/// `id`, `trace_id`, `parent_id`, `start_time`, `end_time` and `subsegments` of the entity itself,
/// which are the rows. Of a key that stands twice in one object the last counts.
class AttributeReader {
 public:
    AttributeReader();
    ~AttributeReader();

    /// path and value are borrowed for the call.
    using Visit =
        std::function<void(std::uint32_t row, std::string_view path, const ScalarView& value)>;

    /// Visits every value, in the order of the document. Rows that the decoder dropped are passed
    /// over.
    ///
    /// json     the document, as `segment` was decoded from it
    /// errors   invalid  not the JSON that `segment` came from
    /// cost     about that of decoding
    Result<void> visit(std::string_view json, const Segment& segment, const Visit& visit);

    /// The same of one value that stood at this path of its entity, told as of row 0.
    ///
    /// path    not one of those that are no attributes
    /// errors  invalid  not JSON
    Result<void> visit_value(std::string_view json, std::string_view path, const Visit& visit);

 private:
    void tell(const Visit& visit) const;

    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
};

}  // namespace tomograph
