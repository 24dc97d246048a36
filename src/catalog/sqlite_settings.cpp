#include "catalog/sqlite_settings.h"

#include <fmt/format.h>

namespace tomograph {
namespace {

constexpr std::string_view setting_json =
    "SELECT json_object('value', value) FROM settings WHERE name = ?1";

std::string resource_of(std::string_view name) { return fmt::format("setting/{}", name); }

}  // namespace

Result<SettingRecords> SqliteSettings::all() const {
    SettingRecords settings;
    TRY(database_.run("SELECT name, value, changed_ns FROM settings", {}, [&](const SqlRow& row) {
        settings.emplace(row.text(0),
                         SettingRecord{.value = row.text(1), .changed = {row.integer(2)}});
    }));
    return settings;
}

Result<void> SqliteSettings::set(std::string_view name, std::string_view value) {
    return audit_.of(resource_of(name), setting_json, name, [&] {
        return database_.run(
            "INSERT INTO settings VALUES (?1, ?2, ?3) ON CONFLICT (name)"
            " DO UPDATE SET value = excluded.value, changed_ns = excluded.changed_ns",
            {name, value, audit_.now().ns});
    });
}

Result<void> SqliteSettings::remove(std::string_view name) {
    return audit_.of(resource_of(name), setting_json, name,
                     [&] { return database_.run("DELETE FROM settings WHERE name = ?1", {name}); });
}

}  // namespace tomograph
