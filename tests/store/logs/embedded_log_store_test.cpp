#include "store/logs/embedded_log_store.h"

#include <algorithm>
#include <random>

#include "base/ascii.h"
#include "store/logs/limits.h"
#include "store/logs_fixture.h"

namespace tomograph::testing {
namespace {

const TraceId some_trace = trace_number(1);

std::vector<LineSpec> shop() {
    return {{.time_ms = 10, .body = "GET /cart 200 in 12 ms", .trace = some_trace},
            {.time_ms = 20,
             .body = "payment Refused: card 4711",
             .service = "pay",
             .severity = severity_error,
             .trace = trace_number(2),
             .attributes = {{"code", "402"}, {"who", R"("ann")"}}},
            {.time_ms = 30,
             .body = "retry payment",
             .service = "pay",
             .severity = severity_warn,
             .attributes = {{"who", R"("bob")"}}},
            {.time_ms = 5000, .body = "GET /cart 500 in 3 ms", .severity = severity_error}};
}

}  // namespace

TEST_CASE("lines are found by trace, service, severity, time, text and attribute") {
    LogsFixture fixture;
    fixture.must_open_all();
    fixture.must_append_lines(shop());
    // The same before and after they are in a part, and when that was merged.
    for (int round = 0; round < 3; ++round) {
        CAPTURE(round);
        using Bodies = std::vector<std::string>;
        LogQuery query = LogsFixture::all();
        CHECK(fixture.bodies(query) == Bodies{"GET /cart 500 in 3 ms", "retry payment",
                                              "payment Refused: card 4711",
                                              "GET /cart 200 in 12 ms"});
        query.trace = some_trace;
        CHECK(fixture.bodies(query) == Bodies{"GET /cart 200 in 12 ms"});
        query = LogsFixture::all();
        query.services = {"pay"};
        CHECK(fixture.bodies(query) == Bodies{"retry payment", "payment Refused: card 4711"});
        query.severity_min = severity_error;
        CHECK(fixture.bodies(query) == Bodies{"payment Refused: card 4711"});
        query = LogsFixture::all();
        query.texts = {"PAYMENT re"};
        CHECK(fixture.bodies(query) == Bodies{"payment Refused: card 4711"});
        query.texts = {"ymen"};
        CHECK(fixture.bodies(query).size() == 2);
        query.texts = {"ymen", "4711"};
        CHECK(fixture.bodies(query) == Bodies{"payment Refused: card 4711"});
        query.texts = {"nowhere"};
        CHECK(fixture.bodies(query).empty());
        query.texts = {"ANN"};  // in an attribute
        CHECK(fixture.bodies(query) == Bodies{"payment Refused: card 4711"});
        query = LogsFixture::all();
        query.attributes = {{"code", "402"}};
        CHECK(fixture.bodies(query) == Bodies{"payment Refused: card 4711"});
        query.attributes = {{"who", "bob"}, {"service.name", "pay"}, {"n", "7"}};
        CHECK(fixture.bodies(query) == Bodies{"retry payment"});
        query.attributes = {{"who", "bo"}};
        CHECK(fixture.bodies(query).empty());
        query.attributes = {{"host", "h"}};
        CHECK(fixture.bodies(query).empty());
        query = LogsFixture::all();
        query.range.end = Instant::from_seconds(test_second + 5);
        CHECK(fixture.bodies(query).size() == 3);
        if (round == 0) fixture.flush();
        if (round == 1) {
            for (int i = 0; i < 2; ++i) {
                fixture.must_append_lines(
                    {{.time_ms = -86'000'000, .body = "long before", .service = "other"}});
                fixture.flush();
            }
            query = LogsFixture::all();
            fixture.flush();
        }
        if (round == 1) break;
    }
    CHECK(fixture.logs->status().open_lines == 0);
}

TEST_CASE("every field of a line comes back from memory and from a part") {
    LogsFixture fixture;
    fixture.must_open_all();
    LogBatch batch;
    batch.streams = {
        {.service = "s", .resource = R"({"service.name":"s"})", .scope = R"({"name":"lib"})"}};
    LogRecord record;
    record.time = Instant::from_seconds(test_second);
    record.observed = record.time + Duration::milliseconds(1);
    record.severity = severity_fatal;
    record.severity_text = "EMERG";
    record.trace_id = some_trace;
    record.span_id = SpanId{77};
    record.is_trace_found = true;
    record.flags = 1;
    record.dropped_attributes = 3;
    record.event_name = "boot";
    record.body = R"({"a":[1,2]})";
    record.is_body_json = true;
    record.attributes = {{"a b", "1"}, {"t", R"("x\ny")"}, {"m", R"({"k":null})"}};
    batch.records.push_back(record);
    record.attributes = {{"t", "1"}, {"t", "2"}};  // one key twice
    record.time = record.time + Duration::nanoseconds(1);
    batch.records.push_back(record);
    fixture.logs->append(batch, [](const Result<void>& done) { REQUIRE(done); });
    for (int round = 0; round < 2; ++round) {
        const auto page = fixture.logs->find(LogsFixture::all());
        REQUIRE(page);
        REQUIRE(page->lines.size() == 2);
        CHECK(page->lines[1].record == batch.records[0]);
        CHECK(page->lines[0].record == batch.records[1]);
        CHECK(page->lines[0].stream == batch.streams[0]);
        fixture.flush();
    }
}

TEST_CASE("pages give each line once, newest first, whatever comes meanwhile") {
    LogsFixture fixture;
    fixture.must_open_all();
    std::mt19937_64 random(7);
    const auto add = [&](int count) {
        std::vector<LineSpec> lines;
        for (int i = 0; i < count; ++i)
            lines.push_back({.time_ms = static_cast<std::int64_t>(random() % 50) * 100,
                             .body = fmt::format("line {}", random())});
        fixture.must_append_lines(lines);
    };
    for (int i = 0; i < 30; ++i) {
        add(20);
        if (i % 7 == 0) fixture.flush();
    }
    LogQuery query = LogsFixture::all();
    query.limit = 37;
    std::vector<LogPlace> places;
    for (int pages = 0; pages < 100; ++pages) {
        const auto page = fixture.logs->find(query);
        REQUIRE(page);
        for (const FoundLog& line : page->lines) places.push_back(line.place);
        if (!page->next) break;
        query.before = page->next;
        query.as_of = page->as_of;
        add(3);
        if (pages % 5 == 0) fixture.flush();
    }
    CHECK(places.size() == 600);
    CHECK(std::is_sorted(places.rbegin(), places.rend()));
    CHECK(std::adjacent_find(places.begin(), places.end()) == places.end());
}

TEST_CASE("a line that is too large for the rest of a page hides none below it") {
    LogsFixture fixture;
    fixture.must_open_all();
    constexpr std::size_t large = log_line_bytes_max - 2'000;
    constexpr std::size_t lines = log_page_bytes_max / large + 20;
    std::vector<std::string> sent;
    for (std::size_t i = 0; i < lines; ++i) {
        sent.push_back(fmt::format("{} {}", i, std::string(i % 3 == 0 ? 10 : large, 'x')));
        fixture.must_append_lines({{.time_ms = static_cast<std::int64_t>(i), .body = sent.back()}});
        if (i == lines / 2) fixture.flush();
    }
    std::vector<std::string> found;
    LogQuery query = LogsFixture::all();
    query.limit = log_page_lines_max;
    for (int pages = 0; pages < 5; ++pages) {
        const auto page = fixture.logs->find(query);
        REQUIRE(page);
        for (const FoundLog& line : page->lines) found.push_back(line.record.body);
        if (!page->next) break;
        query.before = page->next;
        query.as_of = page->as_of;
    }
    std::reverse(found.begin(), found.end());
    CHECK(found.size() == sent.size());
    const bool is_same = found == sent;  // no need to print them
    CHECK(is_same);
}

TEST_CASE("a search answers as one that looks at every line") {
    LogsFixture fixture;
    fixture.must_open_all();
    std::mt19937_64 random(11);
    const std::vector<std::string> words{"Timeout", "refused", "order 17", "user=ann", "\xc3\xa9t"};
    std::vector<LineSpec> everything;
    for (int i = 0; i < 40; ++i) {
        std::vector<LineSpec> lines;
        for (int k = 0; k < 50; ++k) {
            LineSpec line{.time_ms = static_cast<std::int64_t>(random() % 100'000),
                          .body = fmt::format("{} {} {}", words[random() % words.size()],
                                              random() % 100, words[random() % words.size()]),
                          .service = random() % 2 == 0 ? "api" : "pay",
                          .severity = static_cast<std::uint8_t>(random() % 25)};
            if (random() % 3 == 0) line.trace = trace_number(random() % 5);
            if (random() % 4 == 0)
                line.attributes.push_back({"k", fmt::format(R"("v{}")", random() % 3)});
            lines.push_back(line);
            everything.push_back(line);
        }
        fixture.must_append_lines(lines);
        if (random() % 4 == 0) fixture.flush();
    }
    const auto lower = [](std::string text) {
        for (char& c : text) c = to_lower_ascii(c);
        return text;
    };
    for (int i = 0; i < 200; ++i) {
        LogQuery query = LogsFixture::all();
        query.limit = 5000;
        if (random() % 2 == 0) query.texts.push_back(words[random() % words.size()].substr(0, 4));
        if (random() % 3 == 0) query.trace = trace_number(random() % 6);
        if (random() % 3 == 0) query.services = {"pay"};
        if (random() % 3 == 0) query.severity_min = static_cast<std::uint8_t>(random() % 25);
        if (random() % 4 == 0) query.attributes = {{"k", fmt::format("v{}", random() % 4)}};
        std::vector<std::string> expected;
        for (const LineSpec& line : everything) {
            const bool has_text = query.texts.empty() ||
                                  lower(line.body).find(lower(query.texts[0])) != std::string::npos;
            const bool has_attribute =
                query.attributes.empty() ||
                (!line.attributes.empty() &&
                 line.attributes[0].value == "\"" + query.attributes[0].value + "\"");
            if (has_text && has_attribute && line.severity >= query.severity_min &&
                (!query.trace || line.trace == *query.trace) &&
                (query.services.empty() || line.service == query.services[0]))
                expected.push_back(line.body);
        }
        auto found = fixture.bodies(query);
        std::sort(found.begin(), found.end());
        std::sort(expected.begin(), expected.end());
        REQUIRE(found == expected);
    }
}

TEST_CASE("those who follow see what came after a number, and a search can be cancelled") {
    LogsFixture fixture;
    fixture.must_open_all();
    fixture.must_append_lines({{.time_ms = 50, .body = "first"}});
    LogQuery query = LogsFixture::all();
    query.after = Lsn{fixture.logs->next().value - 1};
    CHECK(fixture.bodies(query).empty());
    fixture.must_append_lines({{.time_ms = 10, .body = "second"}});
    fixture.flush();
    CHECK(fixture.bodies(query) == std::vector<std::string>{"second"});
    query = LogsFixture::all();
    query.budget.is_cancelled = [] { return true; };
    const auto page = fixture.logs->find(query);
    REQUIRE(page);
    CHECK(page->stop == SearchStop::cancelled);
    CHECK(page->lines.empty());
}

TEST_CASE("a line of a wrong clock is kept, and goes with the lines that came with it") {
    LogsFixture fixture;
    fixture.log_options.retention_age = Duration::days(3);
    fixture.must_open_all();
    LogBatch batch = batch_of({{.body = "from 1970"}, {.body = "from 2200"}});
    batch.records[0].time = Instant::from_seconds(1);
    batch.records[1].time = Instant::from_seconds(7'258'118'400);
    fixture.logs->append(batch, [](const Result<void>& done) { REQUIRE(done); });
    fixture.logs->signal().tick();
    LogQuery query{.range = {Instant{}, Instant::from_seconds(8'000'000'000)}};
    CHECK(fixture.bodies(query).size() == 2);
    fixture.flush();
    fixture.clock.advance(Duration::days(5));
    for (int i = 0; i < 3; ++i) fixture.flush();
    CHECK(fixture.bodies(query).empty());
}

TEST_CASE("answered lines are there after any crash, sealed or not") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        LogsFixture fixture(seed, random() % 2 == 0 ? sealed_options("a") : small_options());
        fixture.log_options.flush_bytes = 1000 + random() % 20'000;
        std::set<std::string> answered;
        unsigned number = 0;
        for (int session = 0; session < 4; ++session) {
            if (random() % 2 == 0) fixture.files.crash_at_call(1 + random() % 200);
            const auto opened = fixture.open_all();
            for (int step = 0; opened && step < 25 && !fixture.files.crashed(); ++step) {
                std::vector<LineSpec> lines;
                for (std::uint64_t i = 0; i <= random() % 5; ++i)
                    lines.push_back({.time_ms = static_cast<std::int64_t>(random() % 1'000'000),
                                     .body = fmt::format("line {}", number++)});
                if (fixture.append_lines(lines))
                    for (const LineSpec& line : lines) answered.insert(line.body);
                if (random() % 5 == 0) fixture.flush();
            }
            fixture.crash(random() % 2 == 0);
            fixture.must_open_all();
            LogQuery query = LogsFixture::all();
            query.limit = 10'000;
            const auto found = fixture.bodies(query);
            const std::set<std::string> once(found.begin(), found.end());
            REQUIRE(once.size() == found.size());
            for (const std::string& line : answered) REQUIRE_MESSAGE(once.contains(line), line);
        }
    }
}

}  // namespace tomograph::testing
