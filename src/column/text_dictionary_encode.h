#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tomograph::column {

/// The distinct ones of many texts, in order of first use, and the number of each row's.
class TextDictionaryBuilder {
 public:
    /// returns  false when there are more than entries_max (at most 65,536); the rest is void then
    /// cost     about 15 ns a value, less where equal ones stand together
    bool build(std::span<const std::string_view> values, std::size_t entries_max);

    const std::vector<std::string_view>& entries() const { return entries_; }
    const std::vector<std::uint16_t>& codes() const { return codes_; }
    /// Of the entries with a length each.
    std::size_t entry_bytes() const { return entry_bytes_; }

 private:
    bool find(std::string_view value, std::size_t entries_max);
    void grow();

    // Open addressing: the upper 40 bits of the hash, and code + 1 in the lower 24; 0 is free.
    std::vector<std::uint64_t> slots_;
    std::vector<std::string_view> entries_;
    std::vector<std::uint16_t> codes_;
    std::size_t entry_bytes_ = 0;
    std::uint16_t found_ = 0;
};

}  // namespace tomograph::column
