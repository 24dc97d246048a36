#include <doctest/doctest.h>

#include "api/control_bench.h"

namespace tomograph::testing {

TEST_CASE("every broken call of a setting is refused, and the member is named") {
    struct Case {
        std::string path;
        std::string body;
        std::string_view type;
        std::string_view message;
    };
    constexpr std::string_view invalid = "InvalidRequestException";
    const Case cases[] = {
        {"/PutEncryptionConfig", "", invalid, "Type is required"},
        {"/PutEncryptionConfig", R"({"Type":7})", "SerializationException", "Type must be"},
        {"/PutEncryptionConfig", R"({"Type":"AES"})", invalid, "Type must be NONE or KMS"},
        {"/PutEncryptionConfig", R"({"Type":"KMS"})", invalid, "KeyId is required"},
        {"/PutEncryptionConfig", R"({"Type":"KMS","KeyId":""})", invalid, "KeyId must have"},
        {"/PutEncryptionConfig", R"({"Type":"NONE","KeyId":"alias/x"})", invalid, "KeyId is for"},
        {"/PutEncryptionConfig", R"({"Type":"KMS","KeyId":"alias/x"})", invalid,
         "without encryption"},
        {"/PutResourcePolicy", R"({"PolicyName":"p"})", invalid, "PolicyDocument is required"},
        {"/PutResourcePolicy", R"({"PolicyName":"p q","PolicyDocument":"{}"})", invalid,
         "PolicyName may hold"},
        {"/PutResourcePolicy", R"({"PolicyName":"p","PolicyDocument":"{}"})",
         "MalformedPolicyDocumentException", "it has no Statement"},
        {"/ListResourcePolicies", R"({"NextToken":"x"})", invalid, "NextToken is not one"},
        {"/DeleteResourcePolicy", "{}", invalid, "PolicyName is required"},
        {"/DeleteResourcePolicy", R"({"PolicyName":"p"})", invalid, "no resource policy"},
        {"/UpdateTraceSegmentDestination", "{}", invalid, "Destination is required"},
        {"/UpdateTraceSegmentDestination", R"({"Destination":"S3"})", invalid,
         "Destination must be XRay or CloudWatchLogs"},
        {"/UpdateTraceSegmentDestination",
         R"({"Destination":"XRay","CloudWatchLogsConfiguration":{}})", invalid,
         "CloudWatchLogsConfiguration is for"},
        {"/UpdateTraceSegmentDestination",
         R"({"Destination":"CloudWatchLogs","CloudWatchLogsConfiguration":{}})", invalid,
         "SpansLogGroupKmsKeyId cannot be set"},
        {"/GetIndexingRules", R"({"NextToken":"x"})", invalid, "NextToken is not one"},
        {"/UpdateIndexingRule", R"({"Name":"Default"})", invalid, "Rule is required"},
        {"/UpdateIndexingRule", R"({"Name":"Default","Rule":{}})", invalid, "Probabilistic"},
        {"/UpdateIndexingRule", R"({"Name":"Default","Rule":{"Probabilistic":{}}})", invalid,
         "DesiredSamplingPercentage is required"},
        {"/UpdateIndexingRule",
         R"({"Name":"Default","Rule":{"Probabilistic":{"DesiredSamplingPercentage":101}}})",
         invalid, "DesiredSamplingPercentage must be 0 to 100"},
        {"/UpdateIndexingRule",
         R"({"Name":"Mine","Rule":{"Probabilistic":{"DesiredSamplingPercentage":1}}})",
         "ResourceNotFoundException", "one indexing rule"},
    };
    ControlBench bench;
    for (const Case& each : cases) {
        INFO(each.path, " ", each.body);
        const HttpReply reply = bench.post(each.path, each.body);
        CHECK(reply.status == (each.type == "ResourceNotFoundException" ? 404 : 400));
        INFO(reply.body);
        CHECK(reply.body.find(each.type) != std::string::npos);
        CHECK(reply.body.find(each.message) != std::string::npos);
    }
}

TEST_CASE("settings are answered as the model spells them") {
    ControlBench bench;
    CHECK(bench.post("/EncryptionConfig", "").body ==
          R"({"EncryptionConfig":{"Status":"ACTIVE","Type":"NONE"}})");
    CHECK(bench.post("/GetTraceSegmentDestination", "").body ==
          R"({"Destination":"XRay","Status":"ACTIVE"})");
    CHECK(
        bench.post("/UpdateTraceSegmentDestination", R"({"Destination":"CloudWatchLogs"})").body ==
        R"({"Destination":"CloudWatchLogs","Status":"ACTIVE"})");
    const std::string rule =
        R"({"Name":"Default","ModifiedAt":0.0,"Rule":{"Probabilistic":)"
        R"({"DesiredSamplingPercentage":100.0,"ActualSamplingPercentage":100.0}}})";
    CHECK(bench.post("/GetIndexingRules", "").body == R"({"IndexingRules":[)" + rule + "]}");
    CHECK(bench.post("/ListResourcePolicies", "").body == R"({"ResourcePolicies":[]})");
}

}  // namespace tomograph::testing
