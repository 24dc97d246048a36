#include "wire/shred/template_table.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "wire/shred/limits.h"

namespace tomograph {
namespace {

// Objects of the X-Ray format. Their keys vary, but by kinds of service, not by request.
constexpr std::array<std::string_view, 6> known_objects = {"annotations", "aws",     "cause",
                                                           "http",        "service", "sql"};

bool is_known(std::string_view path) {
    const std::string_view first = path.substr(0, path.find(path_separator));
    return std::ranges::find(known_objects, first) != known_objects.end();
}

/// All of a template but the numbers of its paths, which its text implies.
std::string template_key(const Template& shape) {
    std::string key;
    ByteWriter writer(key);
    writer.varint(shape.slots.size());
    for (const Slot& slot : shape.slots) {
        writer.fixed(static_cast<std::uint8_t>(slot.kind));
        writer.varint(slot.literal_end);
    }
    writer.text(shape.separators.open);
    writer.text(shape.separators.between);
    writer.text(shape.separators.close);
    writer.raw(shape.text);
    return key;
}

}  // namespace

ObjectTreatment TemplateTable::treatment(std::string_view path) const {
    using How = ObjectTreatment::How;
    if (is_coarse_ && !is_known(path)) return {How::whole};
    if (std::ranges::count(path, path_separator) + 1 >= slot_depth_max) return {How::whole};
    if (!whole_.empty() && whole_.contains(std::string(path))) return {How::whole};
    const std::uint32_t place = objects_.place_of(path);
    if (place == ObjectTable::npos) return {How::apart};
    return {How::by_members, place};
}

Admission TemplateTable::admit(std::span<const TemplateDraft> drafts, std::span<ShreddedRow> rows) {
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        std::string key = template_key(drafts[i].shape);
        const auto found = template_of_.find(key);
        if (found != template_of_.end()) {
            rows[i].template_index = found->second;
            continue;
        }
        if (!note_objects(drafts[i])) return Admission::recut;
        const std::size_t templates_most = is_coarse_ ? templates_max : templates_fine_max;
        const std::size_t paths_most = is_coarse_ ? paths_max : paths_fine_max;
        if (templates_.size() >= templates_most || notes_ > object_notes_max ||
            paths_.size() + new_paths(drafts[i].paths) > paths_most ||
            bytes_ + drafts[i].shape.text.size() > template_bytes_sum_max)
            return make_coarse();
        rows[i].template_index = add(drafts[i], std::move(key));
    }
    return Admission::admitted;
}

/// false: an object of the draft is to be taken apart by its members, or not at all, from now on.
bool TemplateTable::note_objects(const TemplateDraft& draft) {
    if (notes_ > object_notes_max) return true;
    for (const ObjectShape& object : draft.objects) {
        const bool known = is_known(object.path);
        SeenObject& seen = seen_[object.path];
        notes_ += seen.shapes.insert(object.shape).second ? 1 : 0;
        for (const std::string& key : object.keys) notes_ += seen.keys.insert(key).second ? 1 : 0;
        const std::size_t keys_max = known ? known_object_keys_max : object_keys_max;
        const bool has_too_many_keys = seen.keys.size() > keys_max;
        if (seen.shapes.size() > (known ? known_object_shapes_max : object_shapes_max) ||
            has_too_many_keys) {
            if (has_too_many_keys)
                whole_.insert(object.path);
            else
                objects_.add_place(object.path, keys_max);
            notes_ -= seen.shapes.size() + seen.keys.size();
            seen_.erase(object.path);
            return false;
        }
    }
    return true;
}

Admission TemplateTable::make_coarse() {
    if (is_coarse_) return Admission::refused;
    is_coarse_ = true;
    // Objects that nobody knows are no longer taken apart, so only some of these come again.
    seen_.clear();
    notes_ = 0;
    return Admission::recut;
}

/// How many of `paths`, each of which is there once, have no number yet.
std::size_t TemplateTable::new_paths(std::span<const std::string> paths) {
    return static_cast<std::size_t>(std::ranges::count_if(
        paths, [&](const std::string& path) { return !paths_.contains(path); }));
}

std::uint32_t TemplateTable::add(const TemplateDraft& draft, std::string key) {
    const auto index = static_cast<std::uint32_t>(templates_.size());
    Template& shape = templates_.emplace_back(draft.shape);
    for (Slot& slot : shape.slots) slot.path = paths_.add(draft.paths[slot.path]);
    bytes_ += shape.text.size();
    template_of_.emplace(std::move(key), index);
    return index;
}

}  // namespace tomograph
