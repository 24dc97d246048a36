#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/metric_batch.h"

namespace tomograph {

/// Texts by number, in the order of their first use. Borrows them.
class TextTable {
 public:
    std::uint64_t number(std::string_view text);
    void put(ByteWriter& out) const;
    std::size_t size() const { return texts_.size(); }

 private:
    std::unordered_map<std::string_view, std::uint64_t> numbers_;
    std::vector<std::string_view> texts_;
};

/// What TextTable::put() wrote; borrowed from the bytes. errors: corrupt
Result<std::vector<std::string_view>> take_texts(ByteReader& reader);

void put_labels(const LabelSet& labels, TextTable& texts, ByteWriter& out);
/// errors  corrupt  a number that there is none of
Result<LabelSet> take_labels(const std::vector<std::string_view>& texts, ByteReader& reader);

void put_exemplar(const MetricExemplar& exemplar, ByteWriter& out);
MetricExemplar take_exemplar(ByteReader& reader);

}  // namespace tomograph
