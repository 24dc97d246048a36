#include "cli/groups_command.h"

#include <fmt/format.h>

#include <vector>

#include "cli/table.h"

namespace tomograph::cli {
namespace {

/// "on", "notify" (which includes it) or "off".
std::string insights_text(Json group) {
    const Json insights = group["InsightsConfiguration"];
    if (insights["NotificationsEnabled"].boolean()) return "notify";
    return insights["InsightsEnabled"].boolean() ? "on" : "off";
}

std::string rendered(const GroupsOptions& options, const std::vector<Json>& groups,
                     const Console& console) {
    if (options.format == OutputFormat::json) {
        std::string out = "[";
        for (const Json group : groups) out += (out.size() > 1 ? ",\n " : "\n ") + group.to_json();
        return out + "\n]\n";
    }
    Table table({{"name"}, {"insights"}, {"filter", Align::left, true}, {"arn"}});
    for (const Json group : groups)
        table.add({{std::string(group["GroupName"].text()), Style::bold},
                   {insights_text(group), Style::dim},
                   {std::string(group["FilterExpression"].text())},
                   {std::string(group["GroupARN"].text()), Style::dim}});
    if (options.format == OutputFormat::csv) return table.to_csv();
    return console.terminal.is_tty ? table.to_text(console.terminal) : table.to_tab_separated();
}

}  // namespace

ExitCode run_groups(const GroupsOptions& options, ApiClient& api, const Console& console) {
    const bool is_one = !options.name.empty();
    const auto answer =
        is_one
            ? api.call("/GetGroup", fmt::format(R"({{"GroupName":{}}})", json_quoted(options.name)))
            : api.call("/Groups", "{}");
    if (!answer) return console.fail(answer.error());
    const Json root = answer->root();
    std::vector<Json> groups;
    if (is_one) groups.push_back(root["Group"]);
    for (std::size_t i = 0; i < root["Groups"].size(); ++i) groups.push_back(root["Groups"].at(i));
    console.out(rendered(options, groups, console));
    return ExitCode::ok;
}

}  // namespace tomograph::cli
