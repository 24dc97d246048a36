#include "server/retention_command.h"

#include <fmt/format.h>

#include "cli/api_client.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/time_text.h"

namespace tomograph {
namespace {

using cli::bytes_text;
using cli::Console;
using cli::ExitCode;
using cli::Json;

constexpr std::string_view date_form = "2026-08-22";

Result<cli::JsonDocument> ask(const RetentionOptions& options, const Console& console,
                              std::string_view path, const std::string& body) {
    const std::string endpoint =
        TRY(cli::choose_endpoint(options.endpoint, cli::process_environment));
    cli::ApiClient api(endpoint, console);
    return api.call(path, body);
}

std::uint64_t count(Json value) { return static_cast<std::uint64_t>(value.number()); }

std::string date_of(Json seconds) {
    const auto time = Instant::from_seconds(static_cast<std::int64_t>(seconds.number()));
    return cli::rfc3339(time).substr(0, date_form.size());
}

std::string class_text(std::uint64_t number) {
    if (number == 0) return "0 (default)";
    return number == 7 ? "7 (pinned)" : std::to_string(number);
}

std::string days_text(std::uint64_t days) {
    return days == 0 ? "for ever" : fmt::format("{} days", days);
}

std::string summary_text(std::uint64_t days) {
    return days == 0 ? "never" : fmt::format("after {} days", days);
}

std::string condition_text(Json policy) {
    std::vector<std::string> all;
    if (policy["HasFault"].boolean()) all.emplace_back("has a fault");
    if (policy["HasError"].boolean()) all.emplace_back("has an error");
    if (policy["HasThrottle"].boolean()) all.emplace_back("has a throttle");
    if (policy["Service"]) all.push_back(fmt::format("enters at {}", policy["Service"].text()));
    if (policy["DurationSeconds"])
        all.push_back(fmt::format("takes {} s or more", policy["DurationSeconds"].number()));
    if (policy["GroupName"])
        all.push_back(fmt::format("is in group {}", policy["GroupName"].text()));
    else if (policy["Group"])
        all.emplace_back("is in a group that was deleted");
    return fmt::format("{}", fmt::join(all, ", "));
}

/// When the slice's documents become summaries; that they are.
std::string slice_summary_text(Json slice) {
    if (count(slice["SummarySpans"]) == count(slice["Spans"]) && count(slice["Spans"]) > 0)
        return "done";
    return slice["Summarised"] ? date_of(slice["Summarised"]) : "never";
}

void print(const Console& console, const cli::Table& table) {
    console.out(console.terminal.is_tty ? table.to_text(console.terminal)
                                        : table.to_tab_separated());
}

void tell_forecast(const Console& console, Json forecast) {
    const std::string day = forecast["Full"] ? "full on " + date_of(forecast["Full"])
                                             : std::string("not full within ten years");
    console.hint(fmt::format("{} of {} in use, {} a day; {}", bytes_text(count(forecast["Bytes"])),
                             bytes_text(count(forecast["CapacityBytes"])),
                             bytes_text(count(forecast["BytesPerDay"])), day));
}

ExitCode tell_policies(const RetentionOptions& options, const Console& console, Json report) {
    if (options.output == "json") {
        console.out(report.to_json() + "\n");
        return ExitCode::ok;
    }
    cli::Table table({{.title = "CLASS"},
                      {.title = "KEPT"},
                      {.title = "SUMMARY"},
                      {.title = "TRACES", .may_shrink = true}});
    const Json policies = report["Policies"];
    for (std::size_t i = 0; i < policies.size(); ++i)
        table.add({{.text = class_text(count(policies.at(i)["Class"]))},
                   {.text = days_text(count(policies.at(i)["Days"]))},
                   {.text = summary_text(count(policies.at(i)["SummaryDays"]))},
                   {.text = condition_text(policies.at(i))}});
    table.add({{.text = class_text(0)},
               {.text = days_text(count(report["DefaultDays"]))},
               {.text = summary_text(count(report["DefaultSummaryDays"]))},
               {.text = "all others"}});
    table.add({{.text = class_text(7)},
               {.text = "until unpinned"},
               {.text = summary_text(0)},
               {.text = fmt::format("{} pinned", count(report["Pins"]))}});
    print(console, table);
    tell_forecast(console, report["Forecast"]);
    return ExitCode::ok;
}

/// The policy as the server takes it.
std::string policy_json(const RetentionOptions& options) {
    std::string json =
        fmt::format(R"({{"Class":{},"Days":{})", options.retention_class, options.days.value_or(0));
    if (options.has_fault) json += R"(,"HasFault":true)";
    if (options.has_error) json += R"(,"HasError":true)";
    if (options.has_throttle) json += R"(,"HasThrottle":true)";
    if (!options.service.empty())
        json += fmt::format(R"(,"Service":{})", cli::json_quoted(options.service));
    if (options.slower_seconds)
        json += fmt::format(R"(,"DurationSeconds":{})", *options.slower_seconds);
    if (!options.group.empty())
        json += fmt::format(R"(,"GroupName":{})", cli::json_quoted(options.group));
    if (options.summary_days) json += fmt::format(R"(,"SummaryDays":{})", *options.summary_days);
    return json + "}";
}

std::string ids_json(const std::vector<std::string>& ids) {
    std::string json = "[";
    for (const std::string& id : ids) {
        if (json.size() > 1) json += ',';
        json += cli::json_quoted(id);
    }
    return json + "]";
}

ExitCode change_pins(const RetentionOptions& options, const Console& console,
                     std::string_view member) {
    const std::string body = options.trace_ids.empty() ? std::string("{}")
                                                       : fmt::format(R"({{"{}":{}}})", member,
                                                                     ids_json(options.trace_ids));
    const auto answer = ask(options, console, "/api/v1/pins", body);
    if (!answer) return console.fail(answer.error());
    const Json pinned = answer->root()["TraceIds"];
    if (options.trace_ids.empty())
        for (std::size_t i = 0; i < pinned.size(); ++i)
            console.out(fmt::format("{}\n", pinned.at(i).text()));
    console.hint(fmt::format("{} traces are pinned", pinned.size()));
    return ExitCode::ok;
}

}  // namespace

ExitCode run_retention_show(const RetentionOptions& options, const Console& console) {
    const auto answer = ask(options, console, "/api/v1/retention", "{}");
    if (!answer) return console.fail(answer.error());
    return tell_policies(options, console, answer->root());
}

ExitCode run_retention_set(const RetentionOptions& options, const Console& console) {
    const auto before = ask(options, console, "/api/v1/retention", "{}");
    if (!before) return console.fail(before.error());
    std::string policies;
    const auto add = [&](const std::string& policy) {
        if (!policies.empty()) policies += ',';
        policies += policy;
    };
    const Json present = before->root()["Policies"];
    for (std::size_t i = 0; i < present.size(); ++i)
        if (count(present.at(i)["Class"]) != options.retention_class) add(present.at(i).to_json());
    if (!options.remove) add(policy_json(options));
    const auto answer = ask(options, console, "/api/v1/retention/policies",
                            fmt::format(R"({{"Policies":[{}]}})", policies));
    if (!answer) return console.fail(answer.error());
    return tell_policies(options, console, answer->root());
}

ExitCode run_retention_plan(const RetentionOptions& options, const Console& console) {
    const auto answer = ask(options, console, "/api/v1/retention", "{}");
    if (!answer) return console.fail(answer.error());
    const Json report = answer->root();
    if (options.output == "json") {
        console.out(report.to_json() + "\n");
        return ExitCode::ok;
    }
    cli::Table table({{.title = "DAY"},
                      {.title = "CLASS"},
                      {.title = "PARTS", .align = cli::Align::right},
                      {.title = "TRACES", .align = cli::Align::right},
                      {.title = "BYTES", .align = cli::Align::right},
                      {.title = "SUMMARY"},
                      {.title = "GOES"}});
    const Json slices = report["Slices"];
    for (std::size_t i = 0; i < slices.size(); ++i) {
        const Json slice = slices.at(i);
        const bool is_pinned = count(slice["Class"]) == 7;
        table.add({{.text = date_of(slice["Day"])},
                   {.text = class_text(count(slice["Class"]))},
                   {.text = std::to_string(count(slice["Parts"]))},
                   {.text = std::to_string(count(slice["Traces"]))},
                   {.text = bytes_text(count(slice["Bytes"]))},
                   {.text = slice_summary_text(slice)},
                   {.text = slice["Expires"] ? date_of(slice["Expires"])
                            : is_pinned      ? "when unpinned"
                                             : "never"}});
    }
    print(console, table);
    if (count(report["SummarySavingBytes"]) > 0)
        console.hint(fmt::format("the summaries to come will free about {}",
                                 bytes_text(count(report["SummarySavingBytes"]))));
    tell_forecast(console, report["Forecast"]);
    return ExitCode::ok;
}

ExitCode run_pin(const RetentionOptions& options, const Console& console) {
    return change_pins(options, console, "Pin");
}

ExitCode run_unpin(const RetentionOptions& options, const Console& console) {
    return change_pins(options, console, "Unpin");
}

ExitCode run_redact(const RetentionOptions& options, const Console& console) {
    const auto answer = ask(
        options, console, "/api/v1/redactions",
        fmt::format(R"({{"TraceIds":{},"DryRun":{}}})", ids_json(options.trace_ids), !options.yes));
    if (!answer) return console.fail(answer.error());
    const Json report = answer->root();
    if (options.output == "json") {
        console.out(report.to_json() + "\n");
    } else {
        cli::Table table({{.title = "PART", .may_shrink = true},
                          {.title = "ROWS", .align = cli::Align::right},
                          {.title = "DOCUMENTS", .align = cli::Align::right}});
        const Json parts = report["Parts"];
        for (std::size_t i = 0; i < parts.size(); ++i)
            table.add({{.text = std::string(parts.at(i)["Path"].text())},
                       {.text = std::to_string(count(parts.at(i)["Rows"]))},
                       {.text = std::to_string(count(parts.at(i)["Documents"]))}});
        if (table.rows() > 0) print(console, table);
    }
    const std::size_t traces = report["TraceIds"].size();
    const std::string what = fmt::format("{} traces, {} parts, {} documents not in parts", traces,
                                         report["Parts"].size(), count(report["OpenDocuments"]));
    console.hint(options.yes ? what + ": redacted; earlier backups still have them"
                             : what + ": nothing was changed; add --yes to redact");
    return ExitCode::ok;
}

}  // namespace tomograph
