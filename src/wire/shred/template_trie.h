#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "wire/shred/object_table.h"
#include "wire/shred/template.h"
#include "wire/shred/value_reader.h"

namespace tomograph {

/// The templates seen so far, as a trie whose letters are literals and kinds of values: reads a
/// document by comparing its bytes with what followed the last value in earlier documents. What
/// matches is exact by construction: all bytes outside of values were compared, and the value's
/// kind was found in the same way as when the template was made.
///
/// Of several literals that may follow, the one that did last is tried first. No two that match
/// the same text can both be followed by a value, so nothing is tried twice.
class TemplateTrie {
 public:
    /// One slot's part in the trie: what its path implies.
    struct Place {
        MemberRole role = MemberRole::other;
        bool takes_objects = false;
        std::uint32_t object_place = ObjectTable::npos;  ///< its objects are taken apart by members
    };

    explicit TemplateTrie(ObjectTable& objects);

    /// shape   stays where it is while the trie lives
    /// places  one for each of its slots
    void insert(const Template& shape, std::uint32_t index, const std::vector<Place>& places);

    /// Forgets all templates: the rules by which they were cut have changed.
    void clear();

    /// Replaces rows and values.
    ///
    /// returns  false when some row has no template here; rows and values are then of no use
    bool match(std::string_view document, ValueReader& reader, std::vector<ShreddedRow>& rows,
               std::vector<ShreddedValue>& values);

 private:
    struct Node;
    struct AfterChildren {
        const Separators* separators = nullptr;
        Node* next = nullptr;
    };
    /// A literal, and what may stand behind it.
    struct Branch {
        std::string_view literal;
        Place place;
        bool has_children = false;
        std::array<Node*, slot_kinds> next{};  ///< by kind of value; null: none was seen
        std::vector<AfterChildren> after_children;
    };
    struct Ending {
        std::string_view literal;
        std::uint32_t template_index = 0;
    };
    struct Node {
        std::vector<Branch*> branches;  ///< the one taken last is first
        std::vector<Ending> endings;
    };
    class Matcher;

    Branch& branch_at(Node& node, std::string_view literal, const Place& place, bool has_children);
    Node*& behind(Branch& branch, const Template& shape, SlotKind kind);

    ObjectTable& objects_;
    std::deque<Node> nodes_;  ///< the first is the root
    std::deque<Branch> branches_;
};

}  // namespace tomograph
