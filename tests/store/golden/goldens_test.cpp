#include <filesystem>

#include "store/golden/golden_answers.h"
#include "store/store_image.h"

namespace tomograph {
namespace {

using namespace testing;
namespace fs = std::filesystem;

struct Golden {
    std::string name;  ///< "format1/killed"
    StoreImage image;
    std::string answers;
};

std::vector<Golden> read_goldens() {
    const auto files = make_real_file_system();
    std::vector<Golden> goldens;
    for (const auto& format : fs::directory_iterator(GOLDENS_FOLDER)) {
        if (!format.is_directory()) continue;
        for (const auto& entry : fs::directory_iterator(format.path())) {
            if (!entry.is_directory()) continue;
            const std::string folder = entry.path().string();
            auto answers = read_file(*files, folder + ".txt", image_file_bytes_max);
            REQUIRE_MESSAGE(answers, folder);
            goldens.push_back({.name = format.path().filename() / entry.path().filename(),
                               .image = read_image(*files, folder),
                               .answers = std::move(*answers)});
        }
    }
    return goldens;
}

/// The line where two texts part, for a failure that people can read.
std::string first_difference(const std::string& got, const std::string& expected) {
    std::size_t at = 0;
    while (at < got.size() && at < expected.size() && got[at] == expected[at]) ++at;
    if (at == got.size() && at == expected.size()) return "";
    const auto line = [at](const std::string& text) {
        const auto newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
        const auto begin = newline == std::string::npos ? 0 : newline + 1;
        return text.substr(begin, std::min(text.find('\n', at), begin + 400) - begin);
    };
    return fmt::format("\n  got      {}\n  expected {}", line(got), line(expected));
}

EmbeddedStoreOptions merging_options() {
    EmbeddedStoreOptions options = small_options();
    options.merge_fan_in = 2;
    return options;
}

}  // namespace

// tests/store/golden/format<n>/<store>/ is a data directory as a released program wrote it, and
// <store>.txt what it answered then. They stay for ever, and are never written again.
TEST_CASE("stores that older programs wrote answer as they did then") {
    const std::vector<Golden> goldens = read_goldens();
    CHECK(goldens.size() >= 2);
    double merges = 0;
    for (const Golden& golden : goldens) {
        CAPTURE(golden.name);
        StoreFixture fixture(0, merging_options());
        write_image(fixture.files, fixture.options.directory, golden.image);
        const auto check = [&] {
            CHECK(first_difference(GoldenAnswers(*fixture.store).text(), golden.answers) == "");
        };
        fixture.must_open();
        CHECK(fixture.store->status().quarantined == 0);
        check();

        for (int round = 0; round < 30; ++round) fixture.settle();
        merges += fixture.metric("tomograph_store_merges_total");
        CHECK(fixture.store->status().open_traces == 0);
        check();

        fixture.store->close();
        fixture.store.reset();
        fixture.must_open();
        check();
    }
    CHECK(merges >= 2);
}

}  // namespace tomograph
