// The program: `serve`, `config`, `key` and what reads stores here, every other verb in cli.
#include <string_view>

#include "cli/cli.h"
#include "server/retention_verbs.h"
#include "server/serve_command.h"
#include "server/store_verbs.h"

int main(int argc, char** argv) {
    const std::string_view verb = argc > 1 ? argv[1] : "";
    if (verb == "serve") return tomograph::serve_command(argc, argv);
    if (verb == "config") return tomograph::config_command(argc, argv);
    if (verb == "key") return tomograph::key_command(argc, argv);
    if (tomograph::is_store_verb(verb)) return tomograph::store_verb(argc, argv);
    if (tomograph::is_retention_verb(verb)) return tomograph::retention_verb(argc, argv);
    return tomograph::cli_main(argc, argv);
}
