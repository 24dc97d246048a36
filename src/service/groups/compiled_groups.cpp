#include "service/groups/compiled_groups.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "query/filter/filter_expression.h"
#include "service/groups/group_rules.h"
#include "trace/predicate_match.h"
#include "wire/xray/attributes.h"

namespace tomograph {
namespace {

struct CompiledVersion {
    GroupId id;
    Lsn first;
    std::optional<TraceMatcher> matcher;  ///< nothing: the filter does not compile
    bool needs_documents = false;
};

struct CompiledGroup {
    GroupId id;
    std::vector<CompiledVersion> versions;
    std::optional<CompiledVersion> judging;
    std::vector<GroupId> history;

    /// Null: the group was made later.
    const CompiledVersion* in_force(Lsn newest) const {
        for (auto at = versions.rbegin(); at != versions.rend(); ++at)
            if (at->first <= newest) return &*at;
        return nullptr;
    }
};

bool is_in_outlines(Field field) {
    return field != Field::exception_type && field != Field::exception_message;
}

/// Outlines have neither attributes nor the exceptions that root causes are told with.
bool needs_documents(const Predicate& predicate) {
    switch (predicate.kind) {
        case Predicate::Kind::cause_path:
            return true;
        case Predicate::Kind::condition:
            return predicate.condition.subject.is_attribute() ||
                   !is_in_outlines(predicate.condition.subject.field);
        case Predicate::Kind::some:
            if (predicate.scope == Scope::cause) return true;
            break;
        case Predicate::Kind::all:
        case Predicate::Kind::any:
        case Predicate::Kind::negation:
            break;
    }
    return std::any_of(predicate.children.begin(), predicate.children.end(), needs_documents);
}

/// A filter that is asked of a trace, and what the documents say at its paths.
struct Asked {
    GroupMatch match;
    const TraceMatcher* matcher;
    TraceAttributes attributes{};
};

/// Where a value goes that was found in a document.
struct Wanted {
    std::string_view path;
    std::size_t asked = 0;
    std::uint32_t number = 0;  ///< of the path, for that matcher
};

/// Each document is read once, whatever many filters want of it.
Result<void> read_attributes(const GroupSubject& subject, std::vector<Asked>& all) {
    std::vector<Wanted> wanted;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& paths = all[i].matcher->paths();
        for (std::uint32_t number = 0; number < paths.size(); ++number)
            wanted.push_back({.path = paths[number], .asked = i, .number = number});
    }
    if (wanted.empty()) return {};
    std::sort(wanted.begin(), wanted.end(),
              [](const Wanted& a, const Wanted& b) { return a.path < b.path; });
    static thread_local AttributeReader reader;
    for (std::uint32_t document = 0; document < subject.texts.size(); ++document)
        TRY(reader.visit(subject.texts[document], subject.trace.documents[document].segment,
                         [&](std::uint32_t row, std::string_view path, const ScalarView& value) {
                             auto at =
                                 std::lower_bound(wanted.begin(), wanted.end(), path,
                                                  [](const Wanted& each, std::string_view its) {
                                                      return each.path < its;
                                                  });
                             for (; at != wanted.end() && at->path == path; ++at)
                                 all[at->asked].attributes.add(
                                     {.document = document, .row = row, .path = at->number}, value);
                         }));
    for (Asked& asked : all) asked.attributes.sort();
    return {};
}

class CompiledGroups final : public GroupClassifier {
 public:
    CompiledGroups(std::vector<CompiledGroup> groups, GroupMetrics& metrics)
        : groups_(std::move(groups)), metrics_(metrics) {}

    bool needs_documents() const override {
        return std::any_of(groups_.begin(), groups_.end(), [](const CompiledGroup& group) {
            return (group.judging && group.judging->needs_documents) ||
                   std::any_of(group.versions.begin(), group.versions.end(),
                               [](const auto& version) { return version.needs_documents; });
        });
    }

    GroupUse use_of(GroupId id) const override {
        for (const CompiledGroup& group : groups_) {
            if (group.judging && group.judging->id == id) return GroupUse::judging;
            if (std::find(group.history.begin(), group.history.end(), id) != group.history.end())
                return GroupUse::history;
        }
        return GroupUse::counted;
    }

    std::vector<GroupMatch> groups_of(const GroupSubject& subject) const override {
        std::vector<Asked> all;
        all.reserve(groups_.size());
        for (const CompiledGroup& group : groups_) {
            ask(group, group.in_force(subject.newest), all);
            if (group.judging) ask(group, &*group.judging, all);
        }
        return answers(subject, all);
    }

    bool is_in(const GroupSubject& subject, GroupId version) const override {
        std::vector<Asked> all;
        for (const CompiledGroup& group : groups_) {
            for (const CompiledVersion& each : group.versions)
                if (each.id == version) ask(group, &each, all);
            if (group.judging && group.judging->id == version) ask(group, &*group.judging, all);
        }
        return !answers(subject, all).empty();
    }

 private:
    static void ask(const CompiledGroup& group, const CompiledVersion* version,
                    std::vector<Asked>& all) {
        if (version == nullptr || !version->matcher) return;
        all.push_back(
            {.match = {.version = version->id, .group = group.id}, .matcher = &*version->matcher});
    }

    std::vector<GroupMatch> answers(const GroupSubject& subject, std::vector<Asked>& all) const {
        const auto read = read_attributes(subject, all);
        if (!read) {
            metrics_.filters_failed.add(all.size());
            log_warn("groups not found out for a trace", {{"error", read.error()}});
            return {};
        }
        std::vector<GroupMatch> matches;
        for (const Asked& asked : all)
            if (asked.matcher->matches({.trace = subject.trace,
                                        .attributes = asked.attributes,
                                        .limit_exceeded = subject.limit_exceeded}))
                matches.push_back(asked.match);
        return matches;
    }

    std::vector<CompiledGroup> groups_;
    GroupMetrics& metrics_;
};

CompiledVersion compile(const GroupRecord& group, const GroupVersionRecord& version,
                        GroupMetrics& metrics, std::string_view own_account) {
    CompiledVersion compiled{.id = version.id, .first = version.first, .matcher = std::nullopt};
    const auto predicate = compile_filter(version.filter, nullptr, own_account);
    if (predicate) {
        compiled.matcher.emplace(*predicate);
        compiled.needs_documents = needs_documents(*predicate);
    } else {
        metrics.filters_failed.add();
        log_error("group filter does not compile, the group is skipped",
                  {{"group", group.name}, {"error", predicate.error()}});
    }
    return compiled;
}

}  // namespace

GroupMetrics::GroupMetrics(MetricsRegistry& registry)
    : groups(registry.gauge("tomograph_groups", "Groups of traces, beside Default.")),
      filters_failed(registry.counter(
          "tomograph_group_filters_failed_total",
          "Group filters that do not compile any more, or could not be asked of a trace.")) {}

std::shared_ptr<const GroupClassifier> compile_groups(const std::vector<GroupRecord>& groups,
                                                      GroupMetrics& metrics,
                                                      std::string_view own_account) {
    std::vector<CompiledGroup> compiled;
    for (const GroupRecord& group : groups) {
        if (group.name == default_group_name) continue;
        CompiledGroup& its = compiled.emplace_back();
        its.id = group.id;
        for (const GroupVersionRecord& version : group.versions)
            if (version.use == GroupUse::history)
                its.history.push_back(version.id);
            else
                its.versions.push_back(compile(group, version, metrics, own_account));
        if (group.judging) its.judging = compile(group, *group.judging, metrics, own_account);
    }
    metrics.groups.set(static_cast<double>(compiled.size()));
    if (compiled.empty()) return nullptr;
    return std::make_shared<const CompiledGroups>(std::move(compiled), metrics);
}

}  // namespace tomograph
