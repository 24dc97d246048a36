#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "store/trace_store.h"

namespace tomograph::testing {

/// A store that keeps nothing but what it was given, and answers as the test says.
class ScriptedStore : public TraceStore {
 public:
    std::vector<std::vector<Document>> appends;
    std::vector<std::string> telemetry;
    std::vector<std::size_t> refused;  ///< what append returns
    std::optional<Error> failure;      ///< of append and append_telemetry
    bool answers_late = false;         ///< `done` is called by answer_now()
    StoreStatus current;

    std::vector<std::size_t> append(std::vector<Document> documents, Appended done) override {
        appends.push_back(std::move(documents));
        answer(std::move(done));
        return refused;
    }
    void append_telemetry(std::string json, Appended done) override {
        telemetry.push_back(std::move(json));
        answer(std::move(done));
    }
    Result<std::vector<std::string>> recent_telemetry(std::size_t) override { return telemetry; }
    Result<std::vector<StoredTrace>> get(std::span<const TraceId>) override {
        if (failure) return *failure;
        return std::vector<StoredTrace>();
    }
    Result<TracePage> find(const TraceQuery&) override {
        if (failure) return *failure;
        return TracePage();
    }
    Result<AttributeNames> attribute_names(const TraceSelection&, std::size_t) override {
        if (failure) return *failure;
        return AttributeNames();
    }
    Result<AttributeValues> attribute_values(const AttributeValuesQuery&) override {
        if (failure) return *failure;
        return AttributeValues();
    }
    Result<ValueGroups> group(const GroupQuery&) override {
        if (failure) return *failure;
        return ValueGroups();
    }
    Result<Comparison> compare(const ComparisonQuery&) override {
        if (failure) return *failure;
        return Comparison();
    }
    Result<FilteredGraph> filtered_graph(const TraceSelection&, GraphGrain) override {
        if (failure) return *failure;
        return FilteredGraph();
    }
    Result<GraphRollup> graph(TimeRange, GraphGrain, GroupId) override {
        if (failure) return *failure;
        return GraphRollup();
    }
    Result<GraphSeries> graph_series(const GraphSeriesQuery&) override {
        if (failure) return *failure;
        return GraphSeries();
    }
    StoreStatus status() override { return current; }

    void answer_now() {
        for (Appended& done : waiting_) done(outcome());
        waiting_.clear();
    }

 private:
    Result<void> outcome() const { return failure ? Result<void>(*failure) : Result<void>(); }
    void answer(Appended done) {
        if (answers_late) return waiting_.push_back(std::move(done));
        done(outcome());
    }

    std::vector<Appended> waiting_;
};

}  // namespace tomograph::testing
