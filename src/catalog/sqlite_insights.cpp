#include "catalog/sqlite_insights.h"

#include <limits>

namespace tomograph {
namespace {

/// The columns of `insights`, in the order of insight_in().
#define INSIGHT_COLUMNS                                                                      \
    "id, kind, group_name, group_arn, cause_name, cause_type, cause_account, start_minute,"  \
    " end_minute, updated_minute, summary, client_ok, client_fault, client_total, cause_ok," \
    " cause_fault, cause_total, worst_milli, usual_milli, last_outside_minute,"              \
    " settled_minute, settled_client_ok, settled_client_fault, settled_client_total,"        \
    " settled_cause_ok, settled_cause_fault, settled_cause_total, event_minute,"             \
    " event_severity_milli, event_count"

/// An insight that goes on has no end; one that is far away sorts and compares like it.
constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

ImpactCounts counts_in(const SqlRow& row, int first) {
    return {
        .ok = row.integer(first), .fault = row.integer(first + 1), .total = row.integer(first + 2)};
}

StoredInsight insight_in(const SqlRow& row) {
    StoredInsight insight;
    insight.id = row.text(0);
    insight.kind = static_cast<InsightKind>(row.integer(1));
    insight.group_name = row.text(2);
    insight.group_arn = row.text(3);
    insight.root_cause = {.name = row.text(4), .type = row.text(5), .account_id = row.text(6)};
    insight.start_minute = row.integer(7);
    if (row.integer(8) != no_end) insight.end_minute = row.integer(8);
    insight.updated_minute = row.integer(9);
    insight.summary = row.text(10);
    insight.clients = counts_in(row, 11);
    insight.at_cause = counts_in(row, 14);
    insight.worst_milli = row.integer(17);
    insight.usual_milli = row.integer(18);
    insight.last_outside_minute = row.integer(19);
    insight.settled_minute = row.integer(20);
    insight.clients_settled = counts_in(row, 21);
    insight.at_cause_settled = counts_in(row, 24);
    insight.event_minute = row.integer(27);
    insight.event_severity_milli = row.integer(28);
    insight.event_count = row.integer(29);
    return insight;
}

/// "before" a cursor that nobody gave: every insight is.
const InsightCursor newest{.start_minute = no_end, .id = {}};

}  // namespace

Result<void> SqliteInsights::read_services(StoredInsight& insight) const {
    return database_.run(
        "SELECT name, type, account, has_baseline, expected_milli, reach_milli, requests_milli,"
        " score_milli FROM insight_services WHERE insight_id = ?1 ORDER BY rank",
        {insight.id}, [&](const SqlRow& row) {
            AffectedService service{
                .service = {.name = row.text(0), .type = row.text(1), .account_id = row.text(2)},
                .baseline = {},
                .score_milli = row.integer(7)};
            if (row.integer(3) != 0)
                service.baseline = InsightBaseline{.expected_milli = row.integer(4),
                                                   .reach_milli = row.integer(5),
                                                   .requests_milli = row.integer(6)};
            insight.services.push_back(std::move(service));
        });
}

Result<std::optional<StoredInsight>> SqliteInsights::find(std::string_view id) const {
    std::optional<StoredInsight> found;
    TRY(database_.run("SELECT " INSIGHT_COLUMNS " FROM insights WHERE id = ?1", {id},
                      [&](const SqlRow& row) { found = insight_in(row); }));
    if (found) TRY(read_services(*found));
    return found;
}

Result<std::vector<StoredInsight>> SqliteInsights::list(const InsightQuery& query) const {
    std::vector<StoredInsight> found;
    const InsightCursor& before = query.before ? *query.before : newest;
    const auto kind = query.kind ? static_cast<std::int64_t>(*query.kind) : -1;
    const std::int64_t active = query.is_active ? (*query.is_active ? 1 : 0) : -1;
    TRY(database_.run("SELECT " INSIGHT_COLUMNS
                      " FROM insights WHERE start_minute < ?2 AND end_minute > ?1"
                      " AND (?3 = '' OR group_arn = ?3) AND (?4 < 0 OR kind = ?4)"
                      " AND (?5 < 0 OR (end_minute = ?6) = ?5)"
                      " AND (start_minute < ?7 OR (start_minute = ?7 AND id > ?8))"
                      " ORDER BY start_minute DESC, id LIMIT ?9",
                      {query.first_minute, query.last_minute, query.group_arn, kind, active, no_end,
                       before.start_minute, before.id, static_cast<std::int64_t>(query.limit)},
                      [&](const SqlRow& row) { found.push_back(insight_in(row)); }));
    for (StoredInsight& insight : found) TRY(read_services(insight));
    return found;
}

Result<std::vector<StoredInsight>> SqliteInsights::active() const {
    std::vector<StoredInsight> found;
    TRY(database_.run("SELECT " INSIGHT_COLUMNS
                      " FROM insights WHERE end_minute = ?1 ORDER BY start_minute, id",
                      {no_end}, [&](const SqlRow& row) { found.push_back(insight_in(row)); }));
    for (StoredInsight& insight : found) TRY(read_services(insight));
    return found;
}

Result<std::vector<InsightEvent>> SqliteInsights::events(std::string_view id, std::int64_t before,
                                                         std::size_t limit) const {
    std::vector<InsightEvent> found;
    TRY(
        database_.run("SELECT sequence, minute, summary, client_ok, client_fault, client_total,"
                      " cause_ok, cause_fault, cause_total FROM insight_events"
                      " WHERE insight_id = ?1 AND sequence < ?2 ORDER BY sequence DESC LIMIT ?3",
                      {id, before, static_cast<std::int64_t>(limit)}, [&](const SqlRow& row) {
                          found.push_back({.sequence = row.integer(0),
                                           .minute = row.integer(1),
                                           .summary = row.text(2),
                                           .clients = counts_in(row, 3),
                                           .at_cause = counts_in(row, 6),
                                           .top_services = {}});
                      }));
    for (InsightEvent& event : found)
        TRY(database_.run(
            "SELECT name, type, account FROM insight_event_services"
            " WHERE insight_id = ?1 AND sequence = ?2 ORDER BY rank",
            {id, event.sequence}, [&](const SqlRow& row) {
                event.top_services.push_back(
                    {.name = row.text(0), .type = row.text(1), .account_id = row.text(2)});
            }));
    return found;
}

Result<std::vector<InsightProgress>> SqliteInsights::progress() const {
    std::vector<InsightProgress> found;
    TRY(database_.run("SELECT group_arn, next_minute FROM insight_progress ORDER BY group_arn", {},
                      [&](const SqlRow& row) {
                          found.push_back(
                              {.group_arn = row.text(0), .next_minute = row.integer(1)});
                      }));
    return found;
}

Result<void> SqliteInsights::put(const StoredInsight& insight) {
    const ServiceKey& cause = insight.root_cause;
    const ImpactCounts& clients = insight.clients_settled;
    const ImpactCounts& at_cause = insight.at_cause_settled;
    TRY(database_.run(
        "INSERT OR REPLACE INTO insights (" INSIGHT_COLUMNS
        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        " ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)",
        {insight.id,
         static_cast<std::int64_t>(insight.kind),
         insight.group_name,
         insight.group_arn,
         cause.name,
         cause.type,
         cause.account_id,
         insight.start_minute,
         insight.end_minute.value_or(no_end),
         insight.updated_minute,
         insight.summary,
         insight.clients.ok,
         insight.clients.fault,
         insight.clients.total,
         insight.at_cause.ok,
         insight.at_cause.fault,
         insight.at_cause.total,
         insight.worst_milli,
         insight.usual_milli,
         insight.last_outside_minute,
         insight.settled_minute,
         clients.ok,
         clients.fault,
         clients.total,
         at_cause.ok,
         at_cause.fault,
         at_cause.total,
         insight.event_minute,
         insight.event_severity_milli,
         insight.event_count}));
    TRY(database_.run("DELETE FROM insight_services WHERE insight_id = ?1", {insight.id}));
    std::int64_t rank = 0;
    for (const AffectedService& each : insight.services) {
        const InsightBaseline baseline = each.baseline.value_or(InsightBaseline{});
        TRY(database_.run(
            "INSERT INTO insight_services VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            {insight.id, rank++, each.service.name, each.service.type, each.service.account_id,
             std::int64_t{each.baseline.has_value()}, baseline.expected_milli, baseline.reach_milli,
             baseline.requests_milli, each.score_milli}));
    }
    return {};
}

Result<void> SqliteInsights::put_event(std::string_view id, const InsightEvent& event) {
    TRY(database_.run(
        "INSERT OR REPLACE INTO insight_events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        {id, event.sequence, event.minute, event.summary, event.clients.ok, event.clients.fault,
         event.clients.total, event.at_cause.ok, event.at_cause.fault, event.at_cause.total}));
    std::int64_t rank = 0;
    for (const ServiceKey& service : event.top_services)
        TRY(database_.run(
            "INSERT OR REPLACE INTO insight_event_services VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            {id, event.sequence, rank++, service.name, service.type, service.account_id}));
    return {};
}

Result<void> SqliteInsights::set_progress(const InsightProgress& progress) {
    return database_.run(
        "INSERT INTO insight_progress VALUES (?1, ?2)"
        " ON CONFLICT (group_arn) DO UPDATE SET next_minute = excluded.next_minute",
        {progress.group_arn, progress.next_minute});
}

Result<void> SqliteInsights::remove_before(std::int64_t minute) {
    for (const std::string_view of_removed :
         {"DELETE FROM insight_services WHERE insight_id IN"
          " (SELECT id FROM insights WHERE end_minute < ?1)",
          "DELETE FROM insight_event_services WHERE insight_id IN"
          " (SELECT id FROM insights WHERE end_minute < ?1)",
          "DELETE FROM insight_events WHERE insight_id IN"
          " (SELECT id FROM insights WHERE end_minute < ?1)",
          "DELETE FROM insights WHERE end_minute < ?1",
          "DELETE FROM insight_progress WHERE next_minute < ?1"})
        TRY(database_.run(of_removed, {minute}));
    return {};
}

}  // namespace tomograph
