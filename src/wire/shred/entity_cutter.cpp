#include "wire/shred/entity_cutter.h"

#include <unordered_set>

#include "base/hash.h"
#include "wire/json/escapes.h"
#include "wire/json/value_scan.h"
#include "wire/shred/limits.h"

namespace tomograph {
namespace {

// Kinds of members that have no slot, in the shape of their object.
constexpr std::uint8_t nested_object = 0xff;

std::uint64_t with_member(std::uint64_t shape, std::string_view key, std::uint8_t kind) {
    return hash64(key, mix64(shape + kind));
}

}  // namespace

/// The entity being cut. Names its draft and row by number: both lists grow meanwhile.
struct EntityCutter::Entity {
    std::size_t row = 0;
    unsigned depth = 0;  ///< of entities; 1 for the document's own
    const char* literal_begin = nullptr;
    std::string path;  ///< of the object being cut; empty for the entity itself
    std::vector<ShreddedValue> values;
};

bool EntityCutter::cut(std::string_view document, std::vector<TemplateDraft>& drafts,
                       std::vector<ShreddedRow>& rows, std::vector<ShreddedValue>& values) {
    drafts.clear();
    rows.clear();
    values.clear();
    drafts_ = &drafts;
    rows_ = &rows;
    values_ = &values;
    at_ = document.data();
    end_ = at_ + document.size();
    return cut_entity(1);
}

bool EntityCutter::cut_entity(unsigned depth) {
    if (depth > entity_depth_max || rows_->size() == shredded_rows_max) return false;
    Entity entity;
    entity.row = rows_->size();
    entity.depth = depth;
    entity.literal_begin = at_;
    rows_->emplace_back();
    drafts_->emplace_back();
    // The space around a document belongs to the template of its first row.
    const bool is_document = depth == 1;
    if (is_document) take_space();
    if (at_ == end_ || *at_ != '{' || !cut_object(entity, 1)) return false;
    if (is_document) {
        take_space();
        if (at_ != end_) return false;
    }
    std::string& text = (*drafts_)[entity.row].shape.text;
    text.append(entity.literal_begin, at_);
    if (text.size() > template_bytes_max) return false;
    ShreddedRow& row = (*rows_)[entity.row];
    row.first_value = static_cast<std::uint32_t>(values_->size());
    row.values = static_cast<std::uint32_t>(entity.values.size());
    values_->insert(values_->end(), entity.values.begin(), entity.values.end());
    return true;
}

bool EntityCutter::cut_object(Entity& entity, unsigned depth) {
    if (!take('{')) return false;
    ObjectShape object;
    take_space();
    if (!take('}')) {
        do {
            if (!cut_member(entity, depth, object)) return false;
            take_space();
        } while (take(','));
        if (!take('}')) return false;
    }
    std::unordered_set<std::string_view> keys(object.keys.begin(), object.keys.end());
    if (keys.size() != object.keys.size()) return false;
    if (depth > 1) {
        object.path = entity.path;
        (*drafts_)[entity.row].objects.push_back(std::move(object));
    }
    return true;
}

bool EntityCutter::cut_member(Entity& entity, unsigned depth, ObjectShape& object) {
    take_space();
    std::string key;
    if (!take_key(key) || key.find(path_separator) != std::string::npos) return false;
    take_space();
    if (!take(':')) return false;
    take_space();
    if (at_ == end_) return false;

    const std::size_t outer = entity.path.size();
    if (depth > 1) entity.path.push_back(path_separator);
    entity.path.append(key);
    if (entity.path.size() > path_bytes_max) return false;
    const bool is_subsegments = depth == 1 && key == "subsegments";
    bool is_cut = false;
    std::uint8_t kind_in_shape = nested_object;
    if (is_subsegments && *at_ == '[') {
        is_cut = cut_children(entity);
    } else if (is_subsegments && *at_ == '{') {
        is_cut = false;
    } else {
        using How = ObjectTreatment::How;
        const ObjectTreatment treatment = treatment_(entity.path);
        if (*at_ == '{' && treatment.how == How::apart) {
            is_cut = cut_object(entity, depth + 1);
        } else {
            SlotKind kind = SlotKind::json;
            is_cut = *at_ == '{' && treatment.how == How::by_members
                         ? cut_by_members(entity, treatment.place, kind)
                         : cut_value(entity, treatment.how == How::whole, kind);
            kind_in_shape = static_cast<std::uint8_t>(kind);
        }
    }
    entity.path.resize(outer);
    object.shape = with_member(object.shape, key, kind_in_shape);
    object.keys.push_back(std::move(key));
    return is_cut;
}

bool EntityCutter::cut_value(Entity& entity, bool takes_objects, SlotKind& kind) {
    const MemberRole role = role_of(entity.path);
    ShreddedValue value;
    const char* const behind = reader_.read(at_, end_, role, takes_objects, kind, value);
    if (behind == nullptr) return false;
    if ((*drafts_)[entity.row].shape.slots.size() == slots_per_template_max) return false;
    end_literal(entity, kind);
    entity.values.push_back(value);
    at_ = behind;
    entity.literal_begin = at_;
    return true;
}

bool EntityCutter::cut_by_members(Entity& entity, std::uint32_t place, SlotKind& kind) {
    if ((*drafts_)[entity.row].shape.slots.size() == slots_per_template_max) return false;
    const std::size_t own = entity.values.size();
    entity.values.emplace_back();
    std::uint32_t form = 0;
    const char* behind = nullptr;
    switch (objects_.learn(at_, end_, place, reader_, entity.values, form, behind)) {
        case ObjectTable::Learned::refused:
            return false;
        case ObjectTable::Learned::full:
            entity.values.resize(own);
            return cut_value(entity, true, kind);
        case ObjectTable::Learned::form:
            break;
    }
    kind = SlotKind::object;
    end_literal(entity, kind);
    ++(*drafts_)[entity.row].shape.objects;
    entity.values[own].mantissa = form;
    at_ = behind;
    entity.literal_begin = at_;
    return true;
}

bool EntityCutter::cut_children(Entity& entity) {
    take('[');
    const char* const first = at_;
    const std::string_view open = take_space();
    // No element: literal text, as an empty object is.
    if (take(']')) return true;
    {
        // The literal ends behind the bracket.
        const char* const element = at_;
        at_ = first;
        if ((*drafts_)[entity.row].shape.slots.size() == slots_per_template_max) return false;
        end_literal(entity, SlotKind::children);
        at_ = element;
    }
    // With one child, as the others would be set apart by the same writer.
    std::string between = "," + std::string(open);
    std::string_view close;
    std::uint32_t children = 0;
    for (;;) {
        if (!cut_entity(entity.depth + 1)) return false;
        ++children;
        const char* const behind = at_;
        close = take_space();
        if (!take(',')) break;
        take_space();
        const std::string_view seen(behind, static_cast<std::size_t>(at_ - behind));
        if (children == 1) between = seen;
        if (seen != between) return false;
    }
    entity.literal_begin = at_;
    if (!take(']')) return false;
    if (open.size() + 1 + between.size() + close.size() > template_bytes_max) return false;
    (*rows_)[entity.row].children = children;
    Template& shape = (*drafts_)[entity.row].shape;
    shape.children_slot = static_cast<std::int32_t>(shape.slots.size() - 1);
    shape.separators = {std::string(open), std::move(between), std::string(close)};
    return true;
}

/// The literal ends here, where a slot of this kind begins.
void EntityCutter::end_literal(Entity& entity, SlotKind kind) {
    TemplateDraft& draft = (*drafts_)[entity.row];
    draft.shape.text.append(entity.literal_begin, at_);
    draft.shape.slots.push_back(
        {.kind = kind,
         .path = static_cast<std::uint32_t>(draft.paths.size()),
         .literal_end = static_cast<std::uint32_t>(draft.shape.text.size())});
    draft.paths.push_back(entity.path);
}

bool EntityCutter::take_key(std::string& key) {
    if (!take('"')) return false;
    const char* const begin = at_;
    for (;;) {
        at_ = find_string_stop(at_, end_);
        if (end_ - at_ < 2) return false;
        if (*at_ == '"') break;
        if (*at_ != '\\') return false;
        at_ += 2;
    }
    const std::string_view raw(begin, static_cast<std::size_t>(at_ - begin));
    ++at_;
    return append_unescaped(raw, key);
}

bool EntityCutter::take(char wanted) {
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
}

std::string_view EntityCutter::take_space() {
    const char* const begin = at_;
    at_ = skip_space(at_, end_);
    return text_between(begin, at_);
}

}  // namespace tomograph
