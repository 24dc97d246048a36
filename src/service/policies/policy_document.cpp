#include "service/policies/policy_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/wildcard.h"
#include "wire/json/json_index.h"

namespace tomograph {
namespace {

bool is_letter(char c) { return to_lower_ascii(c) >= 'a' && to_lower_ascii(c) <= 'z'; }

/// What is looked at of one statement.
struct Statement {
    std::string effect;
    std::vector<std::string> principals;  ///< "*", or what stands behind "AWS", "Service", …
    std::vector<std::string> actions;
    bool has_principal = false;
    bool has_action = false;
    bool has_resource = false;
    bool has_condition = false;
    bool negates = false;  ///< NotPrincipal, NotAction or NotResource
};

struct Policy {
    std::string version;
    std::vector<Statement> statements;
    bool has_statement = false;
};

/// Reads a policy once; the first mistake is kept.
class PolicyReader {
 public:
    explicit PolicyReader(JsonCursor& json) : json_(json) {}

    Policy read() {
        Policy policy;
        if (json_.kind() != JsonKind::object) mistake("is not a JSON object");
        json_.members([&](std::string_view key) {
            if (key == "Version")
                policy.version = text("Version");
            else if (key == "Statement")
                read_statements(policy);
            else if (key == "Id")
                text("Id");
            else
                unknown(key);
        });
        return policy;
    }

    const std::string& mistake() const { return mistake_; }

 private:
    void read_statements(Policy& policy) {
        policy.has_statement = true;
        if (json_.kind() == JsonKind::object)
            policy.statements.push_back(statement());
        else if (json_.kind() == JsonKind::array)
            json_.elements([&] { policy.statements.push_back(statement()); });
        else
            wrong_kind("Statement", "an object or a list of objects");
    }

    Statement statement() {
        Statement its;
        if (json_.kind() != JsonKind::object) {
            wrong_kind("Statement", "an object");
            return its;
        }
        json_.members([&](std::string_view key) {
            const bool is_not = key.starts_with("Not");
            const std::string_view name = is_not ? key.substr(3) : key;
            its.negates |= is_not;
            if (key == "Sid") {
                text("Sid");
            } else if (key == "Effect") {
                its.effect = text("Effect");
            } else if (key == "Condition") {
                its.has_condition = true;
                object("Condition");
            } else if (name == "Principal") {
                its.has_principal = true;
                its.principals = principals();
            } else if (name == "Action") {
                its.has_action = true;
                its.actions = texts("Action");
            } else if (name == "Resource") {
                its.has_resource = true;
                texts("Resource");
            } else {
                unknown(key);
            }
        });
        return its;
    }

    std::vector<std::string> principals() {
        if (json_.kind() != JsonKind::object) return texts("Principal");
        std::vector<std::string> all;
        json_.members([&](std::string_view) {
            for (std::string& each : texts("Principal")) all.push_back(std::move(each));
        });
        return all;
    }

    std::string text(std::string_view element) {
        if (json_.kind() != JsonKind::string) {
            wrong_kind(element, "a string");
            return {};
        }
        std::string scratch;
        return std::string(json_.take_string(scratch));
    }

    std::vector<std::string> texts(std::string_view element) {
        if (json_.kind() == JsonKind::string) return {text(element)};
        std::vector<std::string> all;
        if (json_.kind() != JsonKind::array)
            wrong_kind(element, "a string or a list of strings");
        else
            json_.elements([&] { all.push_back(text(element)); });
        return all;
    }

    void object(std::string_view element) {
        if (json_.kind() != JsonKind::object)
            wrong_kind(element, "an object");
        else
            json_.skip();
    }

    void wrong_kind(std::string_view element, std::string_view wanted) {
        mistake(fmt::format("{} must be {}", element, wanted));
        json_.skip();
    }
    /// The key is a stranger's: only letters of it are shown, and not many.
    void unknown(std::string_view key) {
        constexpr std::size_t shown_max = 40;
        const bool is_plain = !key.empty() && key.size() <= shown_max &&
                              std::all_of(key.begin(), key.end(), is_letter);
        mistake(is_plain ? fmt::format("{} is not an element of a policy", key)
                         : std::string("it has an element that no policy has"));
        json_.skip();
    }
    void mistake(std::string sentence) {
        if (mistake_.empty()) mistake_ = std::move(sentence);
    }

    JsonCursor& json_;
    std::string mistake_;
};

Error malformed(std::string_view why) {
    return Error(ErrorCode::invalid, fmt::format("PolicyDocument: {}", why));
}

Result<Policy> read_policy(std::string_view document) {
    JsonIndex index;
    auto json = index.read(document);
    if (!json) return malformed(json.error().message());
    PolicyReader reader(*json);
    Policy policy = reader.read();
    if (json->failed()) return malformed(json->failure());
    if (!json->at_end()) return malformed("there is more behind the JSON object");
    if (!reader.mistake().empty()) return malformed(reader.mistake());
    return policy;
}

bool is_xray_action(std::string_view action) {
    constexpr std::string_view prefix = "xray:";
    return action == "*" ||
           (action.size() > prefix.size() && equals_ignoring_case(action.substr(0, 5), prefix));
}

Result<void> check(const Statement& statement) {
    if (statement.effect != "Allow" && statement.effect != "Deny")
        return malformed("Effect must be Allow or Deny");
    if (!statement.has_principal) return malformed("a statement has no Principal");
    if (!statement.has_action) return malformed("a statement has no Action");
    if (!statement.has_resource) return malformed("a statement has no Resource");
    if (!std::all_of(statement.actions.begin(), statement.actions.end(), is_xray_action))
        return malformed("Action must begin with xray:");
    return {};
}

}  // namespace

Result<void> check_policy_document(std::string_view document) {
    const Policy policy = TRY(read_policy(document));
    constexpr std::array<std::string_view, 3> versions = {"", "2008-10-17", "2012-10-17"};
    if (std::find(versions.begin(), versions.end(), policy.version) == versions.end())
        return malformed("Version must be 2012-10-17 or 2008-10-17");
    if (policy.statements.empty()) return malformed("it has no Statement");
    for (const Statement& statement : policy.statements) TRY(check(statement));
    return {};
}

bool locks_out(std::string_view document, std::string_view account_id) {
    const auto policy = read_policy(document);
    if (!policy) return false;
    const auto is_own = [&](const std::string& principal) {
        return principal == "*" || principal == account_id ||
               principal.find(fmt::format("::{}:root", account_id)) != std::string::npos;
    };
    const auto denies_put = [](const std::string& action) {
        return matches_wildcard(action, "xray:PutResourcePolicy");
    };
    return std::any_of(
        policy->statements.begin(), policy->statements.end(), [&](const Statement& its) {
            return its.effect == "Deny" && !its.negates && !its.has_condition &&
                   std::any_of(its.principals.begin(), its.principals.end(), is_own) &&
                   std::any_of(its.actions.begin(), its.actions.end(), denies_put);
        });
}

}  // namespace tomograph
