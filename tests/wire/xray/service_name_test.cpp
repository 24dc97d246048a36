#include "wire/xray/service_name.h"

#include <doctest/doctest.h>

#include <string>

namespace tomograph {

TEST_CASE("names keep letters, numbers, white space and the allowed signs") {
    struct Case {
        std::string_view name;
        std::string_view cleaned;
    };
    const Case cases[] = {
        {"orders.example.com:8080/v1", "orders.example.com:8080/v1"},
        {"a b_c%d&e#f=g+h\\i-j@k", "a b_c%d&e#f=g+h\\i-j@k"},
        {"what?;*()!$~^<>|{}[]`'\",", "what"},
        {"Überweisung", "Überweisung"},
        {"サービス一覧", "サービス一覧"},
        {"सेवा ไทย", "सेवा ไทย"},
        {"price € 5 → ½", "price  5  ½"},
        {"a\xe2\x80\xae"
         "b\xef\xbb\xbf"
         "c\xf0\x9f\x98\x80",
         "abc"},
        {"", ""},
        {"   ", ""},
        {"?! ", ""},
        {"\xe3\x80\x80\xc2\xa0", ""},
        {"😀", ""},
    };
    for (const Case& each : cases) {
        CAPTURE(each.name);
        std::string scratch;
        CHECK(clean_name(each.name, scratch) == each.cleaned);
    }
}

TEST_CASE("names are cut to 200 characters after cleaning") {
    std::string name, scratch;
    for (int i = 0; i < 250; ++i) name += "é!";
    CHECK(clean_name(name, scratch).size() == 400);
    CHECK(clean_name(std::string(201, 'a'), scratch).size() == 200);
}

TEST_CASE("a name that already lies in the scratch text is cleaned too") {
    std::string scratch = "a?b";
    CHECK(clean_name(scratch, scratch) == "ab");
}

}  // namespace tomograph
