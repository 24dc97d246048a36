#include "server/store_verbs.h"

#include <CLI/CLI.hpp>

#include <array>
#include <functional>

#include "base/clock.h"
#include "base/log.h"
#include "cli/terminal.h"
#include "server/store_verb_options.h"

namespace tomograph {
namespace {

using cli::Console;
using cli::ExitCode;

struct Verb {
    std::string_view name;
    const char* summary;
    const char* examples;
    ExitCode (*run)(const StoreVerbOptions&, const Console&);
};

constexpr auto verbs = std::to_array<Verb>({
    {"backup", "Write a backup of a store, while its server runs or without one",
     "Without --data-dir the server writes it, below its --backup-dir.\n"
     "Examples:\n"
     "  tomo backup monday\n"
     "  tomo backup tuesday --previous monday      parts that both have are stored once\n"
     "  tomo backup /mnt/backup/1 --data-dir /var/lib/tomo      while no server runs",
     run_backup},
    {"restore", "Make a data directory from a backup, which is verified first",
     "Examples:\n"
     "  tomo restore /var/backup/tomo/monday --data-dir /var/lib/tomo-new\n"
     "  tomo serve --data-dir /var/lib/tomo-new",
     run_restore},
    {"verify", "Read a backup or an unused data directory and check every checksum",
     "Exits with 5 when there is damage, which is named with file, section and offset.\n"
     "A running server reads its parts by itself, one a minute: see damaged_parts in /readyz.\n"
     "Examples:\n"
     "  tomo verify /var/backup/tomo/monday\n"
     "  tomo verify                                ./tomo-data",
     run_verify},
    {"fsck", "Check a data directory that no server uses, and repair it",
     "Nothing is deleted: what cannot be used is moved to quarantine/.\n"
     "Exits with 5 when there is damage that was not repaired.\n"
     "Examples:\n"
     "  tomo fsck --data-dir /var/lib/tomo\n"
     "  tomo fsck --data-dir /var/lib/tomo --repair",
     run_fsck},
    {"compact", "Merge until each day has one part, while the server runs or without one",
     "Examples:\n"
     "  tomo compact\n"
     "  tomo compact --data-dir /var/lib/tomo      while no server runs",
     run_compact},
});

const Verb* find_verb(std::string_view name) {
    for (const Verb& verb : verbs)
        if (verb.name == name) return &verb;
    return nullptr;
}

void add_options(CLI::App& app, std::string_view name, StoreVerbOptions& options) {
    const bool may_be_remote = name == "backup" || name == "compact";
    if (name == "backup")
        app.add_option("destination", options.directory, "name of the backup, or a new directory")
            ->required();
    if (name == "restore")
        app.add_option("backup", options.directory, "what to restore")->required();
    if (name == "verify")
        app.add_option("directory", options.directory,
                       "a backup or a data directory [./tomo-data]");
    if (name != "verify") {
        auto* data_dir =
            app.add_option("--data-dir", options.data_dir,
                           name == "restore" ? "the new data directory; must not exist, or be empty"
                                             : "the data directory");
        data_dir->type_name("DIR");
        if (!may_be_remote) data_dir->required();
    }
    if (name == "backup")
        app.add_option("--previous", options.previous,
                       "an earlier backup: parts that it has are linked, not copied")
            ->type_name("BACKUP");
    if (may_be_remote)
        app.add_option("--endpoint", options.endpoint,
                       "URL of the server's API; else TOMO_ENDPOINT, AWS_ENDPOINT_URL_XRAY, "
                       "http://127.0.0.1:2080")
            ->type_name("URL");
    if (name == "fsck") app.add_flag("--repair", options.repair, "repair what can be repaired");
}

}  // namespace

bool is_store_verb(std::string_view verb) { return find_verb(verb) != nullptr; }

int store_verb(int argc, char** argv) {
    const Verb& verb = *find_verb(argv[1]);
    const RealClock clock;
    Console console = cli::standard_console(clock);
    StoreVerbOptions options;
    options.err_is_tty = cli::standard_error_is_tty();
    CLI::App app{"", "tomo"};
    CLI::App& parsed = *app.add_subcommand(std::string(verb.name), verb.summary);
    parsed.footer(verb.examples);
    parsed.add_flag("-q,--quiet", console.is_quiet, "no progress, no hints");
    parsed.add_flag("-v,--verbose", console.is_verbose, "show requests as curl commands");
    add_options(parsed, verb.name, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        console.out(parsed.help("tomo"));
        return to_int(ExitCode::ok);
    } catch (const CLI::ParseError& error) {
        return to_int(console.fail(ExitCode::usage, error.what(),
                                   console.say(cli::Message::see_help, {verb.name})));
    }
    // What the store has to say, errors apart, is told by the verb itself.
    set_log_options({.level_min = LogLevel::error, .json = false, .sink = {}});
    return to_int(verb.run(options, console));
}

}  // namespace tomograph
