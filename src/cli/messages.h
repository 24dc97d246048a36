#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace tomograph::cli {

/// What the CLI says to people, in each of its languages. JSON keys, column keys of machine formats
/// and status words are never translated.
enum class Message {
    // the list of verbs
    help_tagline,
    help_usage,
    help_look,
    help_run,
    help_keep,
    help_more,
    verb_serve,
    verb_demo,
    verb_send,
    verb_traces,
    verb_trace,
    verb_map,
    verb_tail,
    verb_stats,
    verb_services,
    verb_key,
    verb_config,
    verb_version,
    verb_backup,
    verb_restore,
    verb_verify,
    verb_fsck,
    verb_compact,
    // errors: a sentence and what to do next
    error_word,
    cannot_connect,
    is_server_running,
    cannot_send,
    see_help,
    no_trace_id_in_text,
    trace_not_found,
    trace_not_found_hint,
    unknown_verb,
    // columns
    column_age,
    column_trace,
    column_entry,
    column_request,
    column_status,
    column_duration,
    column_services,
    column_service,
    column_operation,
    column_start,
    column_self,
    column_total,
    column_requests,
    column_rate,
    column_errors,
    column_faults,
    column_mean,
    column_p95,
    column_health,
    column_type,
    column_time,
    column_unit,
    column_count,
    column_share,
    column_p50,
    column_p99,
    // answers
    no_traces,
    no_traces_hint,
    no_graph,
    more_traces,
    next_trace,
    count_service,
    count_services,
    count_segment,
    count_segments,
    count_request,
    count_requests,
    more_troubles,
    critical_path,
    other_work,
    legend_inferred,
    legend_orphan,
    legend_running,
    note_sequential,
    raw_hint,
    map_title,
    map_clients,
    map_watch_hint,
    map_more_rows,
    no_value,
    partial_answer,
    tail_waits,
    tail_missed,
    tail_ended,
    unreadable_documents,
    sent_segment,
    sent_look,
    demo_running,
    demo_done,
    demo_lost,
    demo_nobody_listens,
    demo_look_for,
    count_of_all,  // keep last
};

/// The message with each `{}` replaced by the next argument.
std::string say(Language language, Message message,
                std::initializer_list<std::string_view> arguments = {});

}  // namespace tomograph::cli
