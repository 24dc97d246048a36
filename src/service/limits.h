#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace tomograph {

// As AWS documents them (xray-api.md §1.4).
inline constexpr std::size_t groups_max = 25;  ///< beside Default
inline constexpr std::size_t group_name_bytes_max = 32;
inline constexpr std::size_t group_arn_bytes_max = 400;
inline constexpr std::size_t tags_per_resource_max = 50;
inline constexpr std::size_t tags_per_request_max = 200;
inline constexpr std::size_t tag_key_characters_max = 128;
inline constexpr std::size_t tag_value_characters_max = 256;
inline constexpr std::size_t policies_max = 5;
inline constexpr std::size_t policy_name_bytes_max = 128;
inline constexpr std::size_t policy_bytes_max = 5 * 1024;
inline constexpr std::size_t kms_key_id_bytes_max = 3000;
inline constexpr std::size_t resource_arn_bytes_long_max = 1011;  ///< of the tag operations

/// Master keys that PutEncryptionConfig may choose from (our choice): each is read to be looked at.
inline constexpr std::size_t named_keys_max = 16;
// Of sampling rules (sampling.md §1). Lengths are of characters.
inline constexpr std::size_t sampling_rules_max = 25;  ///< beside Default
inline constexpr std::size_t rule_name_characters_max = 32;
inline constexpr std::size_t rule_resource_characters_max = 500;
inline constexpr std::size_t rule_service_characters_max = 64;  ///< name, type and host
inline constexpr std::size_t rule_method_characters_max = 10;
inline constexpr std::size_t rule_path_characters_max = 128;
inline constexpr std::size_t rule_attributes_max = 5;
inline constexpr std::size_t rule_attribute_characters_max = 32;  ///< of names and of values
inline constexpr std::int64_t rule_priority_max = 9999;
/// The model's Integer.
inline constexpr std::int64_t rule_integer_max = 2'147'483'647;

/// Series of span metrics: 300 bytes each, and 19 lines of a page that is scraped.
inline constexpr std::size_t span_metrics_series_max = 10'000;
/// Operations, or called ones, of one service.
inline constexpr std::size_t span_metrics_names_max = 1'000;

/// Metrics of groups: a minute is counted so long after its end, and looked at again for so many
/// minutes; after a pause, those of an hour are.
inline constexpr Duration group_settle_time = Duration::seconds(60);
inline constexpr std::int64_t group_meter_minutes = 10;
inline constexpr std::int64_t group_meter_minutes_max = 60;
/// Names of groups that have metrics: all of a time, and some that were deleted since.
inline constexpr std::size_t group_meters_max = 100;

/// Series of metrics that are written to, some 100 bytes each; those of which nothing came for so
/// long are forgotten when there is no room for another one.
inline constexpr std::size_t metric_series_max = 100'000;
inline constexpr Duration metric_series_idle = Duration::hours(1);
/// Of one point, and of the value of a label.
inline constexpr std::size_t metric_buckets_max = 1'000;
inline constexpr std::size_t metric_attributes_max = 64;
inline constexpr std::size_t metric_label_bytes_max = 4'096;
/// Of all labels of a point, and of the labels of all series of one request: each bucket repeats
/// those of its point.
inline constexpr std::size_t metric_labels_bytes_max = 16'384;
inline constexpr std::size_t metric_request_labels_bytes_max = std::size_t{64} << 20;
/// Of the server's own span metrics, the operations whose history is kept: 20 series each.
inline constexpr std::size_t span_metrics_recorded_max = 1'000;
/// How far from now a point may be: clocks are wrong, and queues of exporters long.
inline constexpr Duration metric_past_max = Duration::days(7);
inline constexpr Duration metric_future_max = Duration::minutes(10);

}  // namespace tomograph
