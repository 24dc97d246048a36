#include "cli/overview.h"

#include <span>

#include "cli/messages.h"
#include "cli/text.h"

namespace tomograph::cli {
namespace {

struct Verb {
    std::string_view name;
    Message summary;
};

constexpr Verb run_verbs[] = {{"serve", Message::verb_serve}, {"demo", Message::verb_demo},
                              {"send", Message::verb_send},   {"config", Message::verb_config},
                              {"key", Message::verb_key},     {"version", Message::verb_version}};
constexpr Verb keep_verbs[] = {{"backup", Message::verb_backup},
                               {"restore", Message::verb_restore},
                               {"verify", Message::verb_verify},
                               {"fsck", Message::verb_fsck},
                               {"compact", Message::verb_compact}};
constexpr Verb look_verbs[] = {
    {"map", Message::verb_map},           {"services", Message::verb_services},
    {"insights", Message::verb_insights}, {"traces", Message::verb_traces},
    {"trace", Message::verb_trace},       {"tail", Message::verb_tail},
    {"logs", Message::verb_logs},         {"stats", Message::verb_stats},
    {"groups", Message::verb_groups},     {"sampling", Message::verb_sampling},
    {"doctor", Message::verb_doctor}};

}  // namespace

std::string overview(const Terminal& terminal) {
    const auto said = [&](Message message) { return say(terminal.language, message); };
    std::string out = paint(terminal, Style::bold, said(Message::help_tagline)) + "\n\n" +
                      said(Message::help_usage) + "\n";
    const auto add = [&](Message title, std::span<const Verb> verbs) {
        out += "\n" + paint(terminal, Style::bold, said(title)) + "\n";
        for (const Verb& verb : verbs)
            out += "  " + paint(terminal, Style::accent, pad_right(verb.name, 10)) +
                   said(verb.summary) + "\n";
    };
    add(Message::help_look, look_verbs);
    add(Message::help_run, run_verbs);
    add(Message::help_keep, keep_verbs);
    return out + "\n  tomo serve & tomo demo & tomo map --watch\n\n" + said(Message::help_more) +
           "\n";
}

}  // namespace tomograph::cli
