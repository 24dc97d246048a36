#include "service/tags/tag_rules.h"

#include <doctest/doctest.h>

#include "service/limits.h"

using namespace tomograph;

namespace {

std::string refusal(const TagList& tags) {
    const auto checked = check_tags(tags);
    if (checked) return "";
    CHECK(checked.error().code() == ErrorCode::invalid);
    return checked.error().message();
}

}  // namespace

TEST_CASE("tags of AWS's letters pass") {
    const TagList tags{{"Team name_.:/=+-@", ""},
                       {"größe", "ひとつ"},
                       {std::string(128, 'k'), std::string(256, 'v')},
                       {"awsx", "aws:"}};
    CHECK(refusal(tags) == "");
    CHECK(check_tags(tags)->at("größe") == "ひとつ");
    CHECK(check_tags({})->empty());
}

TEST_CASE("a broken tag is told") {
    CHECK(refusal({{"", "x"}}) == "a tag's key is empty");
    CHECK(refusal({{std::string(129, 'k'), ""}}) == "a tag's key has 129 characters, at most 128");
    CHECK(refusal({{"k", std::string(257, 'v')}}) ==
          "a tag's value has 257 characters, at most 256");
    CHECK(refusal({{"k", "a\nb"}}).starts_with("a tag's value may hold"));
    CHECK(refusal({{"k!", ""}}).starts_with("a tag's key may hold"));
    CHECK(refusal({{"AWS:k", ""}}) == "tag keys that begin with aws: are reserved");
    CHECK(refusal({{"k", "1"}, {"k", "2"}}) == "tag key k stands twice");
    CHECK(refusal(TagList(tags_per_request_max + 1)) == "201 tags, at most 200");
}
