#include "catalog/sqlite_catalog.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "base/log.h"
#include "catalog/limits.h"
#include "catalog/schema.h"
#include "catalog/sqlite_database.h"

using namespace tomograph;

namespace {

/// A file in a directory of its own, which goes with it.
class CatalogFile {
 public:
    CatalogFile() {
        std::string pattern = std::filesystem::temp_directory_path() / "catalog-XXXXXX";
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        directory_ = pattern;
    }
    ~CatalogFile() { std::filesystem::remove_all(directory_); }

    std::string path(std::string_view name = "catalog.db") const {
        return directory_ + "/" + std::string(name);
    }
    Result<std::unique_ptr<Catalog>> try_open() { return open_sqlite_catalog(path(), clock); }
    std::unique_ptr<Catalog> open() {
        auto opened = try_open();
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().message()));
        return std::move(*opened);
    }

    ManualClock clock{Instant::from_seconds(1'795'000'000)};

 private:
    std::string directory_;
};

const ChangeOrigin somebody{
    .who = "anonymous", .address = "127.0.0.1:5", .operation = "CreateGroup"};

GroupTable::NewGroup group_named(std::string name, std::string filter = "fault") {
    return {.name = name,
            .arn = "arn:aws:xray:local:0:group/" + name + "/X",
            .insights = {},
            .filter = std::move(filter),
            .first = {7}};
}

Result<void> add(Catalog& catalog, const GroupTable::NewGroup& group) {
    return catalog.change(somebody,
                          [&](CatalogChange& change) { return change.groups().add(group); });
}

std::vector<GroupRecord> groups_of(Catalog& catalog) {
    std::vector<GroupRecord> groups;
    REQUIRE(catalog.read([&](const CatalogView& view) -> Result<void> {
        groups = TRY(view.groups().all());
        return {};
    }));
    return groups;
}

Tags tags_of(Catalog& catalog, std::string_view arn) {
    Tags tags;
    REQUIRE(catalog.read([&](const CatalogView& view) -> Result<void> {
        tags = TRY(view.tags().of(arn));
        return {};
    }));
    return tags;
}

Result<void> edit(Catalog& catalog, std::string_view name, std::string_view filter, Lsn first) {
    return catalog.change(somebody, [&](CatalogChange& change) {
        return change.groups().add_version(name, filter, first);
    });
}

}  // namespace

TEST_CASE("what was changed is there after the file was opened again") {
    CatalogFile file;
    {
        const auto catalog = file.open();
        CHECK(groups_of(*catalog).empty());
        REQUIRE(add(*catalog, group_named("shop")));
        REQUIRE(catalog->change(somebody, [](CatalogChange& change) -> Result<void> {
            TRY(change.groups().set_insights("shop", {.enabled = true, .notifications = true}));
            return change.tags().set("arn:x", {{"team", "a"}, {"stage", "prod"}});
        }));
    }
    const auto catalog = file.open();
    const auto groups = groups_of(*catalog);
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].name == "shop");
    CHECK(groups[0].insights == InsightsRecord{.enabled = true, .notifications = true});
    REQUIRE(groups[0].versions.size() == 1);
    CHECK(groups[0].versions[0].filter == "fault");
    CHECK(groups[0].versions[0].since == file.clock.now());
    CHECK(groups[0].versions[0].first == Lsn{7});
    CHECK(tags_of(*catalog, "arn:x") == Tags{{"stage", "prod"}, {"team", "a"}});
}

TEST_CASE("a change that was answered survives the death of the process") {
    CatalogFile file;
    int answers[2];
    REQUIRE(pipe(answers) == 0);
    const pid_t child = fork();
    if (child == 0) {
        const auto catalog = file.try_open();
        for (int n = 0; catalog; ++n) {
            if (!add(**catalog, group_named(fmt::format("g{}", n)))) _exit(1);
            const char answered = 1;
            if (write(answers[1], &answered, 1) != 1) _exit(1);
        }
        _exit(1);
    }
    close(answers[1]);
    constexpr int awaited = 20;
    char answered = 0;
    for (int n = 0; n < awaited; ++n) REQUIRE(read(answers[0], &answered, 1) == 1);
    REQUIRE(kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    close(answers[0]);

    std::set<std::string> names;
    for (const GroupRecord& group : groups_of(*file.open())) names.insert(group.name);
    for (int n = 0; n < awaited; ++n) CHECK(names.contains(fmt::format("g{}", n)));
}

TEST_CASE("an error undoes all of its change, the audit too") {
    CatalogFile file;
    const auto catalog = file.open();
    const auto failed = catalog->change(somebody, [](CatalogChange& change) -> Result<void> {
        TRY(change.groups().add(group_named("shop")));
        TRY(change.tags().set("arn:x", {{"a", "b"}}));
        return Error(ErrorCode::invalid, "on second thoughts");
    });
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message() == "on second thoughts");
    CHECK(groups_of(*catalog).empty());
    CHECK(tags_of(*catalog, "arn:x").empty());
    CHECK(catalog->audit(0, 10)->empty());
}

TEST_CASE("a name is taken once") {
    CatalogFile file;
    const auto catalog = file.open();
    REQUIRE(add(*catalog, group_named("shop")));
    const auto again = add(*catalog, group_named("shop"));
    REQUIRE_FALSE(again);
    CHECK(again.error().code() == ErrorCode::conflict);
    REQUIRE(add(*catalog, group_named("Shop")));
}

TEST_CASE("ids of groups never repeat") {
    CatalogFile file;
    std::set<std::uint32_t> ids;
    for (int life = 0; life < 3; ++life) {
        const auto catalog = file.open();
        for (int n = 0; n < 3; ++n) {
            REQUIRE(add(*catalog, group_named("shop")));
            REQUIRE(edit(*catalog, "shop", fmt::format("duration > {}", n), {9}));
            const auto groups = groups_of(*catalog);
            for (const auto& version : groups.at(0).versions)
                CHECK(ids.insert(version.id.value).second);
            REQUIRE(catalog->change(
                somebody, [](CatalogChange& change) { return change.groups().remove("shop"); }));
        }
    }
    CHECK(ids.size() == 18);

    SUBCASE("not even when the file is lost and made anew later") {
        std::filesystem::remove(file.path());
        file.clock.advance(Duration::minutes(5));
        const auto catalog = file.open();
        REQUIRE(add(*catalog, group_named("shop")));
        CHECK(groups_of(*catalog).at(0).versions.at(0).id.value > *ids.rbegin());
    }
}

TEST_CASE("a group keeps its newest versions") {
    CatalogFile file;
    const auto catalog = file.open();
    REQUIRE(add(*catalog, group_named("shop", "0")));
    for (std::size_t n = 1; n <= group_versions_max; ++n)
        REQUIRE(edit(*catalog, "shop", std::to_string(n), {n}));
    const auto versions = groups_of(*catalog).at(0).versions;
    REQUIRE(versions.size() == group_versions_max);
    CHECK(versions.front().filter == "1");
    CHECK(groups_of(*catalog).at(0).id.value + 1 == versions.front().id.value);
    CHECK(versions.back().filter == std::to_string(group_versions_max));
}

TEST_CASE("what is not there is not found") {
    CatalogFile file;
    const auto catalog = file.open();
    const auto code_of = [&](const std::function<Result<void>(CatalogChange&)>& work) {
        const auto done = catalog->change(somebody, work);
        return done ? ErrorCode::internal : done.error().code();
    };
    CHECK(code_of([](auto& change) { return change.groups().remove("a"); }) ==
          ErrorCode::not_found);
    CHECK(code_of([](auto& change) { return change.groups().set_insights("a", {}); }) ==
          ErrorCode::not_found);
    CHECK(code_of([](auto& change) { return change.groups().add_version("a", "", {}); }) ==
          ErrorCode::not_found);
    CHECK(catalog->change(somebody, [](auto& change) { return change.tags().remove("a", {"k"}); }));
}

TEST_CASE("the audit says who changed what from what to what") {
    CatalogFile file;
    const auto catalog = file.open();
    REQUIRE(add(*catalog, group_named("shop", R"(service("a"))")));
    file.clock.advance(Duration::seconds(1));
    REQUIRE(catalog->change({.who = "eve", .address = "10.0.0.1:2", .operation = "DeleteGroup"},
                            [](CatalogChange& change) { return change.groups().remove("shop"); }));
    const auto records = catalog->audit(0, 10);
    REQUIRE(records);
    REQUIRE(records->size() == 2);
    const AuditRecord& made = records->at(0);
    CHECK(made.origin.who == "anonymous");
    CHECK(made.origin.operation == "CreateGroup");
    CHECK(made.resource == group_named("shop").arn);
    CHECK(made.before == "");
    CHECK(made.after.find(R"x("filter":"service(\"a\")")x") != std::string::npos);
    const AuditRecord& gone = records->at(1);
    CHECK(gone.origin.who == "eve");
    CHECK(gone.origin.address == "10.0.0.1:2");
    CHECK(gone.at == file.clock.now());
    CHECK(gone.before == made.after);
    CHECK(gone.after == "");
    CHECK(gone.resource == made.resource);
    CHECK(catalog->audit(made.sequence, 10)->size() == 1);
    CHECK(catalog->audit(0, 1)->size() == 1);
}

TEST_CASE("old audit goes, its numbers do not come again") {
    CatalogFile file;
    {
        const auto catalog = file.open();
        REQUIRE(add(*catalog, group_named("shop")));
    }
    file.clock.advance(audit_age + Duration::seconds(1));
    const auto catalog = file.open();
    CHECK(catalog->audit(0, 10)->empty());
    REQUIRE(add(*catalog, group_named("other")));
    CHECK(catalog->audit(0, 10)->at(0).sequence == 2);
}

TEST_CASE("tags go with their group") {
    CatalogFile file;
    const auto catalog = file.open();
    const auto shop = group_named("shop");
    REQUIRE(add(*catalog, shop));
    REQUIRE(catalog->change(somebody, [&](CatalogChange& change) -> Result<void> {
        TRY(change.tags().set(shop.arn, {{"a", "1"}, {"b", "2"}}));
        TRY(change.tags().set(shop.arn, {{"b", "3"}}));
        return change.tags().remove(shop.arn, {"a", "z"});
    }));
    CHECK(tags_of(*catalog, shop.arn) == Tags{{"b", "3"}});
    REQUIRE(catalog->change(somebody,
                            [](CatalogChange& change) { return change.groups().remove("shop"); }));
    CHECK(tags_of(*catalog, shop.arn).empty());
}

TEST_CASE("settings and resource policies stay, and their changes are audited") {
    CatalogFile file;
    {
        const auto catalog = file.open();
        REQUIRE(catalog->change(somebody, [](CatalogChange& change) -> Result<void> {
            TRY(change.settings().set("a", "1"));
            TRY(change.settings().set("a", "2"));
            TRY(change.settings().set("b", "3"));
            TRY(change.settings().remove("b"));
            CHECK(TRY(change.policies().put("p", "{}")).revision == 1);
            CHECK(TRY(change.policies().put("p", "{ }")).revision == 2);
            TRY(change.policies().put("q", "{}"));
            return change.policies().remove("q");
        }));
    }
    const auto catalog = file.open();
    REQUIRE(catalog->read([&](const CatalogView& view) -> Result<void> {
        CHECK(TRY(view.settings().all()) ==
              SettingRecords{{"a", {.value = "2", .changed = file.clock.now()}}});
        CHECK(TRY(view.policies().all()) ==
              std::vector<PolicyRecord>{
                  {.name = "p", .document = "{ }", .revision = 2, .updated = file.clock.now()}});
        return {};
    }));
    const auto audit = catalog->audit(0, 100);
    REQUIRE(audit);
    REQUIRE(audit->size() == 8);
    CHECK(audit->at(1).resource == "setting/a");
    CHECK(audit->at(1).before == R"({"value":"1"})");
    CHECK(audit->at(7).resource == "resource-policy/q");
    CHECK(audit->at(7).after.empty());
    const auto missing = catalog->change(
        somebody, [](CatalogChange& change) { return change.policies().remove("q"); });
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code() == ErrorCode::not_found);
}

TEST_CASE("a file of the first version goes on with what is in it") {
    CatalogFile file;
    REQUIRE(add(*file.open(), group_named("shop")));
    {
        const auto database = SqliteDatabase::open(file.path(), SqliteDatabase::Mode::create);
        REQUIRE(database);
        std::vector<std::string> later;  // tables of versions after the first
        REQUIRE((*database)->run("PRAGMA foreign_keys = OFF"));
        REQUIRE((*database)->run(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            " AND name NOT IN ('groups', 'group_versions', 'tags', 'audit')",
            {}, [&](const SqlRow& row) { later.push_back(row.text(0)); }));
        for (const std::string& table : later) REQUIRE((*database)->run("DROP TABLE " + table));
        REQUIRE((*database)->run("ALTER TABLE group_versions DROP COLUMN use"));
        REQUIRE((*database)->run("PRAGMA user_version = 1"));
    }
    const auto catalog = file.open();
    CHECK(groups_of(*catalog).at(0).name == "shop");
    CHECK(catalog->change(somebody,
                          [](CatalogChange& change) { return change.settings().set("a", "1"); }));
    CHECK(catalog->change(somebody, [](CatalogChange& change) {
        return change.sampling_rules().add({.rule = {.name = "a"}, .arn = "arn:a"});
    }));
}

TEST_CASE("a re-evaluation is begun once, and its end makes its version the one that counts") {
    CatalogFile file;
    auto catalog = file.open();
    REQUIRE(add(*catalog, group_named("shop")));
    REQUIRE(edit(*catalog, "shop", "error", {9}));
    const auto begin = [&] {
        return catalog->change(
            somebody, [](CatalogChange& change) { return change.groups().begin_judging("shop"); });
    };
    const auto end = [&](const ReevaluationEnd& how) {
        return catalog->change(somebody, [&](CatalogChange& change) {
            return change.groups().end_judging("shop", how);
        });
    };
    CHECK(end({}).error().code() == ErrorCode::conflict);
    const auto before = groups_of(*catalog).at(0);
    CHECK(!before.judging);
    CHECK(!before.reevaluation);
    file.clock.advance(Duration::seconds(5));
    REQUIRE(begin());
    CHECK(begin().error().code() == ErrorCode::conflict);
    const Instant began = file.clock.now();
    catalog.reset();
    catalog = file.open();  // it is durable
    auto group = groups_of(*catalog).at(0);
    CHECK(group.versions == before.versions);
    REQUIRE(group.judging);
    CHECK(group.judging->filter == "error");
    CHECK(group.judging->first == Lsn{});
    CHECK(group.judging->id > before.versions.back().id);
    REQUIRE(group.reevaluation);
    CHECK(*group.reevaluation == ReevaluationRecord{.began = began});

    file.clock.advance(Duration::seconds(7));
    REQUIRE(end({.state = ReevaluationState::cancelled}));
    group = groups_of(*catalog).at(0);
    CHECK(group.versions == before.versions);
    CHECK(!group.judging);
    CHECK(*group.reevaluation == ReevaluationRecord{.state = ReevaluationState::cancelled,
                                                    .began = began,
                                                    .ended = file.clock.now()});

    REQUIRE(begin());
    REQUIRE(edit(*catalog, "shop", "fault", {20}));
    group = groups_of(*catalog).at(0);
    CHECK(group.versions.size() == 3);
    CHECK(group.versions.back().filter == "fault");
    CHECK(!group.judging);
    CHECK(group.reevaluation->state == ReevaluationState::replaced);

    REQUIRE(begin());
    const GroupId judging = groups_of(*catalog).at(0).judging->id;
    CHECK(end({.state = ReevaluationState::done, .version = {1}}).error().code() ==
          ErrorCode::conflict);
    REQUIRE(end(
        {.state = ReevaluationState::done, .version = judging, .parts = 3, .parts_damaged = 1}));
    group = groups_of(*catalog).at(0);
    REQUIRE(group.versions.size() == 4);
    for (std::size_t i = 0; i < 3; ++i) CHECK(group.versions[i].use == GroupUse::history);
    CHECK(group.versions.back() ==
          GroupVersionRecord{
              .id = judging, .filter = "fault", .since = file.clock.now(), .first = {}});
    CHECK(group.reevaluation->state == ReevaluationState::done);
    CHECK(group.reevaluation->parts == 3);
    CHECK(group.reevaluation->parts_damaged == 1);
    const auto audit = catalog->audit(0, 100);
    REQUIRE(audit);
    CHECK(audit->size() == 8);
    CHECK(audit->back().before.find(fmt::format("\"judging\":{}", judging.value)) !=
          std::string::npos);
    CHECK(audit->back().after.find(fmt::format("\"version\":{}", judging.value)) !=
          std::string::npos);
}

TEST_CASE("texts are data, whatever is in them") {
    CatalogFile file;
    const auto catalog = file.open();
    for (const std::string_view text :
         {"'; DROP TABLE groups; --", "\"", "?1", "\\", "\xe2\x98\x83", "a\nb"}) {
        GroupTable::NewGroup group = group_named(std::string(text), std::string(text));
        REQUIRE(add(*catalog, group));
    }
    for (const GroupRecord& group : groups_of(*catalog))
        CHECK(group.versions.at(0).filter == group.name);
    CHECK(groups_of(*catalog).size() == 6);
}

TEST_CASE("many threads change, one after the other") {
    CatalogFile file;
    const auto catalog = file.open();
    REQUIRE(catalog->change(somebody,
                            [](auto& change) { return change.tags().set("count", {{"n", "0"}}); }));
    constexpr int threads = 4;
    constexpr int rounds = 10;
    std::atomic<int> failures{0};
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i)
        workers.emplace_back([&] {
            for (int n = 0; n < rounds; ++n) {
                const auto done =
                    catalog->change(somebody, [](CatalogChange& change) -> Result<void> {
                        const Tags tags = TRY(change.tags().of("count"));
                        const std::string next = std::to_string(std::stoi(tags.at("n")) + 1);
                        return change.tags().set("count", {{"n", next}});
                    });
                if (!done) ++failures;
            }
        });
    for (std::thread& worker : workers) worker.join();
    CHECK(failures == 0);
    CHECK(tags_of(*catalog, "count").at("n") == std::to_string(threads * rounds));
}

TEST_CASE("a second program is told that the file is in use") {
    CatalogFile file;
    const auto catalog = file.open();
    const auto second = file.try_open();
    REQUIRE_FALSE(second);
    CHECK(second.error().code() == ErrorCode::conflict);
}

TEST_CASE("a file of a newer program is refused and left as it is") {
    CatalogFile file;
    REQUIRE(file.open());
    {
        const auto database =
            SqliteDatabase::open(file.path(), SqliteDatabase::Mode::create).value().release();
        REQUIRE(database->run("PRAGMA user_version = 999"));
        delete database;
    }
    const auto newer = file.try_open();
    REQUIRE_FALSE(newer);
    CHECK(newer.error().code() == ErrorCode::invalid);
    CHECK(newer.error().message().find("version 999 is newer than") != std::string::npos);
    const auto verified = verify_sqlite_catalog(file.path());
    REQUIRE_FALSE(verified);
    CHECK(verified.error().code() == ErrorCode::invalid);
}

TEST_CASE("a file of any older version is brought to the newest, its records kept") {
    CatalogFile file;
    {
        const auto made = SqliteDatabase::open(file.path(), SqliteDatabase::Mode::create);
        REQUIRE(made);
        REQUIRE(migrate_schema(**made, file.clock.now()));
        CHECK((*made)->integer("PRAGMA user_version").value() == schema_version());
        REQUIRE(migrate_schema(**made, file.clock.now()));
        REQUIRE((*made)->run("INSERT INTO groups VALUES ('old', 'arn:old', 1, 0, 0)"));
        REQUIRE(
            (*made)->run("INSERT INTO group_versions (group_name, filter, since_ns, first_lsn)"
                         " VALUES ('old', '', 1, 2)"));
    }
    const auto groups = groups_of(*file.open());
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].name == "old");
}

TEST_CASE("damage is told, and what to do") {
    CatalogFile file;
    SUBCASE("not a database at all") { std::ofstream(file.path()) << std::string(8192, 'x'); }
    SUBCASE("pages that were overwritten") {
        {
            const auto catalog = file.open();
            REQUIRE(add(*catalog, group_named("shop")));
        }
        std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(4096);
        bytes << std::string(8192, '\x5a');
    }
    const auto opened = file.try_open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code() == ErrorCode::corrupt);
    CHECK(opened.error().message().find("restore it from a backup") != std::string::npos);
    const auto verified = verify_sqlite_catalog(file.path());
    REQUIRE_FALSE(verified);
    CHECK(verified.error().code() == ErrorCode::corrupt);
}

TEST_CASE("a copy stands alone and holds what was there") {
    CatalogFile file;
    const auto catalog = file.open();
    REQUIRE(add(*catalog, group_named("shop")));
    REQUIRE(catalog->copy_to(file.path("copy.db")));
    REQUIRE(add(*catalog, group_named("later")));
    CHECK_FALSE(std::filesystem::exists(file.path("copy.db-wal")));
    REQUIRE(verify_sqlite_catalog(file.path("copy.db")));
    const auto copy = open_sqlite_catalog(file.path("copy.db"), file.clock);
    REQUIRE(copy);
    REQUIRE(groups_of(**copy).size() == 1);
    CHECK(groups_of(**copy)[0] == groups_of(*catalog)[1]);
}
