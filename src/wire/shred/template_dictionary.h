#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "wire/shred/object_form.h"
#include "wire/shred/path_table.h"
#include "wire/shred/shredder.h"
#include "wire/shred/template.h"

namespace tomograph {

/// What makes the text of a row: a template, and a form for each of its slots of kind object.
struct RowShape {
    std::uint32_t template_index = 0;
    std::uint32_t first_form = 0;  ///< in TemplateDictionary::shape_forms

    bool operator==(const RowShape&) const = default;
};

/// The shapes that a group of rows uses, and what these are made of: what is stored. Slots and
/// members name paths of this dictionary.
struct TemplateDictionary {
    std::vector<std::string> paths;
    std::vector<Template> templates;
    ObjectForms objects;
    std::vector<RowShape> shapes;
    std::vector<std::uint32_t> shape_forms;

    /// The forms of a shape, in the order of its template's slots.
    std::span<const std::uint32_t> forms_of(const RowShape& shape) const {
        return std::span(shape_forms)
            .subspan(shape.first_form, templates[shape.template_index].objects);
    }
    /// Memory, about.
    std::size_t bytes() const;

    bool operator==(const TemplateDictionary&) const = default;
};

/// Collects what rows of one shredder use into a dictionary: each form, member, path and shape
/// once.
class DictionaryBuilder {
 public:
    /// Borrows the shredder.
    explicit DictionaryBuilder(const Shredder& shredder) : shredder_(&shredder) {}

    /// shape    slots name the shredder's paths
    /// returns  its index here; a new one each time: callers keep a table from their index to it
    std::uint32_t add_template(Template shape);
    /// The index of a path of the shredder.
    std::uint32_t path(std::uint32_t shredder_path);
    /// The index of a shape.
    ///
    /// template_index   here
    /// shredder_forms   as the values of the row's object slots name them
    std::uint32_t shape(std::uint32_t template_index,
                        std::span<const std::uint32_t> shredder_forms);

    const TemplateDictionary& dictionary() const { return dictionary_; }
    /// The finished dictionary, members in the order of their paths. The builder is used up.
    TemplateDictionary take();

 private:
    std::uint32_t form(std::uint32_t shredder_form);
    std::uint32_t member(std::uint32_t shredder_member);

    const Shredder* shredder_;
    TemplateDictionary dictionary_;
    std::unordered_map<std::uint32_t, std::uint32_t> path_of_;
    std::unordered_map<std::uint32_t, std::uint32_t> member_of_;
    std::unordered_map<std::uint32_t, std::uint32_t> close_of_;
    std::unordered_map<std::uint32_t, std::uint32_t> form_of_;
    TextMap<std::uint32_t> shape_of_;  ///< by the template's and the forms' numbers
    std::vector<std::uint32_t> list_;
    std::string key_;
};

/// Appends the dictionary's bytes (docs/formats/template.md).
void encode_dictionary(const TemplateDictionary& dictionary, std::string& out);

/// Whether its bytes have a part that programs before objects had forms do not know.
bool has_forms(const TemplateDictionary& dictionary);

/// Reads what encode_dictionary() wrote, from bytes that may be damaged.
///
/// errors  corrupt  bytes that it cannot have written: unknown kinds, paths, members or forms out
///                  of range, two children slots, bounds of limits.h, bytes left over
Result<TemplateDictionary> decode_dictionary(std::string_view bytes);

}  // namespace tomograph
