#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "wire/shred/template.h"

namespace tomograph {

/// The templates that a group of rows uses, and the paths that these use: what is stored. Slots
/// name paths of this dictionary.
struct TemplateDictionary {
    std::vector<std::string> paths;
    std::vector<Template> templates;

    bool operator==(const TemplateDictionary&) const = default;
};

/// Collects templates of one or several shredders or dictionaries into one dictionary, each once.
class DictionaryBuilder {
 public:
    /// shape  a template whose slots name `paths`
    /// returns  its index in the dictionary; the same for an equal template. Costs a hash of the
    ///          template: callers keep a table from their index to this one.
    std::uint32_t add(const Template& shape, std::span<const std::string> paths);

    const TemplateDictionary& dictionary() const { return dictionary_; }

 private:
    std::uint32_t path_index(const std::string& path);

    TemplateDictionary dictionary_;
    std::unordered_map<std::string, std::uint32_t> paths_;
    std::unordered_map<std::string, std::uint32_t> templates_;  ///< by encoded bytes
};

/// Appends the dictionary's bytes (docs/formats/template.md).
void encode_dictionary(const TemplateDictionary& dictionary, std::string& out);

/// Reads what encode_dictionary() wrote, from bytes that may be damaged.
///
/// errors  corrupt  bytes that it cannot have written: unknown kinds, paths out of range, two
///                  children slots, bounds of limits.h, bytes left over
Result<TemplateDictionary> decode_dictionary(std::string_view bytes);

}  // namespace tomograph
