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

/// Puts the rows together by the templates of `dictionary`, which are numbered as in `locals`.
std::string rebuilt(const TemplateDictionary& dictionary, const std::vector<std::uint32_t>& locals,
                    const Shredded& shredded) {
    std::vector<RebuildRow> rows;
    for (std::size_t i = 0; i < shredded.rows.size(); ++i) {
        rows.push_back({&dictionary.templates[locals[i]], shredded.rows[i].children});
    }
    std::string out;
    const auto written = rebuild(
        rows,
        [&](std::uint32_t row, std::uint32_t slot, ShreddedValue& value) {
            const std::size_t index = rows[row].shape->value_index(slot);
            ASSERT(index < shredded.rows[row].values);
            value = shredded.values[shredded.rows[row].first_value + index];
            return true;
        },
        out);
    ASSERT(written);
    return out;
}

/// Shreds; what was taken apart is the same text when its templates went through their stored form.
bool check_shred(Shredder& shredder, std::string_view text) {
    Shredded shredded;
    if (!shredder.shred(text, shredded.rows, shredded.values)) return false;
    DictionaryBuilder builder;
    std::vector<std::uint32_t> locals;
    for (const ShreddedRow& row : shredded.rows) {
        locals.push_back(builder.add(shredder.template_at(row.template_index), shredder.paths()));
    }
    std::string bytes;
    encode_dictionary(builder.dictionary(), bytes);
    const auto dictionary = decode_dictionary(bytes);
    ASSERT(dictionary && *dictionary == builder.dictionary());
    ASSERT(rebuilt(*dictionary, locals, shredded) == text);
    return true;
}

}  // namespace

// A document, taken apart by an empty shredder, once more by what it left there, and by one that
// saw other documents; and the same bytes as a stored dictionary.
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

    if (const auto dictionary = decode_dictionary(text)) {
        std::string bytes;
        encode_dictionary(*dictionary, bytes);
        const auto again = decode_dictionary(bytes);
        ASSERT(again && *again == *dictionary);
    }
    return 0;
}
