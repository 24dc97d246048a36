#pragma once

#include "store/group_classifier.h"

namespace tomograph::testing {

inline constexpr GroupId group_of_faults{1};
inline constexpr GroupId group_of_odd{2};

/// Groups that late documents make a trace enter (a fault came) and leave (a fault was replaced; the
/// number of documents became even).
class FaultsAndOdd final : public GroupClassifier {
 public:
    std::vector<GroupId> groups_of(const Trace& trace) const override {
        std::vector<GroupId> groups;
        for (const TraceDocument& document : trace.documents) {
            if (!document.segment.own().fault) continue;
            groups.push_back(group_of_faults);
            break;
        }
        if (trace.documents.size() % 2 == 1) groups.push_back(group_of_odd);
        return groups;
    }
};

}  // namespace tomograph::testing
