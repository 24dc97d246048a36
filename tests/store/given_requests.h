#pragma once

#include <set>

#include "store/summary_fixture.h"

namespace tomograph::testing {

/// The requests that a store was given, and what it must hold of them whatever died when: every one
/// that was answered, once; one that was not answered as a whole or not at all, and never after the
/// store was once seen without it. A plainly right store that is given the same says the rest.
class GivenRequests {
 public:
    struct Request {
        std::vector<SegmentSpec> specs;
        bool is_there = false;  ///< it was answered, or seen
    };

    /// makes_summaries  nobody knows yet which documents became their summaries: all are compared
    ///                  as if they had
    explicit GivenRequests(std::shared_ptr<const GroupSource> groups, bool makes_summaries = false)
        : groups_(std::move(groups)), makes_summaries_(makes_summaries) {}

    /// In the order in which the store numbers what hides one another.
    void add(std::vector<SegmentSpec> specs, bool is_answered) {
        requests_.push_back({.specs = std::move(specs), .is_there = is_answered});
    }
    const std::vector<Request>& all() const { return requests_; }

    void forget(TraceId id) {
        for (Request& request : requests_)
            std::erase_if(request.specs, [&](const SegmentSpec& spec) { return spec.trace == id; });
        std::erase_if(requests_, [](const Request& request) { return request.specs.empty(); });
    }

    /// Finds out which unanswered ones came through, and forgets the others: they must not come any
    /// more.
    ///
    /// ids      of the traces of all unanswered ones
    /// returns  what went wrong, as all below
    std::optional<std::string> find_out(TraceStore& store, const std::vector<TraceId>& ids) {
        auto got = store.get(ids);
        // A call that a test lets fail does so once.
        if (!got) got = store.get(ids);
        if (!got) return "get: " + got.error().message();
        std::set<std::string> present;
        for (const StoredTrace& trace : comparable(std::move(*got)))
            for (const StoredDocument& stored : trace.documents)
                present.insert(stored.document.bytes);
        std::vector<Request> kept;
        for (Request& request : requests_) {
            for (const SegmentSpec& spec : request.specs)
                if (!request.is_there) request.is_there = present.contains(comparable(spec));
            if (request.is_there) kept.push_back(std::move(request));
        }
        requests_ = std::move(kept);
        return std::nullopt;
    }

    std::unique_ptr<MemoryStore> oracle() const {
        auto oracle = std::make_unique<MemoryStore>(groups_);
        for (const Request& request : requests_)
            if (request.is_there)
                oracle->append(documents_of(request.specs), [](const Result<void>&) {});
        return oracle;
    }

    /// The documents of these traces.
    std::optional<std::string> check_documents(TraceStore& store, MemoryStore& oracle,
                                               const std::vector<TraceId>& ids) const {
        auto answer = store.get(ids);
        if (!answer) return "get: " + answer.error().message();
        const auto got = comparable(std::move(*answer));
        const auto expected = comparable(*oracle.get(ids));
        if (texts_of(got) == texts_of(expected)) return std::nullopt;
        return "documents differ" + difference(got, expected);
    }

    /// Graph and newest page of a time.
    std::optional<std::string> check_answers(TraceStore& store, MemoryStore& oracle,
                                             TimeRange range) const {
        const auto graph = store.graph(range);
        if (!graph || without_bounds(*graph) != without_bounds(*oracle.graph(range)))
            return "graph differs";
        const TraceQuery query{
            .range = range, .type = TimeRangeType::event, .before = {}, .limit = 100, .sample = 1};
        const auto found = store.find(query);
        if (!found ||
            texts_of(comparable(found->traces)) != texts_of(comparable(oracle.find(query)->traces)))
            return "search differs";
        return std::nullopt;
    }

    /// The sums of all time, in every group: they stay when documents expire.
    static std::optional<std::string> check_sums(TraceStore& store, MemoryStore& oracle) {
        const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};
        for (const GroupId group : {GroupId{}, group_of_faults, group_of_odd}) {
            const auto graph = store.graph(all, GraphGrain::whole, group);
            const auto expected = oracle.graph(all, GraphGrain::whole, group);
            if (!graph || without_bounds(*graph) != without_bounds(*expected))
                return fmt::format("sums of group {} differ{}", group.value,
                                   graph ? difference(*graph, *expected) : "");
        }
        return std::nullopt;
    }

 private:
    static std::string difference(const GraphRollup& got, const GraphRollup& expected) {
        std::string text;
        for (const auto& [key, cell] : expected.cells) {
            const auto found = got.cells.find(key);
            const std::int64_t presence = found == got.cells.end() ? 0 : found->second.presence;
            if (presence != cell.presence)
                text += fmt::format("\n  {} > {}: {} of {}", key.source.name, key.target.name,
                                    presence, cell.presence);
        }
        return text;
    }

    std::vector<StoredTrace> comparable(std::vector<StoredTrace> traces) const {
        return makes_summaries_ ? summaries_of(std::move(traces)) : std::move(traces);
    }
    std::string comparable(const SegmentSpec& spec) const {
        return makes_summaries_ ? summary_of(document_of(spec)).bytes : json_of(spec);
    }

    static std::string difference(const std::vector<StoredTrace>& got,
                                  const std::vector<StoredTrace>& expected) {
        std::multiset<std::string> ours;
        std::multiset<std::string> theirs;
        for (const auto& trace : got)
            for (const auto& stored : trace.documents) ours.insert(stored.document.bytes);
        for (const auto& trace : expected)
            for (const auto& stored : trace.documents) theirs.insert(stored.document.bytes);
        std::string text;
        for (const auto& bytes : ours)
            if (ours.count(bytes) > theirs.count(bytes))
                text += "\n  unexpected " + bytes.substr(0, 200);
        for (const auto& bytes : theirs)
            if (theirs.count(bytes) > ours.count(bytes))
                text += "\n  missing " + bytes.substr(0, 200);
        return text;
    }

    std::shared_ptr<const GroupSource> groups_;
    bool makes_summaries_;
    std::vector<Request> requests_;
};

}  // namespace tomograph::testing
