#include "cli/terminal.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "cli/messages.h"
#include "cli/status.h"

using namespace tomograph::cli;

namespace {

Terminal with(std::map<std::string, std::string> variables,
              TerminalFacts facts = {.is_tty = true, .columns = 120}) {
    return describe_terminal(facts, [&](const char* name) -> std::optional<std::string> {
        const auto at = variables.find(name);
        return at == variables.end() ? std::nullopt : std::optional(at->second);
    });
}

}  // namespace

TEST_CASE("colour is for terminals, unless the environment says otherwise") {
    CHECK(with({}).colour);
    CHECK_FALSE(with({}, {.is_tty = false, .columns = 0}).colour);
    CHECK_FALSE(with({{"NO_COLOR", "1"}}).colour);
    CHECK_FALSE(with({{"TERM", "dumb"}}).colour);
    CHECK(with({{"CLICOLOR_FORCE", "1"}}, {.is_tty = false, .columns = 0}).colour);
    CHECK_FALSE(with({{"CLICOLOR_FORCE", "0"}}, {.is_tty = false, .columns = 0}).colour);
    CHECK_FALSE(with({{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}).colour);
}

TEST_CASE("the locale decides on glyphs and language") {
    const struct {
        std::map<std::string, std::string> variables;
        bool unicode;
        Language language;
    } cases[] = {
        {{}, true, Language::english},
        {{{"LANG", "C"}}, false, Language::english},
        {{{"LANG", "C.UTF-8"}}, true, Language::english},
        {{{"LANG", "ja_JP.UTF-8"}}, true, Language::japanese},
        {{{"LANG", "ja_JP.eucJP"}}, false, Language::english},
        {{{"LANG", "ja_JP.utf8"}, {"LC_MESSAGES", "en_US.UTF-8"}}, true, Language::english},
        {{{"LANG", "ja_JP.UTF-8"}, {"LC_ALL", "C"}}, false, Language::english},
    };
    for (const auto& c : cases) {
        const Terminal terminal = with(c.variables);
        CHECK(terminal.unicode == c.unicode);
        CHECK(terminal.language == c.language);
    }
}

TEST_CASE("COLUMNS beats the terminal, within bounds") {
    CHECK(with({}).columns == 120);
    CHECK(with({{"COLUMNS", "90"}}).columns == 90);
    CHECK(with({{"COLUMNS", "7"}}).columns == 60);
    CHECK(with({{"COLUMNS", "99999"}}).columns == 400);
    CHECK(with({{"COLUMNS", "many"}}).columns == 120);
    CHECK(with({}, {.is_tty = false, .columns = 0}).columns == 100);
}

TEST_CASE("a status is words and symbols, not colour alone") {
    const Terminal unicode{.is_tty = true, .colour = false, .unicode = true};
    const Terminal ascii{.is_tty = true, .colour = false, .unicode = false};
    CHECK(status_text(unicode, status_of({.fault = true, .throttle = true}), 502) == "✗ 502");
    CHECK(status_text(ascii, Status::fault, 502) == "x 502");
    CHECK(status_text(unicode, status_of({.error = true, .throttle = true}), std::nullopt) ==
          "~ throttle");
    CHECK(status_text(unicode, status_of({.error = true}), 404) == "! 404");
    CHECK(status_text(ascii, status_of({}), std::nullopt) == "+ ok");
    CHECK(status_text(unicode, status_of({.in_progress = true}), std::nullopt) == "… in progress");
}

TEST_CASE("every message takes the same arguments in both languages") {
    for (int i = 0; i < static_cast<int>(Message::count_of_all); ++i) {
        INFO(i);
        const auto message = static_cast<Message>(i);
        const auto places = [&](Language language) {
            const std::string text = say(language, message, {"{}", "{}", "{}", "{}"});
            std::size_t count = 0;
            for (std::size_t at = text.find("{}"); at != std::string::npos;
                 at = text.find("{}", at + 2))
                ++count;
            return count;
        };
        CHECK_FALSE(say(Language::english, message, {"", "", "", ""}).empty());
        CHECK(places(Language::english) == places(Language::japanese));
    }
}
