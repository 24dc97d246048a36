#pragma once

#include <optional>
#include <vector>

#include "query/doctor/doctor_facts.h"
#include "query/doctor/finding.h"

namespace tomograph {

/// A trace that is there.
struct TraceUnderExamination {
    const StoredTrace& stored;
    const Trace& trace;  ///< read from it as of facts.now
    const DoctorFacts& facts;
};

/// Why some of the trace is missing or odd, each with the spans that prove it. None: it is whole.
///
/// cost  O(spans), and compared_pairs_max comparisons of names to find what belongs together
std::vector<Finding> examine_trace(const TraceUnderExamination& subject);

/// Why a trace is not there.
std::vector<Finding> explain_missing_trace(TraceId id, const DoctorFacts& facts);

/// Why a span is not in a trace that is there.
std::vector<Finding> explain_missing_span(const TraceUnderExamination& subject, SpanId span);

/// "MissingEndTime 3, ParseError 1"
std::string to_text(const std::vector<CauseCount>& counts);
/// The findings about documents that nobody got in, of whatever trace.
void add_intake(const DoctorFacts& facts, FindingList& findings);
void add_store(const DoctorFacts& facts, FindingList& findings);

}  // namespace tomograph
