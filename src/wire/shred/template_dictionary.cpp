#include "wire/shred/template_dictionary.h"

#include <fmt/format.h>

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

}  // namespace

std::uint32_t DictionaryBuilder::path_index(const std::string& path) {
    const auto [place, is_new] =
        paths_.try_emplace(path, static_cast<std::uint32_t>(dictionary_.paths.size()));
    if (is_new) dictionary_.paths.push_back(path);
    return place->second;
}

std::uint32_t DictionaryBuilder::add(const Template& shape, std::span<const std::string> paths) {
    Template local = shape;
    for (Slot& slot : local.slots) {
        ASSERT(slot.path < paths.size());
        slot.path = path_index(paths[slot.path]);
    }
    std::string bytes;
    encode_template(local, bytes);
    const auto [place, is_new] = templates_.try_emplace(
        std::move(bytes), static_cast<std::uint32_t>(dictionary_.templates.size()));
    if (is_new) dictionary_.templates.push_back(std::move(local));
    return place->second;
}

void encode_dictionary(const TemplateDictionary& dictionary, std::string& out) {
    ByteWriter writer(out);
    writer.varint(dictionary.paths.size());
    for (const std::string& path : dictionary.paths) writer.text(path);
    writer.varint(dictionary.templates.size());
    for (const Template& shape : dictionary.templates) encode_template(shape, out);
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
    if (reader.failed()) return broken("ends early");
    if (reader.remaining() != 0) return broken("bytes left over");
    return dictionary;
}

}  // namespace tomograph
