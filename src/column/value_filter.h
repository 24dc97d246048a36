#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tomograph::column {

/// Says of a value "certainly not here" or "perhaps": a split-block Bloom filter (docs/formats/
/// column.md), 12 bits an entry, so that 1 absent value in about 200 is said to be perhaps there.
class ValueFilterBuilder {
 public:
    /// hash  64 well mixed bits of the value; a repeated one costs a look-up and no space.
    void add(std::uint64_t hash);
    /// All that the other one has.
    void add(const ValueFilterBuilder& other);

    std::size_t entries() const { return entries_; }
    /// The filter of all that was added: 32 bytes to value_filter_bytes_max.
    std::string finish() const;

 private:
    void grow();

    std::vector<std::uint64_t> slots_;  // a hash set; 0 is a free slot
    std::size_t entries_ = 0;           // the zero hash not counted
    bool has_zero_ = false;
};

/// false  no value of this hash was added
/// true   one was, or the filter cannot tell: by chance, or because its bytes are damaged
bool may_contain(std::string_view filter, std::uint64_t hash);

}  // namespace tomograph::column
