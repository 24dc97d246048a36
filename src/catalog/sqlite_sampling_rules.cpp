#include "catalog/sqlite_sampling_rules.h"

#include <fmt/format.h>

#include <charconv>

namespace tomograph {
namespace {

constexpr std::string_view rule_json =
    "SELECT json_object('name', name, 'arn', arn, 'resourceArn', resource_arn,"
    " 'priority', priority, 'fixedRate', json(fixed_rate), 'reservoirSize', reservoir_size,"
    " 'serviceName', service_name, 'serviceType', service_type, 'host', host,"
    " 'httpMethod', http_method, 'urlPath', url_path,"
    " 'attributes', json((SELECT json_group_object(key, value) FROM sampling_rule_attributes"
    "                     WHERE rule_name = name)),"
    " 'boostRateMax', json(iif(boost_rate_max = '', 'null', boost_rate_max)),"
    " 'boostCooldownMinutes', boost_cooldown_minutes)"
    " FROM sampling_rules WHERE name = ?1";

// Rates are kept as text: the shortest that reads back as the same double, so that what Terraform
// wrote is what it reads.
std::string rate_text(double rate) { return fmt::format("{}", rate); }

double rate_of(std::string_view text) {
    double rate = 0;
    std::from_chars(text.data(), text.data() + text.size(), rate);
    return rate;
}

/// As the column `boost_detection_disabled` says it.
constexpr std::int64_t unsaid = -1;

std::optional<SamplingBoost> boost_of(const SqlRow& row, int first) {
    const std::string rate_max = row.text(first);
    if (rate_max.empty()) return std::nullopt;
    SamplingBoost boost{.rate_max = rate_of(rate_max), .cooldown_minutes = row.integer(first + 1)};
    const std::int64_t disabled = row.integer(first + 2);
    if (disabled != unsaid) boost.detection_disabled = disabled != 0;
    return boost;
}

SamplingRuleRecord record_of(const SqlRow& row) {
    return {.rule = {.name = row.text(0),
                     .resource_arn = row.text(2),
                     .priority = row.integer(3),
                     .fixed_rate = rate_of(row.text(4)),
                     .reservoir_size = row.integer(5),
                     .service_name = row.text(6),
                     .service_type = row.text(7),
                     .host = row.text(8),
                     .http_method = row.text(9),
                     .url_path = row.text(10),
                     .boost = boost_of(row, 11)},
            .arn = row.text(1),
            .created = {row.integer(14)},
            .modified = {row.integer(15)}};
}

Error not_found(std::string_view name) {
    return Error(ErrorCode::not_found, fmt::format("there is no sampling rule {}", name));
}

}  // namespace

Result<std::vector<SamplingRuleRecord>> SqliteSamplingRules::all() const {
    std::vector<SamplingRuleRecord> records;
    TRY(database_.run(
        "SELECT name, arn, resource_arn, priority, fixed_rate, reservoir_size, service_name,"
        " service_type, host, http_method, url_path, boost_rate_max, boost_cooldown_minutes,"
        " boost_detection_disabled, created_ns, modified_ns FROM sampling_rules"
        " ORDER BY priority, name",
        {}, [&](const SqlRow& row) { records.push_back(record_of(row)); }));
    for (SamplingRuleRecord& record : records)
        TRY(database_.run("SELECT key, value FROM sampling_rule_attributes WHERE rule_name = ?1",
                          {record.rule.name}, [&](const SqlRow& row) {
                              record.rule.attributes.emplace(row.text(0), row.text(1));
                          }));
    return records;
}

Result<Instant> SqliteSamplingRules::last_modified() const {
    return Instant{TRY(database_.integer("SELECT modified_ns FROM sampling_state"))};
}

Result<void> SqliteSamplingRules::add(const SamplingRuleRecord& record) {
    return audit_.of(record.arn, rule_json, record.rule.name, [&]() -> Result<void> {
        TRY(database_.run("INSERT INTO sampling_rules (name, arn, created_ns) VALUES (?1, ?2, ?3)",
                          {record.rule.name, record.arn, record.created.ns}));
        return write_fields(record);
    });
}

Result<void> SqliteSamplingRules::replace(const SamplingRuleRecord& record) {
    return audit_.of(record.arn, rule_json, record.rule.name, [&] { return write_fields(record); });
}

Result<void> SqliteSamplingRules::write_fields(const SamplingRuleRecord& record) {
    const SamplingRule& rule = record.rule;
    TRY(database_.run(
        "UPDATE sampling_rules SET resource_arn = ?2, priority = ?3, fixed_rate = ?4,"
        " reservoir_size = ?5, service_name = ?6, service_type = ?7, host = ?8, http_method = ?9,"
        " url_path = ?10, modified_ns = ?11 WHERE name = ?1",
        {rule.name, rule.resource_arn, rule.priority, rate_text(rule.fixed_rate),
         rule.reservoir_size, rule.service_name, rule.service_type, rule.host, rule.http_method,
         rule.url_path, record.modified.ns}));
    if (database_.changes() == 0) return not_found(rule.name);
    const SamplingBoost boost = rule.boost.value_or(SamplingBoost{});
    TRY(database_.run(
        "UPDATE sampling_rules SET boost_rate_max = ?2, boost_cooldown_minutes = ?3,"
        " boost_detection_disabled = ?4 WHERE name = ?1",
        {rule.name, rule.boost ? rate_text(boost.rate_max) : std::string(), boost.cooldown_minutes,
         boost.detection_disabled ? std::int64_t{*boost.detection_disabled} : unsaid}));
    TRY(database_.run("DELETE FROM sampling_rule_attributes WHERE rule_name = ?1", {rule.name}));
    for (const auto& [key, value] : rule.attributes)
        TRY(database_.run("INSERT INTO sampling_rule_attributes VALUES (?1, ?2, ?3)",
                          {rule.name, key, value}));
    return note_modified(record.modified);
}

Result<void> SqliteSamplingRules::remove(std::string_view name) {
    const std::string arn =
        TRY(database_.text("SELECT arn FROM sampling_rules WHERE name = ?1", {name}));
    if (arn.empty()) return not_found(name);
    TRY(tags_.remove_all(arn));
    return audit_.of(arn, rule_json, name, [&]() -> Result<void> {
        TRY(database_.run("DELETE FROM sampling_rules WHERE name = ?1", {name}));
        return note_modified(audit_.now());
    });
}

Result<void> SqliteSamplingRules::note_modified(Instant at) {
    return database_.run("UPDATE sampling_state SET modified_ns = max(modified_ns, ?1)", {at.ns});
}

}  // namespace tomograph
