#include "server/serve_command.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>

#include "server/key_verbs.h"
#include "server/serve.h"
#include "server/settings.h"

namespace tomograph {
namespace {

constexpr int exit_usage = 2;

/// The flags of one verb, filled by CLI11.
struct Flags {
    std::map<std::string, std::string> values;
    std::map<std::string, bool> switches;
    std::string config_path;
};

void add_flags(CLI::App& verb, Flags& flags) {
    for (const auto& spec : setting_specs()) {
        const std::string help = spec.is_switch || spec.default_value.empty()
                                     ? spec.help
                                     : spec.help + " [" + spec.default_value + "]";
        if (spec.is_switch)
            verb.add_flag("--" + spec.name, flags.switches[spec.name], help);
        else
            verb.add_option("--" + spec.name, flags.values[spec.name], help)->type_name("");
    }
    verb.add_option("--config", flags.config_path, "settings file [./tomo.toml if there is one]")
        ->type_name("");
}

Result<SettingValues> settings_of(const CLI::App& verb, const Flags& flags) {
    SettingSources sources;
    sources.environment = [](const char* name) -> const char* { return std::getenv(name); };
    for (const auto& [name, value] : flags.values)
        if (verb.count("--" + name) > 0) sources.flags[name] = value;
    for (const auto& [name, is_on] : flags.switches)
        if (is_on) sources.flags[name] = "true";
    if (!flags.config_path.empty()) sources.config_path = flags.config_path;
    return collect_settings(sources);
}

int fail(const Error& error, int exit_code) {
    std::cerr << "tomo: " << error.message() << '\n';
    return exit_code;
}

int parse(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return -1;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }
}

}  // namespace

int serve_command(int argc, char** argv) {
    CLI::App app{"Tomograph: self-hosted tracing for AWS X-Ray clients", "tomo"};
    CLI::App& verb = *app.add_subcommand("serve", "Take segments, keep them, answer the X-Ray API");
    verb.footer(
        "Every flag is also a variable (TOMO_API_ADDR) and a key of tomo.toml (api-addr = \"…\").\n"
        "Examples:\n"
        "  tomo serve\n"
        "  tomo serve --data-dir /var/lib/tomo --retention-days 90 --disk-budget 500GB\n"
        "  tomo serve --api-addr 127.0.0.1:0 --xray-addr off");
    Flags flags;
    add_flags(verb, flags);
    if (const int code = parse(app, argc, argv); code >= 0) return code;

    const auto values = settings_of(verb, flags);
    if (!values) return fail(values.error(), exit_usage);
    const auto settings = parse_settings(*values);
    if (!settings) return fail(settings.error(), exit_usage);
    const auto served = serve(*settings);
    if (!served) {
        const bool is_usage = served.error().code() == ErrorCode::denied ||
                              served.error().code() == ErrorCode::invalid;
        return fail(served.error(), is_usage ? exit_usage : 1);
    }
    return 0;
}

int config_command(int argc, char** argv) {
    CLI::App app{"Tomograph: self-hosted tracing for AWS X-Ray clients", "tomo"};
    CLI::App& verb = *app.add_subcommand("config", "Show the settings");
    verb.require_subcommand(1);
    CLI::App& print =
        *verb.add_subcommand("print", "Every setting, its value and where that came from");
    Flags flags;
    add_flags(print, flags);
    if (const int code = parse(app, argc, argv); code >= 0) return code;

    const auto values = settings_of(print, flags);
    if (!values) return fail(values.error(), exit_usage);
    std::cout << to_text(*values);
    const auto settings = parse_settings(*values);
    return settings ? 0 : fail(settings.error(), exit_usage);
}

int key_command(int argc, char** argv) {
    CLI::App app{"Tomograph: self-hosted tracing for AWS X-Ray clients", "tomo"};
    CLI::App& verb = *app.add_subcommand("key", "The master key of an encrypted store");
    verb.require_subcommand(1);
    CLI::App& make = *verb.add_subcommand("new", "Make a file with a new key, for --key-file");
    std::string path;
    make.add_option("path", path, "of the file")->required();
    CLI::App& rotate =
        *verb.add_subcommand("rotate", "Wrap every data key under another master key");
    rotate.footer(
        "A running server does it by itself: put the new key where it reads its key, and send it "
        "SIGHUP.\n"
        "Examples:\n"
        "  tomo key new /etc/tomo/key.2\n"
        "  tomo key rotate --data-dir /var/lib/tomo --key-file /etc/tomo/key.2 --old-key-file "
        "/etc/tomo/key.1");
    Flags flags;
    add_flags(rotate, flags);
    if (const int code = parse(app, argc, argv); code >= 0) return code;

    if (make.parsed()) {
        const auto made = make_key_file(path);
        return made ? 0 : fail(made.error(), 1);
    }
    const auto values = settings_of(rotate, flags);
    if (!values) return fail(values.error(), exit_usage);
    const auto settings = parse_settings(*values);
    if (!settings) return fail(settings.error(), exit_usage);
    const auto done = rotate_key(*settings);
    if (!done) return fail(done.error(), 1);
    std::cout << *done << '\n';
    return 0;
}

}  // namespace tomograph
