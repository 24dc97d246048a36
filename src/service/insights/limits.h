#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace tomograph {

// docs/decisions/010-insights.md says why.

/// A minute is looked at when so much time has passed after its end: senders batch for some
/// seconds, and some for a minute.
inline constexpr Duration insight_settle_time = Duration::seconds(60);

/// The minutes that decide whether something is unusual now, and how many of them must be.
inline constexpr std::int64_t opening_minutes = 5;
inline constexpr int opening_minutes_outside = 3;
inline constexpr int suspect_minutes_outside = 2;
/// So long nothing was unusual: it is over. Minutes that nobody can judge do not count, until the
/// second time has passed.
inline constexpr std::int64_t closing_minutes = 10;
inline constexpr int closing_minutes_judged = 5;
inline constexpr std::int64_t closing_silence_minutes = 60;
/// What lasts for a day is what is usual now.
inline constexpr std::int64_t insight_minutes_max = 24 * 60;

/// What came before the first minute that is judged: the hour of the expected band.
inline constexpr std::int64_t past_minutes = 60;
/// A service must have been there for so long, or on three of the last seven days.
inline constexpr std::int64_t learning_minutes = 30;
/// Fewer requests than these tell nothing of latency, or of how many there should be.
inline constexpr std::int64_t latency_requests_min = 10;
inline constexpr double throughput_requests_min = 20;

/// After a stop, or where insights were just switched on: what is looked at of the past.
inline constexpr std::int64_t catch_up_minutes = 6 * 60;
/// Minutes that are read at once.
inline constexpr std::int64_t window_minutes_max = 60;
/// Services of a group that are looked at: those that were asked most.
inline constexpr std::size_t insight_group_services_max = 500;

/// Insights of a group that are active at once, of each kind.
inline constexpr std::size_t insights_active_max = 20;
/// Services that an insight names, and those that an answer names first.
inline constexpr std::size_t insight_services_max = 50;
inline constexpr std::size_t insight_top_services = 5;
/// Events of an insight; its end is one more.
inline constexpr std::int64_t insight_events_max = 100;
/// Between two events that say no more than how much it is.
inline constexpr std::int64_t insight_event_minutes = 5;

/// What X-Ray keeps.
inline constexpr std::int64_t insight_keep_days = 30;

/// Pages (API model).
inline constexpr std::int64_t insight_summaries_page_max = 100;
inline constexpr std::int64_t insight_events_page_max = 50;
inline constexpr std::size_t insight_token_bytes_max = 2000;
inline constexpr Duration impact_graph_range_max = Duration::hours(6);

}  // namespace tomograph
