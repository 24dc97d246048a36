#include "catalog/sqlite_tags.h"

namespace tomograph {
namespace {

constexpr std::string_view tags_json =
    "SELECT json_group_object(key, value) FROM (SELECT key, value FROM tags WHERE arn = ?1"
    " ORDER BY key)";

}  // namespace

Result<Tags> SqliteTags::of(std::string_view arn) const {
    Tags tags;
    TRY(database_.run("SELECT key, value FROM tags WHERE arn = ?1", {arn},
                      [&](const SqlRow& row) { tags.emplace(row.text(0), row.text(1)); }));
    return tags;
}

Result<void> SqliteTags::set(std::string_view arn, const Tags& tags) {
    return audit_.of(arn, tags_json, arn, [&]() -> Result<void> {
        for (const auto& [key, value] : tags)
            TRY(
                database_.run("INSERT INTO tags VALUES (?1, ?2, ?3)"
                              " ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value",
                              {arn, key, value}));
        return {};
    });
}

Result<void> SqliteTags::remove(std::string_view arn, const std::vector<std::string>& keys) {
    return audit_.of(arn, tags_json, arn, [&]() -> Result<void> {
        for (const std::string& key : keys)
            TRY(database_.run("DELETE FROM tags WHERE arn = ?1 AND key = ?2", {arn, key}));
        return {};
    });
}

Result<void> SqliteTags::remove_all(std::string_view arn) {
    if (TRY(of(arn)).empty()) return {};
    return audit_.of(arn, tags_json, arn,
                     [&] { return database_.run("DELETE FROM tags WHERE arn = ?1", {arn}); });
}

}  // namespace tomograph
