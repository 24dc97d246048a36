#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/shred/object_form.h"
#include "wire/shred/path_table.h"
#include "wire/shred/value_reader.h"

namespace tomograph {

/// Takes objects apart by their members, at paths where keys come in many combinations, and numbers
/// the forms that it meets. Objects inside such an object are one json value each.
///
/// What matches is exact: literals are found by their bytes, and the kind of a value by the same
/// rules wherever it is read.
class ObjectTable {
 public:
    static constexpr std::uint32_t npos = ~std::uint32_t{0};

    explicit ObjectTable(PathTable& paths) : paths_(paths) {}

    /// From now on objects at this path are taken apart so.
    ///
    /// keys_max  no more different keys get a place
    /// returns   the number of the path among such paths
    std::uint32_t add_place(std::string_view path, std::size_t keys_max);
    /// npos when the path is none of them.
    std::uint32_t place_of(std::string_view path) const;
    std::size_t places() const { return places_.size(); }

    /// Reads an object whose form was seen. `at` is its opening brace.
    ///
    /// values   gets those of the members, in order; what it held stays
    /// form     set when the object was read
    /// returns  behind the object; nullptr when its form is new, or there is none
    const char* read(const char* at, const char* end, std::uint32_t place, ValueReader& reader,
                     std::vector<ShreddedValue>& values, std::uint32_t& form);

    enum class Learned : std::uint8_t {
        form,     ///< read, its form is known from now on
        full,     ///< no room: the object is to be one json value
        refused,  ///< no object, a key twice, path_separator in a key: no document to take apart
    };
    /// The same, but a form that is new gets a number. behind: set when Learned::form.
    Learned learn(const char* at, const char* end, std::uint32_t place, ValueReader& reader,
                  std::vector<ShreddedValue>& values, std::uint32_t& form, const char*& behind);

    /// Whether no new form gets a number at this place: such objects are one json value.
    bool is_full(std::uint32_t place) const;
    /// Whether forms still get numbers at all places.
    bool has_room() const;

    const ObjectForms& forms() const { return forms_; }

 private:
    /// By kind of value; npos: not seen.
    using MembersByKind = std::array<std::uint32_t, 5>;
    struct Place {
        std::string path;
        std::size_t keys_max = 0;
        std::size_t keys = 0;  ///< of each spelling
        std::size_t forms = 0;
        TextMap<MembersByKind> members = {};  ///< by literal
    };
    struct Piece {
        std::string_view literal;
        std::string_view key;  ///< as it is spelled
        SlotKind kind = SlotKind::json;
    };

    const char* scan(const char* at, const char* end, ValueReader& reader,
                     std::vector<ShreddedValue>& values);
    bool find_form(const Place& place, std::uint32_t& form);
    Learned add_members(Place& place);
    std::string_view list_key(std::uint32_t close);

    PathTable& paths_;
    ObjectForms forms_;
    std::vector<Place> places_;
    TextMap<std::uint32_t> place_of_;
    TextMap<std::uint32_t> close_of_;
    TextMap<std::uint32_t> form_of_;  ///< by list_key()

    // Of the object that was scanned last.
    std::vector<Piece> pieces_;
    std::string_view close_;
    std::vector<std::uint32_t> list_;
    std::string list_key_;
};

}  // namespace tomograph
