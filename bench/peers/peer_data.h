#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "workload/w1_oracle.h"

namespace tomograph::peers {

struct Pair {
    std::string_view key;
    std::string value;
};

/// A span as a peer's row: what its indexes and columns hold, and the document.
struct PeerSpan {
    const workload::W1Trace* trace = nullptr;
    const workload::W1Span* span = nullptr;
    std::string name;
    std::vector<Pair> annotations;  ///< with an index: tenant, operation, order_id
    std::string document;
};

/// The values of the annotations that a span has, by the names in its document.
std::vector<Pair> annotations_of(const workload::W1Trace& trace, const workload::W1Span& span);

/// The bytes of an id, most significant first: peers sort by them.
std::string big_endian(std::uint64_t value);
std::string trace_key(TraceId id);

/// W1 of six hours, handed out trace by trace. What the making costs is not the peer's.
class PeerData {
 public:
    explicit PeerData(std::uint64_t spans);

    /// All spans, traces whole and in the order of their starts.
    void visit(const std::function<void(const std::vector<PeerSpan>&)>& take);

    const workload::W1Oracle& oracle() const { return oracle_; }
    std::uint64_t traces() const { return traces_; }
    /// CPU time that visit() took for the making.
    double making_seconds() const { return making_seconds_; }

    TraceId id(std::uint64_t number) const { return workload_.trace(number).id; }
    /// Sorted.
    std::vector<std::string> documents(std::uint64_t number) const;

 private:
    workload::W1 workload_;
    std::uint64_t traces_;
    workload::W1Oracle oracle_;
    double making_seconds_ = 0;
};

/// By tenant: spans and the sum of their durations in microseconds.
using Groups = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>;

/// A peer's ways to answer the benched questions.
struct PeerAnswers {
    std::function<std::vector<std::string>(TraceId)> documents;    ///< in any order
    std::function<std::uint64_t(std::string_view tenant)> search;  ///< traces
    std::function<std::uint64_t(std::string_view tenant)> filter;  ///< of them with a status >= 500
    std::function<Groups()> group;
};

/// Times each answer, checks it, prints its cell in `column`.
void measure_answers(std::string_view column, const PeerData& data, const PeerAnswers& answers);

}  // namespace tomograph::peers
