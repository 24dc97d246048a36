#include "catalog/sqlite_policies.h"

#include <fmt/format.h>

namespace tomograph {
namespace {

constexpr std::string_view policy_json =
    "SELECT json_object('document', document, 'revision', revision)"
    " FROM resource_policies WHERE name = ?1";

std::string resource_of(std::string_view name) { return fmt::format("resource-policy/{}", name); }

}  // namespace

Result<std::vector<PolicyRecord>> SqlitePolicies::all() const {
    std::vector<PolicyRecord> policies;
    TRY(database_.run(
        "SELECT name, document, revision, updated_ns FROM resource_policies ORDER BY name", {},
        [&](const SqlRow& row) {
            policies.push_back({.name = row.text(0),
                                .document = row.text(1),
                                .revision = static_cast<std::uint64_t>(row.integer(2)),
                                .updated = {row.integer(3)}});
        }));
    return policies;
}

Result<PolicyRecord> SqlitePolicies::put(std::string_view name, std::string_view document) {
    PolicyRecord policy{.name = std::string(name),
                        .document = std::string(document),
                        .revision = 0,
                        .updated = audit_.now()};
    TRY(audit_.of(resource_of(name), policy_json, name, [&] {
        return database_.run(
            "INSERT INTO resource_policies VALUES (?1, ?2, 1, ?3) ON CONFLICT (name) DO UPDATE SET"
            " document = excluded.document, revision = revision + 1,"
            " updated_ns = excluded.updated_ns RETURNING revision",
            {name, document, policy.updated.ns}, [&](const SqlRow& row) {
                policy.revision = static_cast<std::uint64_t>(row.integer(0));
            });
    }));
    return policy;
}

Result<void> SqlitePolicies::remove(std::string_view name) {
    return audit_.of(resource_of(name), policy_json, name, [&]() -> Result<void> {
        TRY(database_.run("DELETE FROM resource_policies WHERE name = ?1", {name}));
        if (database_.changes() == 1) return {};
        return Error(ErrorCode::not_found, fmt::format("there is no resource policy {}", name));
    });
}

}  // namespace tomograph
