// Kills processes that keep a store on a real disk, again and again, wherever they are, and looks
// whether all that they were answered is there:  kill_suite [rounds] [seed] [directory]
//
// A round is one life of a process (kill_life.h): it recovers what the one before it left, takes
// requests under a configuration of its own, and is killed some milliseconds later, now and then
// while it recovers. The pipe tells what it was answered. Every few lives a copy of the directory
// (or itself) is opened and compared with a plainly right store.
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <thread>

#define DOCTEST_CONFIG_IMPLEMENT
#include "../store/given_requests.h"
#include "kill_life.h"
#include "store/file_names.h"

namespace tomograph::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A start takes milliseconds. One that takes this long has failed, whatever else the machine does.
constexpr auto start_max = std::chrono::seconds(60);
constexpr std::uint64_t lives_min = 10;  ///< of a directory; twice as many at most

unsigned long long ull(std::uint64_t n) { return n; }

struct Totals {
    std::uint64_t rounds = 0;
    std::uint64_t before_ready = 0;  ///< killed then
    std::uint64_t answered = 0;
    std::uint64_t unanswered = 0;  ///< under way when the kill came
    std::uint64_t refused = 0;     ///< for the memory they would take
    std::uint64_t checks = 0;
    std::uint64_t parts = 0;   ///< seen in checks
    std::uint64_t merged = 0;  ///< of them
    std::uint64_t rollups = 0;
};

/// A process that lives one life, and the pipe that it tells of it.
class Child {
 public:
    Child(const KillLife& life, const char* program) {
        int ends[2];
        if (::pipe(ends) != 0) std::abort();
        const std::string numbers =
            fmt::format("{} {} {} {} {} {} {}", life.seed, life.number, life.generation,
                        life.first_life, life.trace_second, life.clock_second, ends[1]);
        pid_ = ::fork();
        if (pid_ < 0) std::abort();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::close(ends[0]);
            ::execl("/proc/self/exe", program, "--live", life.directory.c_str(), numbers.c_str(),
                    nullptr);
            std::_Exit(127);
        }
        ::close(ends[1]);
        pipe_ = ends[0];
    }
    ~Child() { ::close(pipe_); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// The first record. Nothing: it did not come.
    std::optional<KillRecord> wait() {
        pollfd wanted{.fd = pipe_, .events = POLLIN, .revents = 0};
        const auto timeout = std::chrono::duration_cast<milliseconds>(start_max).count();
        if (::poll(&wanted, 1, static_cast<int>(timeout)) != 1) return std::nullopt;
        return read();
    }
    /// Once it is dead: to the end.
    std::optional<KillRecord> read() {
        KillRecord record;
        std::size_t have = 0;
        while (have < sizeof record) {
            const ssize_t got =
                ::read(pipe_, reinterpret_cast<char*>(&record) + have, sizeof record - have);
            if (got <= 0) return std::nullopt;
            have += static_cast<std::size_t>(got);
        }
        return record;
    }
    /// Nothing when it was this that ended it.
    std::optional<std::string> kill() {
        ::kill(pid_, SIGKILL);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return std::nullopt;
        if (WIFSIGNALED(status)) return fmt::format("died of signal {}", WTERMSIG(status));
        return fmt::format("ended with {}", WEXITSTATUS(status));
    }

 private:
    pid_t pid_ = -1;
    int pipe_ = -1;
};

/// One directory from its making to its end.
class KilledDirectory {
 public:
    KilledDirectory(std::uint64_t seed, std::string directory, const char* program, Totals& totals)
        : random_(mix64(seed)), program_(program), totals_(totals) {
        life_ = {
            .directory = std::move(directory), .seed = seed, .clock_second = test_second + 100};
        begin_generation(0);
    }

    /// That many lives, unless something is wrong. returns  what
    std::optional<std::string> run(std::uint64_t lives) {
        for (; life_.number < lives && !failure_; ++life_.number) {
            live_once();
            if (!failure_ && random_() % 4 == 0)
                check(random_() % 3 == 0 ? Opened::itself : Opened::copy);
            if (!failure_ && life_.expires() && random_() % 4 == 0) pass_days();
        }
        --life_.number;
        if (!failure_) check(Opened::itself);
        if (!failure_) check(Opened::itself);  // what was closed in order
        return failure_;
    }

 private:
    enum class Opened { copy, itself };

    void fail(const std::string& what) {
        if (!failure_)
            failure_ = fmt::format("seed {}, life {}: {}", life_.seed, life_.number, what);
    }

    void begin_generation(std::uint64_t first_life) {
        life_.first_life = first_life;
        life_.trace_second = life_.clock_second - 100;
        ids_.clear();
    }

    void live_once() {
        ++totals_.rounds;
        const auto begun = steady_clock::now();
        Child child(life_, program_);
        bool was_ready = false;
        if (random_() % 4 == 0) {
            // While it recovers, or soon after.
            std::this_thread::sleep_for(std::chrono::microseconds(random_() % 12'000));
        } else {
            const auto record = child.wait();
            if (!record || record->kind != KillRecord::is_ready) fail("it did not start");
            was_ready = true;
            std::this_thread::sleep_for(std::chrono::microseconds(1'000 + random_() % 60'000));
        }
        if (const auto how = child.kill()) fail("it " + *how);
        take_down(child, was_ready);
        const auto took = std::chrono::ceil<std::chrono::seconds>((steady_clock::now() - begun) *
                                                                  life_.clock_speed());
        life_.clock_second += took.count() + 1;
        while (ids_.size() < life_.traces()) ids_.push_back(life_.trace(ids_.size()));
    }

    /// What it sent, and what was answered.
    void take_down(Child& child, bool was_ready) {
        struct Sent {
            std::uint32_t repeats = KillRecord::no_request;
            bool is_answered = false;
            bool is_refused = false;
        };
        std::map<std::pair<std::uint32_t, std::uint32_t>, Sent> all;
        while (const auto record = child.read()) {
            if (record->kind == KillRecord::is_ready) {
                was_ready = true;
                continue;
            }
            if (record->kind == KillRecord::is_wrong) {
                fail("it found something wrong");
                continue;
            }
            Sent& sent = all[{record->thread, record->n}];
            sent.repeats = record->repeats;
            sent.is_answered |= record->kind == KillRecord::is_answered;
            sent.is_refused |= record->kind == KillRecord::is_refused;
        }
        totals_.before_ready += was_ready ? 0 : 1;
        for (const auto& [place, sent] : all) {
            const auto [thread, n] = place;
            const bool repeats = sent.repeats != KillRecord::no_request;
            auto specs = life_.request(thread, repeats ? sent.repeats : n);
            if (repeats) specs.resize(1);
            given_.add(std::move(specs), sent.is_answered);
            totals_.answered += sent.is_answered ? 1 : 0;
            totals_.refused += sent.is_refused ? 1 : 0;
            totals_.unanswered += sent.is_answered || sent.is_refused ? 0 : 1;
        }
    }

    /// Opens the directory itself, or a copy, so that the next life finds it as the kill left it.
    void check(Opened which) {
        ++totals_.checks;
        std::string directory = life_.directory;
        if (which == Opened::copy) {
            directory += "-copy";
            fs::remove_all(directory);
            if (fs::exists(life_.directory))  // else it was killed before it made it
                fs::copy(life_.directory, directory, fs::copy_options::recursive);
        }
        const auto files = make_real_file_system();
        ManualClock clock(Instant::from_seconds(life_.clock_second));
        MetricsRegistry registry;
        EmbeddedStoreOptions options = life_.options();
        options.directory = directory;
        options.background = false;
        auto opened = EmbeddedStore::open(*files, clock, registry, options);
        if (!opened) return fail("open: " + opened.error().message());
        EmbeddedStore& store = **opened;
        if (const auto wrong = given_.find_out(store, ids_)) return fail(*wrong);
        const auto oracle = given_.oracle();
        compare(store, *oracle, "after recovery");
        count_parts(store, directory);
        for (int i = 0; i < 3 && !failure_; ++i) {
            clock.advance(Duration::seconds(61));
            store.tick();
        }
        compare(store, *oracle, "after everything was sealed");
        store.close();
        if (which == Opened::itself)
            life_.clock_second = clock.now().second() + 1;
        else if (!failure_)
            fs::remove_all(directory);
    }

    void compare(EmbeddedStore& store, MemoryStore& oracle, const std::string& when) {
        if (failure_) return;
        auto wrong = given_.check_documents(store, oracle, ids_);
        if (!wrong) wrong = GivenRequests::check_sums(store, oracle);
        if (!wrong && !life_.expires())
            wrong = given_.check_answers(store, oracle,
                                         {Instant::from_seconds(test_second - 1'000),
                                          Instant::from_seconds(test_second + 100'000)});
        if (wrong) fail(when + ": " + *wrong);
        const StoreStatus status = store.status();
        if (status.quarantined > 0 || status.damaged_parts > 0)
            fail(fmt::format("{}: {} files set aside, {} parts damaged", when, status.quarantined,
                             status.damaged_parts));
    }

    void count_parts(EmbeddedStore& store, const std::string& directory) {
        totals_.parts += store.status().parts;
        for (const auto& file : fs::recursive_directory_iterator(directory + "/spans")) {
            const std::string name = file.path().filename();
            if (name.ends_with(part_suffix) && !name.starts_with("L0")) ++totals_.merged;
        }
        for (const auto& file : fs::directory_iterator(directory + "/rollup"))
            totals_.rollups += file.path().extension() == rollup_suffix ? 1 : 0;
    }

    /// All traces are in parts; then they are so old that these may go.
    void pass_days() {
        check(Opened::itself);
        life_.clock_second += 3'600 * static_cast<std::int64_t>(80 + random_() % 100);
        ++life_.generation;
        begin_generation(life_.number + 1);
    }

    std::mt19937_64 random_;
    const char* program_;
    Totals& totals_;
    KillLife life_;
    std::vector<TraceId> ids_;  ///< of the generation
    GivenRequests given_{std::make_shared<SteadyGroups>(std::make_shared<FaultsAndOdd>())};
    std::optional<std::string> failure_;
};

/// The words after --live: as Child hands them over.
[[noreturn]] void live_as_told(char** words) {
    KillLife life{.directory = words[0]};
    int pipe = -1;
    std::istringstream numbers(words[1]);
    numbers >> life.seed >> life.number >> life.generation >> life.first_life >>
        life.trace_second >> life.clock_second >> pipe;
    live(life, pipe);
}

int run_suite(std::uint64_t rounds, std::uint64_t seed, const fs::path& base, const char* program) {
    silence_log();
    Totals totals;
    std::uint64_t failures = 0;
    for (std::uint64_t of_directory = seed; totals.rounds < rounds; ++of_directory) {
        const fs::path directory =
            base / fmt::format("tomograph-kill-{}-{}", of_directory, ::getpid());
        fs::remove_all(directory);
        const std::uint64_t lives =
            std::min(rounds - totals.rounds, lives_min + mix64(of_directory) % lives_min);
        const auto failure = KilledDirectory(of_directory, directory, program, totals).run(lives);
        if (failure) {
            ++failures;
            std::printf("%s\n  kept: %s\n", failure->c_str(), directory.c_str());
        } else {
            fs::remove_all(directory);
        }
        std::fflush(stdout);
    }
    std::printf(
        "%llu requests answered, %llu under way when killed, %llu refused; %llu killed before they "
        "were ready; %llu checks saw %llu parts, %llu merged, %llu rollups\n",
        ull(totals.answered), ull(totals.unanswered), ull(totals.refused), ull(totals.before_ready),
        ull(totals.checks), ull(totals.parts), ull(totals.merged), ull(totals.rollups));
    std::printf("kill suite: %llu rounds from seed %llu, %llu failures\n", ull(totals.rounds),
                ull(seed), ull(failures));
    return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tomograph::testing

int main(int count, char** arguments) {
    using namespace tomograph::testing;
    doctest::Context context;
    context.setAsDefaultForAssertsOutOfTestCases();
    if (count == 4 && std::string_view(arguments[1]) == "--live") live_as_told(arguments + 2);
    const std::uint64_t rounds = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1000;
    const std::uint64_t seed = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1;
    const fs::path base = count > 3 ? fs::path(arguments[3]) : fs::temp_directory_path();
    return run_suite(rounds, seed, base, arguments[0]);
}
