// The store on a prepared data set: what a span costs to load and to keep, and how long answers
// take. Every answer is checked against the generator; a wrong one ends the bench with 1.
//
//   engine_bench DIRECTORY [--spans N] [--w2] [row ...]
//
// DIRECTORY keeps the prepared store for the next run. Rows: size id_warm id_cold graph series scan
// group simulation exactness recovery summary.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/rows.h"

namespace {

using namespace tomograph::engine_bench;

using Row = void (*)(const std::string&, const Scale&);

const std::map<std::string, Row> rows = {
    {"size", size_row},   {"id_warm", id_warm_row},       {"id_cold", id_cold_row},
    {"graph", graph_row}, {"series", series_row},         {"scan", scan_rows},
    {"group", group_row}, {"simulation", simulation_row},
};

struct Arguments {
    std::string directory;
    Scale scale;
    std::vector<std::string> names;
    bool is_right = true;
};

Arguments parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--w2")
            arguments.scale.is_w2 = true;
        else if (word == "--spans" && i + 1 < argc)
            arguments.scale.spans = std::strtoull(argv[++i], nullptr, 10);
        else if (arguments.directory.empty())
            arguments.directory = word;
        else if (word == "recovery" || word == "exactness" || word == "summary" ||
                 rows.contains(word))
            arguments.names.push_back(word);
        else
            arguments.is_right = false;
    }
    arguments.is_right &= !arguments.directory.empty() && arguments.scale.traces() > 0;
    if (arguments.names.empty())
        arguments.names = {"recovery", "exactness", "size",  "id_warm",    "id_cold", "graph",
                           "series",   "scan",      "group", "simulation", "summary"};
    return arguments;
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments = parse(argc, argv);
    if (!arguments.is_right) {
        std::fprintf(stderr,
                     "engine_bench DIRECTORY [--spans N] [--w2] "
                     "[size|id_warm|id_cold|graph|series|scan|group|simulation|exactness|recovery|"
                     "summary ...]\n");
        return 2;
    }
    for (const std::string& name : arguments.names) {
        // Before a store is opened here: its memory would be counted.
        if (name == "recovery") {
            recovery_row(arguments.directory + "-recovery", arguments.scale);
            continue;
        }
        if (name == "exactness") {
            exactness_row(arguments.directory + "-exactness", arguments.scale);
            continue;
        }
        if (name == "summary") {
            if (!arguments.scale.is_w2)
                summary_row(arguments.directory + "-summary", arguments.scale);
            continue;
        }
        prepare(arguments.directory, arguments.scale);
        rows.at(name)(arguments.directory, arguments.scale);
    }
}
