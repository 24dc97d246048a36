#pragma once

#include <vector>

#include "store/group_classifier.h"
#include "store/store_fixture.h"

namespace tomograph::testing {

/// What a filter of the group wants of a trace.
enum class Wanted : std::uint8_t { odd_documents, even_documents, mark_even };

/// One group, whose filter people edit, and which they have judge stored traces
/// (docs/decisions/015-re-evaluation.md): what a catalog and its service do, in memory. A
/// MemoryStore that asks the same group answers as if the newest version that took all over had
/// been there from the beginning.
class JudgedGroup final : public GroupSource, public GroupClassifier {
 public:
    struct Version {
        GroupId id;
        Lsn first;
        Wanted wanted;
        GroupUse use = GroupUse::counted;
    };

    const std::vector<Version>& versions() const { return versions_; }

    void edit(Lsn first, Wanted wanted) {
        cancel();
        add({.id = {}, .first = first, .wanted = wanted});
    }
    /// The filter in force shall judge what is stored.
    GroupId order() {
        add({.id = {}, .first = {}, .wanted = versions_.back().wanted, .use = GroupUse::judging});
        return versions_.back().id;
    }
    void cancel() {
        std::erase_if(versions_, [](const auto& each) { return each.use == GroupUse::judging; });
    }
    void take_over() {
        for (Version& version : versions_)
            version.use = version.use == GroupUse::judging ? GroupUse::counted : GroupUse::history;
    }

    std::shared_ptr<const GroupClassifier> classifier() const override {
        if (versions_.empty()) return nullptr;
        return {std::shared_ptr<void>(), this};
    }
    bool needs_documents() const override { return true; }
    GroupUse use_of(GroupId id) const override {
        for (const Version& version : versions_)
            if (version.id == id) return version.use;
        return GroupUse::counted;
    }
    std::vector<GroupMatch> groups_of(const GroupSubject& subject) const override {
        const Version* in_force = nullptr;
        std::vector<GroupMatch> matches;
        for (const Version& version : versions_) {
            if (version.use == GroupUse::counted && version.first <= subject.newest)
                in_force = &version;
            if (version.use == GroupUse::judging && is_wanted(version.wanted, subject))
                matches.push_back({.version = version.id, .group = {1}});
        }
        if (in_force != nullptr && is_wanted(in_force->wanted, subject))
            matches.push_back({.version = in_force->id, .group = {1}});
        return matches;
    }

 private:
    void add(Version version) {
        version.id = {next_id_++};
        versions_.push_back(version);
    }

    static bool is_wanted(Wanted wanted, const GroupSubject& subject) {
        const bool is_odd = subject.trace.documents.size() % 2 == 1;
        if (wanted != Wanted::mark_even) return is_odd == (wanted == Wanted::odd_documents);
        return std::any_of(subject.texts.begin(), subject.texts.end(), [](std::string_view text) {
            return text.find(R"("mark":"even")") != std::string_view::npos;
        });
    }

    std::vector<Version> versions_;
    std::uint32_t next_id_ = 10;
};

}  // namespace tomograph::testing
