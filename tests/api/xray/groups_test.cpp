#include <doctest/doctest.h>

#include "api/control_bench.h"

namespace tomograph::testing {

TEST_CASE("every broken call of groups and tags is refused, and the member is named") {
    struct Case {
        std::string path;
        std::string body;
        std::string_view type;
        std::string_view message;
    };
    const Case cases[] = {
        {"/CreateGroup", "", "InvalidRequestException", "GroupName is required"},
        {"/CreateGroup", R"({"GroupName":7})", "SerializationException",
         "GroupName must be a string"},
        {"/CreateGroup", R"({"GroupName":""})", "InvalidRequestException",
         "GroupName must have 1 to 32 characters"},
        {"/CreateGroup", R"({"GroupName":"123456789012345678901234567890123"})",
         "InvalidRequestException", "GroupName must have 1 to 32 characters"},
        {"/CreateGroup", R"({"GroupName":"a_b"})", "InvalidRequestException",
         "GroupName may hold letters, digits and '-'"},
        {"/CreateGroup", R"({"GroupName":"a","FilterExpression":[]})", "SerializationException",
         "FilterExpression must be a string"},
        {"/CreateGroup", R"({"GroupName":"a","InsightsConfiguration":true})",
         "SerializationException", "InsightsConfiguration must be an object"},
        {"/CreateGroup", R"({"GroupName":"a","InsightsConfiguration":{"InsightsEnabled":1}})",
         "SerializationException", "InsightsConfiguration.InsightsEnabled must be true or false"},
        {"/CreateGroup", R"({"GroupName":"a","Tags":{}})", "SerializationException",
         "Tags must be a list"},
        {"/CreateGroup", R"({"GroupName":"a","Tags":[7]})", "SerializationException",
         "Tags[0] must be an object"},
        {"/CreateGroup", R"({"GroupName":"a","Tags":[{"Key":"k"}]})", "InvalidRequestException",
         "Tags[0].Value is required"},
        {"/CreateGroup", R"({"GroupName":"a","Tags":[{"Key":"","Value":""}]})",
         "InvalidRequestException", "a tag's key is empty"},
        {"/GetGroup", "{}", "InvalidRequestException", "GroupName or GroupARN is required"},
        {"/GetGroup", R"({"GroupName":"a"})", "InvalidRequestException", "Group not found"},
        {"/UpdateGroup", R"({"GroupName":"a"})", "InvalidRequestException", "Group not found"},
        {"/DeleteGroup", R"({"GroupARN":"arn:x"})", "InvalidRequestException", "Group not found"},
        {"/Groups", R"({"NextToken":"x"})", "InvalidRequestException",
         "NextToken is not one that this request was answered with"},
        {"/TagResource", R"({"ResourceARN":"arn:x"})", "InvalidRequestException",
         "Tags is required"},
        {"/UntagResource", R"({"ResourceARN":"arn:x"})", "InvalidRequestException",
         "TagKeys is required"},
        {"/ListTagsForResource", "{}", "InvalidRequestException", "ResourceARN is required"},
        {"/ListTagsForResource", R"({"ResourceARN":""})", "InvalidRequestException",
         "ResourceARN is empty"},
        {"/ListTagsForResource", R"({"ResourceARN":"arn:x"})", "ResourceNotFoundException",
         "there is no resource with that ResourceARN"},
    };
    ControlBench bench;
    for (const Case& each : cases) {
        CAPTURE(each.path);
        CAPTURE(each.body);
        const HttpReply reply = bench.post(each.path, each.body);
        CHECK(reply.status == (each.type == "ResourceNotFoundException" ? 404 : 400));
        CHECK(reply.body.starts_with("{\"__type\":\"" + std::string(each.type) +
                                     "\",\"Message\":\"" + std::string(each.message) + "\""));
    }
    CHECK(bench.groups.list().size() == 1);
}

TEST_CASE("a change of a group is audited with who asked, and from where") {
    ControlBench bench;
    const std::uint64_t before = bench.catalog->audit(0, 10)->back().sequence;
    CHECK(bench.post("/CreateGroup", R"({"GroupName":"a","Tags":[{"Key":"k","Value":"v"}]})")
              .status == 200);
    CHECK(bench.post("/CreateGroup", R"({"GroupName":"a"})").status == 400);
    CHECK(bench.post("/UpdateGroup", R"({"GroupName":"a"})").status == 200);  // changes nothing
    const auto records = bench.catalog->audit(before, 10);
    REQUIRE(records->size() == 2);
    CHECK(records->at(0).origin.operation == "CreateGroup");
    CHECK(records->at(0).origin.address == "10.0.0.1:7");
    CHECK(records->at(0).resource == bench.groups.get({.name = "a"})->arn);
    CHECK(records->at(1).after == R"({"k":"v"})");
}

TEST_CASE("a null or absent member leaves a group as it is") {
    ControlBench bench;
    CHECK(bench
              .post("/CreateGroup", R"({"GroupName":"a","FilterExpression":"fault",)"
                                    R"("InsightsConfiguration":{"InsightsEnabled":true}})")
              .status == 200);
    const std::string same = bench.post("/GetGroup", R"({"GroupName":"a"})").body;
    CHECK(same.find(R"("InsightsEnabled":true,"NotificationsEnabled":false)") != std::string::npos);
    CHECK(bench
              .post("/UpdateGroup", R"({"GroupName":"a","FilterExpression":null,)"
                                    R"("InsightsConfiguration":{}})")
              .body == same);
    // An empty filter is one.
    const auto all = bench.post("/UpdateGroup", R"({"GroupName":"a","FilterExpression":""})");
    CHECK(all.body.find("FilterExpression") == std::string::npos);
}

}  // namespace tomograph::testing
