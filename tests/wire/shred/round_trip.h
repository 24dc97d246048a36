#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "wire/shred/rebuild.h"
#include "wire/shred/shredder.h"

namespace tomograph {

/// A document taken apart, and what to look up in it.
struct Shredded {
    std::vector<ShreddedRow> rows;
    std::vector<ShreddedValue> values;

    /// Calls with each slot of a row but children's, as (path, kind, value); with the members of
    /// objects after their object.
    template <class Visit>
    void each_value(const Shredder& shredder, std::size_t row, const Visit& visit) const {
        const ShreddedValue* value = values.data() + rows[row].first_value;
        for (const Slot& slot : shredder.template_at(rows[row].template_index).slots) {
            if (slot.kind == SlotKind::children) continue;
            const ShreddedValue& own = *value++;
            visit(slot.path, slot.kind, own);
            if (slot.kind != SlotKind::object) continue;
            const ObjectForms& objects = shredder.objects();
            for (const std::uint32_t index :
                 objects.members_of(static_cast<std::size_t>(own.mantissa))) {
                const ObjectMember& member = objects.members()[index];
                visit(member.path, member.kind, *value++);
            }
        }
        CHECK(value == values.data() + rows[row].first_value + rows[row].values);
    }
};

inline std::string rebuilt(const Shredder& shredder, const Shredded& shredded) {
    std::vector<RebuildRow> rows;
    for (const ShreddedRow& row : shredded.rows) {
        rows.push_back({&shredder.template_at(row.template_index), row.children});
    }
    std::string out;
    const auto written = rebuild(
        rows, shredder.objects(),
        [&](std::uint32_t row, std::uint32_t i, ShreddedValue& value) {
            value = shredded.values[shredded.rows[row].first_value + i];
            return i < shredded.rows[row].values;
        },
        out);
    REQUIRE(written);
    return out;
}

/// Whether the document is taken apart; when it is, it is the same text put together again.
inline bool round_trips(Shredder& shredder, std::string_view document) {
    Shredded shredded;
    // The exact size, so that a sanitizer sees each read behind the text.
    const std::vector<char> copy(document.begin(), document.end());
    const std::string_view text(copy.data(), copy.size());
    if (!shredder.shred(text, shredded.rows, shredded.values)) {
        CHECK(shredded.rows.empty());
        CHECK(shredded.values.empty());
        return false;
    }
    CHECK(rebuilt(shredder, shredded) == document);
    return true;
}

/// The path with points between its keys.
inline std::string dotted(std::string path) {
    for (char& c : path) {
        if (c == path_separator) c = '.';
    }
    return path;
}

}  // namespace tomograph
