#include "wire/shred/template_dictionary.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/shred/limits.h"

namespace tomograph {
namespace {

void encode_template(const Template& shape, std::string& out) {
    ByteWriter writer(out);
    writer.varint(shape.slots.size());
    std::size_t literal_begin = 0;
    for (const Slot& slot : shape.slots) {
        writer.fixed(static_cast<std::uint8_t>(slot.kind));
        writer.varint(slot.path);
        writer.varint(slot.literal_end - literal_begin);
        literal_begin = slot.literal_end;
    }
    if (shape.children_slot >= 0) {
        writer.text(shape.separators.open);
        writer.text(shape.separators.between);
        writer.text(shape.separators.close);
    }
    writer.text(shape.text);
}

Error broken(const char* what) {
    return Error(ErrorCode::corrupt, fmt::format("template dictionary: {}", what));
}

Result<Slot> decode_slot(ByteReader& reader, std::size_t paths, std::size_t literal_begin) {
    const auto kind = reader.fixed<std::uint8_t>();
    const std::uint64_t path = reader.varint();
    const std::uint64_t literal = reader.varint();
    if (reader.failed()) return broken("ends early");
    if (kind == 0 || kind >= slot_kinds)
        return Error(ErrorCode::corrupt,
                     fmt::format("template dictionary: slot kind {} is not known", kind));
    if (path >= paths) return broken("a path out of range");
    if (literal > template_bytes_max) return broken("a literal is too long");
    const std::size_t end = literal_begin + static_cast<std::size_t>(literal);
    if (end > template_bytes_max) return broken("a template is too long");
    return Slot{.kind = SlotKind{kind},
                .path = static_cast<std::uint32_t>(path),
                .literal_end = static_cast<std::uint32_t>(end)};
}

Result<Template> decode_template(ByteReader& reader, std::size_t paths) {
    const std::uint64_t slots = reader.varint();
    if (slots > slots_per_template_max) return broken("a template has too many slots");
    Template shape;
    std::size_t literal_end = 0;
    for (std::uint64_t i = 0; i < slots; ++i) {
        const Slot slot = TRY(decode_slot(reader, paths, literal_end));
        literal_end = slot.literal_end;
        if (slot.kind == SlotKind::children) {
            if (shape.children_slot >= 0) return broken("a template has two children slots");
            shape.children_slot = static_cast<std::int32_t>(i);
        }
        if (slot.kind == SlotKind::object) ++shape.objects;
        shape.slots.push_back(slot);
    }
    if (shape.children_slot >= 0) {
        shape.separators.open = reader.text();
        shape.separators.between = reader.text();
        shape.separators.close = reader.text();
        if (shape.separators.open.size() > template_bytes_max ||
            shape.separators.between.size() > template_bytes_max ||
            shape.separators.close.size() > template_bytes_max)
            return broken("a separator is too long");
    }
    shape.text = reader.text();
    if (reader.failed()) return broken("ends early");
    if (shape.text.size() > template_bytes_max) return broken("a template is too long");
    if (literal_end > shape.text.size()) return broken("a literal ends behind its template");
    return shape;
}

/// The same forms, with members in the order of their paths.
ObjectForms in_order(const ObjectForms& objects, const std::vector<std::string>& paths) {
    std::vector<std::uint32_t> order(objects.members().size());
    std::iota(order.begin(), order.end(), 0);
    const auto key = [&](std::uint32_t index) {
        const ObjectMember& member = objects.members()[index];
        return std::tie(paths[member.path], member.kind, member.literal);
    };
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    ObjectForms sorted;
    std::vector<std::uint32_t> number(order.size());
    for (const std::uint32_t index : order)
        number[index] = sorted.add_member(objects.members()[index]);
    for (const std::string& close : objects.closes()) sorted.add_close(close);
    std::vector<std::uint32_t> list;
    for (std::size_t form = 0; form < objects.size(); ++form) {
        list.clear();
        for (const std::uint32_t member : objects.members_of(form)) list.push_back(number[member]);
        sorted.add_form(list, objects.close_index(form));
    }
    return sorted;
}

/// Without forms each template is the shape of its own number, and the list is left out.
std::vector<RowShape> shapes_of_templates(std::size_t templates) {
    std::vector<RowShape> shapes(templates);
    for (std::size_t i = 0; i < templates; ++i)
        shapes[i].template_index = static_cast<std::uint32_t>(i);
    return shapes;
}

void encode_forms(const TemplateDictionary& dictionary, ByteWriter& writer) {
    const ObjectForms& objects = dictionary.objects;
    writer.varint(objects.members().size());
    for (const ObjectMember& member : objects.members()) {
        writer.fixed(static_cast<std::uint8_t>(member.kind));
        writer.varint(member.path);
        writer.text(member.literal);
    }
    writer.varint(objects.closes().size());
    for (const std::string& close : objects.closes()) writer.text(close);
    writer.varint(objects.size());
    for (std::size_t form = 0; form < objects.size(); ++form) {
        const auto members = objects.members_of(form);
        writer.varint(members.size());
        writer.varint(objects.close_index(form));
        // Keys often stand in one order, which members have too, so that steps are small.
        std::uint32_t before = 0;
        for (const std::uint32_t member : members) {
            writer.signed_varint(std::int64_t{member} - before);
            before = member;
        }
    }
    writer.varint(dictionary.shapes.size());
    // Most shapes bring the form after the newest so far.
    std::uint32_t next = 0;
    for (const RowShape& shape : dictionary.shapes) {
        writer.varint(shape.template_index);
        for (const std::uint32_t form : dictionary.forms_of(shape)) {
            writer.signed_varint(std::int64_t{next} - form);
            next = std::max(next, form + 1);
        }
    }
}

/// base + step, where that is below `end`; else `end`.
std::uint64_t stepped(std::uint64_t base, std::int64_t step, std::uint64_t end) {
    const std::uint64_t sum = base + static_cast<std::uint64_t>(step);
    return std::min(sum, end);
}

Result<void> decode_members(ByteReader& reader, std::size_t paths, ObjectForms& objects) {
    const std::uint64_t members = reader.varint();
    if (members > dictionary_members_max) return broken("too many members");
    for (std::uint64_t i = 0; i < members && !reader.failed(); ++i) {
        const auto kind = reader.fixed<std::uint8_t>();
        const std::uint64_t path = reader.varint();
        const std::string_view literal = reader.text();
        if (reader.failed()) break;
        if (kind == 0 || kind > static_cast<std::uint8_t>(SlotKind::json))
            return Error(ErrorCode::corrupt,
                         fmt::format("template dictionary: a member of kind {}", kind));
        if (path >= paths) return broken("a member's path out of range");
        if (literal.size() > template_bytes_max) return broken("a member's text is too long");
        objects.add_member({.kind = SlotKind{kind},
                            .path = static_cast<std::uint32_t>(path),
                            .literal = std::string(literal)});
    }
    return {};
}

Result<void> decode_objects(ByteReader& reader, ObjectForms& objects) {
    const std::uint64_t closes = reader.varint();
    if (closes > dictionary_forms_max) return broken("too many closing texts");
    for (std::uint64_t i = 0; i < closes && !reader.failed(); ++i) {
        const std::string_view close = reader.text();
        if (close.size() > object_close_bytes_max) return broken("a closing text is too long");
        objects.add_close(std::string(close));
    }
    const std::uint64_t forms = reader.varint();
    if (forms > dictionary_forms_max) return broken("too many forms");
    std::vector<std::uint32_t> list;
    for (std::uint64_t i = 0; i < forms && !reader.failed(); ++i) {
        const std::uint64_t members = reader.varint();
        const std::uint64_t close = reader.varint();
        if (members > slots_per_template_max) return broken("a form has too many members");
        if (close >= closes) return broken("a form's closing text out of range");
        list.clear();
        for (std::uint64_t j = 0; j < members && !reader.failed(); ++j) {
            const std::uint64_t member =
                stepped(j == 0 ? 0 : list.back(), reader.signed_varint(), objects.members().size());
            if (member >= objects.members().size()) return broken("a form's member out of range");
            list.push_back(static_cast<std::uint32_t>(member));
        }
        if (objects.listed() + list.size() > object_listed_sum_max)
            return broken("too many members of forms");
        objects.add_form(list, static_cast<std::uint32_t>(close));
    }
    return {};
}

Result<void> decode_shapes(ByteReader& reader, TemplateDictionary& dictionary) {
    const std::uint64_t shapes = reader.varint();
    if (shapes > dictionary_shapes_max) return broken("too many shapes");
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < shapes && !reader.failed(); ++i) {
        const std::uint64_t index = reader.varint();
        if (index >= dictionary.templates.size()) return broken("a shape's template out of range");
        dictionary.shapes.push_back({static_cast<std::uint32_t>(index),
                                     static_cast<std::uint32_t>(dictionary.shape_forms.size())});
        for (std::uint32_t j = 0; j < dictionary.templates[index].objects; ++j) {
            const auto step =
                static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(reader.signed_varint()));
            const std::uint64_t form = stepped(next, step, dictionary.objects.size());
            if (form >= dictionary.objects.size()) return broken("a shape's form out of range");
            dictionary.shape_forms.push_back(static_cast<std::uint32_t>(form));
            next = std::max(next, form + 1);
        }
        if (dictionary.shape_forms.size() > dictionary_shapes_max)
            return broken("too many forms of shapes");
    }
    return {};
}

}  // namespace

std::size_t TemplateDictionary::bytes() const {
    std::size_t bytes = objects.bytes() + shapes.size() * sizeof(RowShape) +
                        shape_forms.size() * sizeof(std::uint32_t);
    for (const Template& each : templates)
        bytes += sizeof each + each.slots.size() * sizeof(Slot) + each.text.size();
    for (const std::string& path : paths) bytes += sizeof path + path.size();
    return bytes;
}

std::uint32_t DictionaryBuilder::path(std::uint32_t shredder_path) {
    auto& paths = dictionary_.paths;
    const auto [found, is_new] =
        path_of_.try_emplace(shredder_path, static_cast<std::uint32_t>(paths.size()));
    if (is_new) paths.push_back(shredder_->paths()[shredder_path]);
    return found->second;
}

std::uint32_t DictionaryBuilder::add_template(Template shape) {
    for (Slot& slot : shape.slots) slot.path = path(slot.path);
    dictionary_.templates.push_back(std::move(shape));
    return static_cast<std::uint32_t>(dictionary_.templates.size() - 1);
}

std::uint32_t DictionaryBuilder::member(std::uint32_t shredder_member) {
    ObjectForms& objects = dictionary_.objects;
    const auto [found, is_new] = member_of_.try_emplace(
        shredder_member, static_cast<std::uint32_t>(objects.members().size()));
    if (is_new) {
        ObjectMember own = shredder_->objects().members()[shredder_member];
        own.path = path(own.path);
        objects.add_member(std::move(own));
    }
    return found->second;
}

std::uint32_t DictionaryBuilder::form(std::uint32_t shredder_form) {
    ObjectForms& objects = dictionary_.objects;
    const auto found = form_of_.find(shredder_form);
    if (found != form_of_.end()) return found->second;
    const ObjectForms& of_shredder = shredder_->objects();
    list_.clear();
    for (const std::uint32_t each : of_shredder.members_of(shredder_form))
        list_.push_back(member(each));
    const auto [close, is_new] =
        close_of_.try_emplace(of_shredder.close_index(shredder_form),
                              static_cast<std::uint32_t>(objects.closes().size()));
    if (is_new) objects.add_close(std::string(of_shredder.close_of(shredder_form)));
    const std::uint32_t added = objects.add_form(list_, close->second);
    form_of_.emplace(shredder_form, added);
    return added;
}

std::uint32_t DictionaryBuilder::shape(std::uint32_t template_index,
                                       std::span<const std::uint32_t> shredder_forms) {
    ASSERT(shredder_forms.size() == dictionary_.templates[template_index].objects);
    key_.assign(reinterpret_cast<const char*>(&template_index), sizeof template_index);
    key_.append(reinterpret_cast<const char*>(shredder_forms.data()), shredder_forms.size_bytes());
    const auto found = shape_of_.find(std::string_view(key_));
    if (found != shape_of_.end()) return found->second;
    const auto added = static_cast<std::uint32_t>(dictionary_.shapes.size());
    shape_of_.emplace(key_, added);
    dictionary_.shapes.push_back(
        {template_index, static_cast<std::uint32_t>(dictionary_.shape_forms.size())});
    for (const std::uint32_t each : shredder_forms) dictionary_.shape_forms.push_back(form(each));
    return added;
}

TemplateDictionary DictionaryBuilder::take() {
    dictionary_.objects = in_order(dictionary_.objects, dictionary_.paths);
    return std::move(dictionary_);
}

bool has_forms(const TemplateDictionary& dictionary) {
    return std::ranges::any_of(dictionary.templates,
                               [](const Template& each) { return each.objects > 0; });
}

void encode_dictionary(const TemplateDictionary& dictionary, std::string& out) {
    ByteWriter writer(out);
    writer.varint(dictionary.paths.size());
    for (const std::string& path : dictionary.paths) writer.text(path);
    writer.varint(dictionary.templates.size());
    for (const Template& shape : dictionary.templates) encode_template(shape, out);
    if (has_forms(dictionary))
        encode_forms(dictionary, writer);
    else
        ASSERT(dictionary.shapes == shapes_of_templates(dictionary.templates.size()));
}

Result<TemplateDictionary> decode_dictionary(std::string_view bytes) {
    ByteReader reader(bytes);
    TemplateDictionary dictionary;
    const std::uint64_t paths = reader.varint();
    if (paths > dictionary_paths_max) return broken("too many paths");
    for (std::uint64_t i = 0; i < paths && !reader.failed(); ++i) {
        dictionary.paths.emplace_back(reader.text());
    }
    const std::uint64_t templates = reader.varint();
    if (templates > dictionary_templates_max) return broken("too many templates");
    if (reader.failed()) return broken("ends early");
    for (std::uint64_t i = 0; i < templates; ++i) {
        dictionary.templates.push_back(TRY(decode_template(reader, dictionary.paths.size())));
    }
    if (has_forms(dictionary)) {
        TRY(decode_members(reader, dictionary.paths.size(), dictionary.objects));
        TRY(decode_objects(reader, dictionary.objects));
        TRY(decode_shapes(reader, dictionary));
    } else {
        dictionary.shapes = shapes_of_templates(dictionary.templates.size());
    }
    if (reader.failed()) return broken("ends early");
    if (reader.remaining() != 0) return broken("bytes left over");
    return dictionary;
}

}  // namespace tomograph
