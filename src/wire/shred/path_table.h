#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"

namespace tomograph {

/// Texts are found by views of them.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return static_cast<std::size_t>(hash64(text));
    }
};
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

/// Numbers paths from 0 as they come.
class PathTable {
 public:
    const std::vector<std::string>& paths() const { return paths_; }
    std::size_t size() const { return paths_.size(); }
    bool contains(std::string_view path) const { return index_of_.contains(path); }

    std::uint32_t add(std::string_view path) {
        const auto found = index_of_.find(path);
        if (found != index_of_.end()) return found->second;
        const auto index = static_cast<std::uint32_t>(paths_.size());
        paths_.emplace_back(path);
        index_of_.emplace(path, index);
        return index;
    }

 private:
    std::vector<std::string> paths_;
    TextMap<std::uint32_t> index_of_;
};

}  // namespace tomograph
