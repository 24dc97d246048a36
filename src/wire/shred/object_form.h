#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/shred/template.h"

namespace tomograph {

/// One member of objects that are taken apart by their members: what stands between the brace or
/// comma before it and its value, and where the value goes.
struct ObjectMember {
    SlotKind kind = SlotKind::json;  ///< text, number, literal or json
    std::uint32_t path = 0;          ///< index into the owner's paths
    std::string literal = {};  ///< white space, the key in quotes, white space, `:`, white space

    bool operator==(const ObjectMember&) const = default;
};

/// Objects as lists of their members. Where keys come in more combinations than there may be
/// templates, an object's text is `{` literal value `,` literal value … close `}`; such a list is a
/// *form*, and a row's template has a slot of kind object for it.
class ObjectForms {
 public:
    std::size_t size() const { return forms_.size(); }
    std::span<const ObjectMember> members() const { return members_; }
    /// Those of a form, in the order of its text.
    std::span<const std::uint32_t> members_of(std::size_t form) const {
        const std::uint32_t begin = form == 0 ? 0 : forms_[form - 1].end;
        return std::span(listed_).subspan(begin, forms_[form].end - begin);
    }
    /// The white space between the last value and the closing brace.
    std::string_view close_of(std::size_t form) const { return closes_[forms_[form].close]; }
    std::uint32_t close_index(std::size_t form) const { return forms_[form].close; }
    std::span<const std::string> closes() const { return closes_; }
    /// Members of all forms.
    std::size_t listed() const { return listed_.size(); }
    bool empty() const { return forms_.empty(); }

    std::uint32_t add_member(ObjectMember member) {
        members_.push_back(std::move(member));
        return static_cast<std::uint32_t>(members_.size() - 1);
    }
    std::uint32_t add_close(std::string close) {
        closes_.push_back(std::move(close));
        return static_cast<std::uint32_t>(closes_.size() - 1);
    }
    /// members, close  were added before
    std::uint32_t add_form(std::span<const std::uint32_t> members, std::uint32_t close) {
        listed_.insert(listed_.end(), members.begin(), members.end());
        forms_.push_back({static_cast<std::uint32_t>(listed_.size()), close});
        return static_cast<std::uint32_t>(forms_.size() - 1);
    }

    /// Memory, about.
    std::size_t bytes() const {
        std::size_t bytes = listed_.size() * sizeof(std::uint32_t) + forms_.size() * sizeof(Form);
        for (const ObjectMember& each : members_) bytes += sizeof each + each.literal.size();
        for (const std::string& each : closes_) bytes += sizeof each + each.size();
        return bytes;
    }

    bool operator==(const ObjectForms&) const = default;

 private:
    struct Form {
        std::uint32_t end = 0;  ///< of its members in listed_
        std::uint32_t close = 0;
        bool operator==(const Form&) const = default;
    };

    std::vector<ObjectMember> members_;
    std::vector<std::string> closes_;
    std::vector<std::uint32_t> listed_;
    std::vector<Form> forms_;
};

}  // namespace tomograph
