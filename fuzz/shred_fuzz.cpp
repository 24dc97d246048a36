#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "wire/json/json_index.h"
#include "wire/shred/rebuild.h"
#include "wire/shred/shredder.h"
#include "wire/shred/template_dictionary.h"

using namespace tomograph;

namespace {

bool is_json(std::string_view text) {
    static JsonIndex index;
    auto json = index.read(text);
    if (!json) return false;
    json->skip();
    return json->at_end();
}

struct Shredded {
    std::vector<ShreddedRow> rows;
    std::vector<ShreddedValue> values;
};

/// The forms that the values of the row's object slots name.
std::vector<std::uint32_t> forms_of(const Shredder& shredder, const Shredded& shredded,
                                    const ShreddedRow& row) {
    std::vector<std::uint32_t> forms;
    const ShreddedValue* value = shredded.values.data() + row.first_value;
    for (const Slot& slot : shredder.template_at(row.template_index).slots) {
        if (slot.kind == SlotKind::children) continue;
        const ShreddedValue& own = *value++;
        if (slot.kind != SlotKind::object) continue;
        forms.push_back(static_cast<std::uint32_t>(own.mantissa));
        value += shredder.objects().members_of(forms.back()).size();
    }
    ASSERT(value == shredded.values.data() + row.first_value + row.values);
    return forms;
}

/// Puts the rows together by the dictionary, in which row i has shape shapes[i].
std::string rebuilt(const TemplateDictionary& dictionary, const std::vector<std::uint32_t>& shapes,
                    Shredded shredded) {
    std::vector<RebuildRow> rows;
    for (std::size_t i = 0; i < shredded.rows.size(); ++i) {
        const RowShape& shape = dictionary.shapes[shapes[i]];
        const Template& own = dictionary.templates[shape.template_index];
        rows.push_back({&own, shredded.rows[i].children});
        // From the shredder's numbers of forms to the dictionary's.
        ShreddedValue* value = shredded.values.data() + shredded.rows[i].first_value;
        const auto forms = dictionary.forms_of(shape);
        std::size_t object = 0;
        for (const Slot& slot : own.slots) {
            if (slot.kind == SlotKind::children) continue;
            ShreddedValue& of_slot = *value++;
            if (slot.kind != SlotKind::object) continue;
            of_slot.mantissa = forms[object];
            value += dictionary.objects.members_of(forms[object++]).size();
        }
    }
    std::string out;
    const auto written = rebuild(
        rows, dictionary.objects,
        [&](std::uint32_t row, std::uint32_t i, ShreddedValue& value) {
            ASSERT(i < shredded.rows[row].values);
            value = shredded.values[shredded.rows[row].first_value + i];
            return true;
        },
        out);
    ASSERT(written);
    return out;
}

/// Shreds; what was taken apart is the same text when its shapes went through their stored form.
bool check_shred(Shredder& shredder, std::string_view text) {
    Shredded shredded;
    if (!shredder.shred(text, shredded.rows, shredded.values)) return false;
    DictionaryBuilder builder(shredder);
    std::vector<std::uint32_t> shapes;
    for (const ShreddedRow& row : shredded.rows) {
        const std::uint32_t index = builder.add_template(shredder.template_at(row.template_index));
        shapes.push_back(builder.shape(index, forms_of(shredder, shredded, row)));
    }
    const TemplateDictionary built = builder.take();
    std::string bytes;
    encode_dictionary(built, bytes);
    const auto dictionary = decode_dictionary(bytes);
    ASSERT(dictionary && *dictionary == built);
    ASSERT(rebuilt(*dictionary, shapes, std::move(shredded)) == text);
    return true;
}

/// Has seen objects with so many combinations of keys that it takes them apart by their members.
void teach_combinations(Shredder& shredder) {
    Shredded shredded;
    for (const char* object : {"annotations", "metadata"})
        for (int i = 0; i < 600; ++i)
            shredder.shred("{\"" + std::string(object) + "\":{\"k" + std::to_string(i % 25) +
                               "\":1,\"l" + std::to_string(i / 25) + "\":2}}",
                           shredded.rows, shredded.values);
    ASSERT(shredder.counters().objects_by_members == 2);
}

}  // namespace

// A document, taken apart by an empty shredder, once more by what it left there, by one that saw
// other documents, and by one that knows forms; and the same bytes as a stored dictionary.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Shredder fresh;
    static Shredder old;
    const bool is_shredded = check_shred(fresh, text);
    const std::size_t templates = fresh.templates();
    ASSERT(check_shred(fresh, text) == is_shredded);
    ASSERT(fresh.templates() == templates);
    if (is_shredded && is_json(text)) ASSERT(fresh.counters().matched == 1);
    check_shred(old, text);
    if (old.counters().is_coarse) old.reset();

    static Shredder forms;
    if (forms.templates() == 0) teach_combinations(forms);
    const bool is_shredded_by_forms = check_shred(forms, text);
    ASSERT(check_shred(forms, text) == is_shredded_by_forms);
    if (forms.counters().is_coarse || !forms.counters().has_room) forms.reset();

    if (const auto dictionary = decode_dictionary(text)) {
        std::string bytes;
        encode_dictionary(*dictionary, bytes);
        const auto again = decode_dictionary(bytes);
        ASSERT(again && *again == *dictionary);
    }
    return 0;
}
