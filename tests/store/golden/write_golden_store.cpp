// Writes stores for tests/store/golden/format<n>/:  write_golden_store <new folder>
//
// Once for each new format, before it becomes the only one that the program writes. The folders
// that are there are never written again: they are what users have.
#include <cstdio>

#define DOCTEST_CONFIG_IMPLEMENT
#include "store/golden/golden_answers.h"
#include "store/golden/golden_traffic.h"
#include "store/store_image.h"

namespace tomograph::testing {
namespace {

class GoldenStore {
 public:
    explicit GoldenStore(std::uint64_t seed) : fixture_(seed), traffic_(seed) {
        fixture_.must_open();
    }

    /// Traces first … last - 1, sealed in rounds that become parts, late ones among them.
    void seal(std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t n = first; n < last; ++n) {
            send(traffic_.begin(n));
            if (n % 6 == 5 && n >= first + 30) send({traffic_.late(n - 30)});
            if (n % 20 == 19) {
                telemetry(n);
                fixture_.settle();
            }
        }
    }
    /// Traces that are still open, and news of sealed ones.
    void leave_open(std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t n = first; n < last; ++n) {
            send(traffic_.begin(n));
            if (n % 5 == 0) send({traffic_.late(n - 50)});
        }
        telemetry(last);
    }
    std::string answers() { return GoldenAnswers(*fixture_.store).text(); }

    StoreImage close() {
        fixture_.store->close();
        fixture_.store.reset();
        return read_image(fixture_.files, fixture_.options.directory);
    }
    StoreImage kill() {
        fixture_.kill();
        return read_image(fixture_.files, fixture_.options.directory);
    }

 private:
    void send(const std::vector<std::string>& texts) {
        std::vector<Document> documents;
        for (const std::string& text : texts) documents.push_back(golden_document(text));
        REQUIRE(fixture_.append(std::move(documents)));
    }
    void telemetry(std::uint64_t n) {
        fixture_.store->append_telemetry(fmt::format(R"({{"SegmentsReceivedCount":{}}})", n),
                                         [](const Result<void>& done) { REQUIRE(done); });
    }

    StoreFixture fixture_;
    GoldenTraffic traffic_;
};

void write(FileSystem& files, const std::string& folder, const StoreImage& image,
           const std::string& answers) {
    write_image(files, folder, image);
    REQUIRE(replace_file(files, folder + ".txt", answers));
    std::printf("%s: %zu files\n", folder.c_str(), image.size());
}

void write_golden_stores(const std::string& folder) {
    const auto files = make_real_file_system();
    const auto exists = files->exists(folder);
    REQUIRE(exists);
    REQUIRE_MESSAGE(!*exists, "the folder exists: golden stores are never written again");
    GoldenStore settled(1);
    settled.seal(0, 120);
    const std::string settled_answers = settled.answers();
    write(*files, folder + "/settled", settled.close(), settled_answers);
    GoldenStore killed(2);
    killed.seal(0, 60);
    killed.leave_open(60, 76);
    const std::string killed_answers = killed.answers();
    write(*files, folder + "/killed", killed.kill(), killed_answers);
}

}  // namespace
}  // namespace tomograph::testing

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "usage: write_golden_store <new folder>\n");
        return 2;
    }
    doctest::Context context;
    context.setAsDefaultForAssertsOutOfTestCases();
    tomograph::testing::write_golden_stores(arguments[1]);
    return 0;
}
