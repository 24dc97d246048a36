// Stands in for libFuzzer where the compiler has none: runs the target once on each file that is
// named, or found in a directory that is named.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> find_inputs(const std::filesystem::path& place) {
    if (!std::filesystem::is_directory(place)) return {place};
    std::vector<std::filesystem::path> inputs;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(place))
        if (entry.is_regular_file()) inputs.push_back(entry.path());
    return inputs;
}

bool replay(const std::filesystem::path& path) {
    // Flushed before the run: if the input crashes the target, its name is the last line.
    std::printf("%s\n", path.c_str());
    std::fflush(stdout);
    std::ifstream file(path, std::ios::binary);
    if (!file) return false;
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    return true;
}

}  // namespace

int main(int count, char** arguments) {
    std::size_t inputs = 0;
    for (int i = 1; i < count; ++i) {
        for (const auto& path : find_inputs(arguments[i])) {
            if (!replay(path)) {
                std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
                return 2;
            }
            ++inputs;
        }
    }
    if (inputs == 0) std::fprintf(stderr, "no inputs: a corpus has at least one seed\n");
    return inputs == 0 ? 2 : 0;
}
