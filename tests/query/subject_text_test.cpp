#include "query/subject_text.h"

#include <doctest/doctest.h>

using namespace tomograph;

TEST_CASE("subjects are read as they are written") {
    struct Case {
        const char* text;
        const char* field;  ///< "" for an attribute
        const char* path;   ///< keys joined by '/'
        const char* again;
    };
    for (const Case& each :
         {Case{"service", "service", "", "service"}, Case{"status", "status", "", "status"},
          Case{"annotations.tenant", "", "annotations/tenant", ""},
          Case{"annotation.tenant", "", "annotations/tenant", "annotations.tenant"},
          Case{"metadata.\"a.b\".c", "", "metadata/a.b/c", ""},
          Case{"metadata.\"q\\\"x\"", "", "metadata/q\"x", ""}, Case{"@name", "", "name", "@name"},
          Case{"user", "", "user", "user"}}) {
        CAPTURE(each.text);
        const auto subject = parse_subject_text(each.text);
        REQUIRE(subject);
        std::string path = subject->path;
        for (char& c : path)
            if (c == path_separator) c = '/';
        CHECK(path == each.path);
        if (*each.field != '\0') CHECK(to_text(subject->field) == each.field);
        CHECK(subject_text(*subject) == (*each.again == '\0' ? each.text : each.again));
    }
}

TEST_CASE("a broken subject says what is wrong") {
    struct Case {
        const char* text;
        const char* error;
    };
    for (const Case& each :
         {Case{"", "the path  has an empty key"}, Case{"a..b", "the path a..b has an empty key"},
          Case{"a.", "the path a. has an empty key"},
          Case{"a.\"b", "the path a.\"b lacks a closing quote"},
          Case{"\"a\"b", "the path \"a\"b has something behind a closing quote"},
          Case{"span_count", "span_count is not known of a span"}}) {
        const auto subject = parse_subject_text(each.text);
        REQUIRE_FALSE(subject);
        CHECK(subject.error().message() == each.error);
    }
}
