#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "catalog/catalog.h"
#include "service/arn.h"
#include "service/sampling/rule_checks.h"
#include "service/tags/tag_rules.h"

namespace tomograph {

/// Which rule is meant: by one of them.
struct SamplingRuleKey {
    std::string name{};
    std::string arn{};
};

/// The sampling rules (sampling.md §1). A change is durable, and in force for all who ask later,
/// when its call returns. Threads: any; changes block on the disk, reads on nothing.
///
/// errors of all: invalid (a member breaks a rule; "Sampling rule does not exist"; the name is
/// taken), and those of Catalog
class SamplingRules {
 public:
    /// Reads the catalog, which gets its Default where it has none. Both outlive it.
    static Result<std::unique_ptr<SamplingRules>> open(Catalog& catalog, const Clock& clock,
                                                       ArnScope scope);

    struct State {
        std::vector<SamplingRuleRecord> records;  ///< by priority, then name; Default among them
        Instant last_modified;                    ///< of any rule, those removed included
        bool operator==(const State&) const = default;
    };
    /// The same object as long as nothing changes.
    std::shared_ptr<const State> now() const { return *state_.lock(); }

    /// The catalog is of an earlier start: clients may have been answered by it.
    bool has_former_life() const { return has_former_life_; }

    /// errors: limit (there are sampling_rules_max)
    Result<SamplingRuleRecord> create(const ChangeOrigin& origin, const SamplingRule& rule,
                                      const TagList& tags);
    /// What changes nothing leaves the time of the last change alone, too.
    Result<SamplingRuleRecord> update(const ChangeOrigin& origin, const SamplingRuleKey& key,
                                      const SamplingRuleEdit& edit);
    /// What was removed.
    Result<SamplingRuleRecord> remove(const ChangeOrigin& origin, const SamplingRuleKey& key);

 private:
    SamplingRules(Catalog& catalog, const Clock& clock, ArnScope scope)
        : catalog_(catalog), clock_(clock), scope_(std::move(scope)) {}

    Result<void> change(const ChangeOrigin& origin,
                        const std::function<Result<void>(CatalogChange&)>& work);

    Catalog& catalog_;
    const Clock& clock_;
    const ArnScope scope_;
    bool has_former_life_ = true;
    std::mutex changes_;  ///< held from a transaction to its state
    mutable Guarded<std::shared_ptr<const State>> state_{std::make_shared<const State>()};
};

/// The name at the end of a rule's ARN; "" of what is none.
std::string rule_name_of_arn(std::string_view arn);

}  // namespace tomograph
