#include "wire/shred/template_trie.h"

#include <algorithm>
#include <cstring>

#include "wire/shred/limits.h"

namespace tomograph {
namespace {

/// memcmp without the call: literals are short, and most comparisons succeed.
bool starts_with(const char* at, const char* end, std::string_view literal) {
    const std::size_t size = literal.size();
    if (static_cast<std::size_t>(end - at) < size) return false;
    const char* const wanted = literal.data();
    if (size < 8) return std::memcmp(at, wanted, size) == 0;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
        std::memcpy(&a, at + i, 8);
        std::memcpy(&b, wanted + i, 8);
        if (a != b) return false;
    }
    std::memcpy(&a, at + size - 8, 8);
    std::memcpy(&b, wanted + size - 8, 8);
    return a == b;
}

}  // namespace

class TemplateTrie::Matcher {
 public:
    Matcher(Node& root, ObjectTable& objects, const char* end, ValueReader& reader,
            std::vector<ShreddedRow>& rows, std::vector<ShreddedValue>& values)
        : root_(root),
          objects_(objects),
          end_(end),
          reader_(reader),
          rows_(rows),
          values_(values) {}

    /// Behind the entity, or nullptr. depth: 1 for the document's own.
    const char* match_entity(const char* at, unsigned depth) {
        if (depth > entity_depth_max || rows_.size() == shredded_rows_max) return nullptr;
        const std::size_t row = rows_.size();
        rows_.emplace_back();
        std::size_t first = values_.size();
        for (Node* node = &root_;;) {
            Branch* const branch = take_branch(*node, at);
            if (branch == nullptr) return match_ending(*node, at, row, first, depth == 1);
            if (branch->has_children) {
                at = match_children(*branch, at, row, first, depth, node);
                if (at == nullptr) return nullptr;
            } else {
                at = behind_;
                node = branch->next[static_cast<std::size_t>(kind_)];
            }
        }
    }

 private:
    /// The branch that the text at `at` goes along; its value is at the end of values_ (an object's
    /// with those of its members), its kind and end are kind_ and behind_.
    Branch* take_branch(Node& node, const char* at) {
        for (std::size_t i = 0; i < node.branches.size(); ++i) {
            Branch* const branch = node.branches[i];
            if (!starts_with(at, end_, branch->literal) ||
                !read_behind(*branch, at + branch->literal.size()))
                continue;
            if (i != 0) {
                std::copy_backward(node.branches.begin(),
                                   node.branches.begin() + static_cast<std::ptrdiff_t>(i),
                                   node.branches.begin() + static_cast<std::ptrdiff_t>(i) + 1);
                node.branches.front() = branch;
            }
            return branch;
        }
        return nullptr;
    }

    bool read_behind(const Branch& branch, const char* at) {
        if (branch.has_children) {
            const char* const first = skip_space(at, end_);
            return first != end_ && *first == '{';
        }
        const std::size_t held = values_.size();
        bool takes_objects = branch.place.takes_objects;
        if (branch.place.object_place != ObjectTable::npos && at != end_ && *at == '{') {
            if (read_object(branch.place.object_place, at)) {
                if (branch.next[static_cast<std::size_t>(kind_)] != nullptr) return true;
                values_.resize(held);
                return false;
            }
            // An object without room for its form is whole; any other is new, and to be learnt.
            if (!objects_.is_full(branch.place.object_place)) return false;
            takes_objects = true;
        }
        ShreddedValue& value = values_.emplace_back();
        behind_ = reader_.read(at, end_, branch.place.role, takes_objects, kind_, value);
        if (behind_ != nullptr && branch.next[static_cast<std::size_t>(kind_)] != nullptr)
            return true;
        values_.resize(held);
        return false;
    }

    bool read_object(std::uint32_t place, const char* at) {
        const std::size_t own = values_.size();
        values_.emplace_back();
        std::uint32_t form = 0;
        behind_ = objects_.read(at, end_, place, reader_, values_, form);
        if (behind_ == nullptr) {
            values_.resize(own);
            return false;
        }
        values_[own].mantissa = form;
        kind_ = SlotKind::object;
        return true;
    }

    const char* match_ending(const Node& node, const char* at, std::size_t row, std::size_t first,
                             bool is_document) {
        for (const Ending& ending : node.endings) {
            if (!starts_with(at, end_, ending.literal)) continue;
            const char* const behind = at + ending.literal.size();
            // The space behind a document is in its template; an entity inside ends at its brace.
            if (is_document ? behind != end_ : behind[-1] != '}') continue;
            rows_[row].template_index = ending.template_index;
            rows_[row].first_value = static_cast<std::uint32_t>(first);
            rows_[row].values = static_cast<std::uint32_t>(values_.size() - first);
            return behind;
        }
        return nullptr;
    }

    /// Goes on to `node` and to the closing bracket.
    const char* match_children(Branch& branch, const char* at, std::size_t row, std::size_t& first,
                               unsigned depth, Node*& node) {
        // The values of a row stand together: its own wait until those of its children are there.
        const std::size_t held = held_.size();
        held_.insert(held_.end(), values_.begin() + static_cast<std::ptrdiff_t>(first),
                     values_.end());
        values_.resize(first);

        at += branch.literal.size();
        const char* const element = skip_space(at, end_);
        const std::string_view open = text_between(at, element);
        std::string_view between;
        std::uint32_t children = 0;
        const char* behind = nullptr;
        for (at = element;;) {
            behind = match_entity(at, depth + 1);
            if (behind == nullptr) return nullptr;
            ++children;
            at = skip_space(behind, end_);
            if (at == end_ || *at != ',') break;
            at = skip_space(at + 1, end_);
            const std::string_view seen = text_between(behind, at);
            if (children == 1) between = seen;
            if (seen != between) return nullptr;
        }
        const std::string_view close = text_between(behind, at);
        rows_[row].children = children;

        first = values_.size();
        values_.insert(values_.end(), held_.begin() + static_cast<std::ptrdiff_t>(held),
                       held_.end());
        held_.resize(held);
        for (const AfterChildren& after : branch.after_children) {
            const Separators& known = *after.separators;
            if (known.open == open && known.close == close &&
                (children == 1 || known.between == between)) {
                node = after.next;
                return at;
            }
        }
        return nullptr;
    }

    Node& root_;
    ObjectTable& objects_;
    const char* end_;
    ValueReader& reader_;
    std::vector<ShreddedRow>& rows_;
    std::vector<ShreddedValue>& values_;
    std::vector<ShreddedValue> held_;
    SlotKind kind_ = SlotKind::json;
    const char* behind_ = nullptr;
};

TemplateTrie::TemplateTrie(ObjectTable& objects) : objects_(objects) { clear(); }

void TemplateTrie::clear() {
    nodes_.clear();
    branches_.clear();
    nodes_.emplace_back();
}

bool TemplateTrie::match(std::string_view document, ValueReader& reader,
                         std::vector<ShreddedRow>& rows, std::vector<ShreddedValue>& values) {
    rows.clear();
    values.clear();
    Matcher matcher(nodes_.front(), objects_, document.data() + document.size(), reader, rows,
                    values);
    return matcher.match_entity(document.data(), 1) != nullptr;
}

void TemplateTrie::insert(const Template& shape, std::uint32_t index,
                          const std::vector<Place>& places) {
    Node* node = &nodes_.front();
    for (std::size_t i = 0; i < shape.slots.size(); ++i) {
        const SlotKind kind = shape.slots[i].kind;
        Branch& branch = branch_at(*node, shape.literal(i), places[i], kind == SlotKind::children);
        Node*& next = behind(branch, shape, kind);
        if (next == nullptr) next = &nodes_.emplace_back();
        node = next;
    }
    const std::string_view last = shape.literal(shape.slots.size());
    const bool is_known = std::ranges::any_of(
        node->endings, [&](const Ending& ending) { return ending.literal == last; });
    if (!is_known) node->endings.push_back({last, index});
}

TemplateTrie::Branch& TemplateTrie::branch_at(Node& node, std::string_view literal,
                                              const Place& place, bool has_children) {
    for (Branch* branch : node.branches) {
        if (branch->literal == literal) return *branch;
    }
    Branch& branch = branches_.emplace_back();
    branch.literal = literal;
    branch.place = place;
    branch.has_children = has_children;
    node.branches.insert(node.branches.begin(), &branch);
    return branch;
}

TemplateTrie::Node*& TemplateTrie::behind(Branch& branch, const Template& shape, SlotKind kind) {
    if (!branch.has_children) return branch.next[static_cast<std::size_t>(kind)];
    for (AfterChildren& after : branch.after_children) {
        if (*after.separators == shape.separators) return after.next;
    }
    return branch.after_children.emplace_back(AfterChildren{&shape.separators, nullptr}).next;
}

}  // namespace tomograph
