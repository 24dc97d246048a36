#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/log_record.h"

namespace tomograph {

// Fluent's forward protocol, version 1: what Fluent Bit, Fluentd, Docker's fluentd driver and ECS's
// FireLens send (correlation.md §5).

struct FluentBounds {
    Instant received;  ///< the time of a line that has none
    std::size_t line_bytes_max = 0;
    std::size_t attributes_max = 0;
    std::size_t bytes_max = 0;  ///< of all lines, and of what is said of each of their streams
};

/// A message but for its entries.
struct FluentMessage {
    enum class Entries {
        one,     ///< Message mode: time and record stand in the message
        listed,  ///< Forward mode: [[time, record], …]
        packed,  ///< PackedForward: entries one behind the other
    };
    std::string_view tag;
    Entries kind = Entries::one;
    std::string_view entries;      ///< bytes of the message
    std::string_view compression;  ///< "gzip", "zstd"; "" or "text": none
    std::string_view chunk;        ///< to be acknowledged; "": nobody waits
};

/// message  one whole value
/// errors   invalid  not a message of the protocol, also one of its handshake
Result<FluentMessage> read_fluent_message(std::string_view message);

/// Lines that were decoded.
struct FluentLines {
    LogBatch batch;
    std::size_t rejected = 0;
    std::string why;
};

/// Decodes entries, decompressed if they were. A record's `log`, `message` or `msg` is the body,
/// all else its attributes (of maps inside, as `kubernetes`, each member by a path with points);
/// who wrote it becomes the resource: container_id, container_name, ecs_cluster, ecs_task_arn,
/// ecs_task_definition, ec2_instance_id, Kubernetes' names. The service is `service.name`,
/// `service`, the container's name, or the tag.
///
/// errors  invalid  entries that are cut short, or more than fluent_entries_max or the bounds;
/// those
///                  before are lost with them
Result<FluentLines> read_fluent_entries(const FluentMessage& message, std::string_view entries,
                                        const FluentBounds& bounds);

/// {"ack": chunk}
std::string fluent_ack(std::string_view chunk);

}  // namespace tomograph
