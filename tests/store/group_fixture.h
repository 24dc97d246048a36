#pragma once

#include <memory>

#include "store/group_classifier.h"

namespace tomograph::testing {

inline constexpr GroupId group_of_faults{1};
inline constexpr GroupId group_of_odd{2};

/// Groups that late documents make a trace enter (a fault came) and leave (a fault was replaced;
/// the number of documents became even).
class FaultsAndOdd final : public GroupClassifier {
 public:
    bool needs_documents() const override { return true; }

    std::vector<GroupMatch> groups_of(const GroupSubject& subject) const override {
        std::vector<GroupMatch> groups;
        for (const TraceDocument& document : subject.trace.documents) {
            if (!document.segment.own().fault) continue;
            groups.push_back({.version = group_of_faults, .group = group_of_faults});
            break;
        }
        if (subject.trace.documents.size() % 2 == 1)
            groups.push_back({.version = group_of_odd, .group = group_of_odd});
        return groups;
    }
};

/// Groups that nobody changes.
class SteadyGroups final : public GroupSource {
 public:
    explicit SteadyGroups(std::shared_ptr<const GroupClassifier> classifier)
        : classifier_(std::move(classifier)) {}

    std::shared_ptr<const GroupClassifier> classifier() const override { return classifier_; }

 private:
    std::shared_ptr<const GroupClassifier> classifier_;
};

}  // namespace tomograph::testing
