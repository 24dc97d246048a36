// GetSamplingTargets, GetSamplingStatisticSummaries (sampling.md §4 to §6)
#include "service/sampling/sampling_targets.h"

#include <algorithm>
#include <iterator>

#include "api/limits.h"
#include "api/xray/control_call.h"
#include "query/page_token.h"
#include "service/limits.h"
#include "service/text_length.h"

namespace tomograph {
namespace {

/// Documents that cannot be taken are answered one by one: they spoil no other.
struct Documents {
    std::vector<SamplingDocument> statistics;
    std::vector<UnprocessedDocument> unprocessed;
    std::vector<BoostDocument> boosts;
    std::vector<UnprocessedDocument> unprocessed_boosts;
    bool has_boosts = false;
};

/// Collects what is wrong with one document; the first mistake counts.
class DocumentReader {
 public:
    explicit DocumentReader(JsonRequest& json) : json_(json) {}

    std::string text(std::string_view member, std::size_t characters_min,
                     std::size_t characters_max) {
        const std::optional<std::string> text = json_.text(member);
        if (!text) {
            refuse(member, "is required");
            return "";
        }
        const std::size_t characters = characters_of(*text);
        if (characters < characters_min || characters > characters_max)
            refuse(member, "has " + std::to_string(characters) + " characters, must have " +
                               std::to_string(characters_min) + " to " +
                               std::to_string(characters_max));
        return *text;
    }
    Instant timestamp(std::string_view member) {
        const std::optional<Instant> at = json_.timestamp(member);
        if (!at) refuse(member, "is required");
        return at.value_or(Instant());
    }
    /// other  as ADOT for Python spells it; "" where there is one spelling only
    std::int64_t count(std::string_view member, std::string_view other = "") {
        std::optional<std::int64_t> count = json_.integer(member);
        if (!count && !other.empty()) count = json_.integer(other);
        if (!count) refuse(member, "is required");
        return checked(member, count.value_or(0));
    }
    std::int64_t optional_count(std::string_view member) {
        return checked(member, json_.integer(member).value_or(0));
    }

    const std::string& mistake() const { return mistake_; }

 private:
    std::int64_t checked(std::string_view member, std::int64_t count) {
        if (count < 0 || count > rule_integer_max)
            refuse(member, "must be 0 to " + std::to_string(rule_integer_max));
        return count;
    }
    void refuse(std::string_view member, const std::string& sentence) {
        if (mistake_.empty()) mistake_ = std::string(member) + " " + sentence;
    }

    JsonRequest& json_;
    std::string mistake_;
};

constexpr std::string_view bad_document = "400";

void read_statistics(JsonRequest& json, Documents& documents) {
    DocumentReader reader(json);
    SamplingDocument document;
    document.rule = reader.text("RuleName", 1, rule_name_characters_max);
    const std::string client = reader.text("ClientID", client_id_bytes, client_id_bytes);
    std::copy_n(client.begin(), std::min(client.size(), client_id_bytes),
                document.report.client.begin());
    document.report.timestamp = reader.timestamp("Timestamp");
    document.report.requests = reader.count("RequestCount");
    document.report.sampled = reader.count("SampledCount", "SampleCount");
    document.report.borrowed = reader.optional_count("BorrowCount");
    if (reader.mistake().empty())
        documents.statistics.push_back(std::move(document));
    else
        documents.unprocessed.push_back(
            {std::move(document.rule), std::string(bad_document), reader.mistake()});
}

void read_boost(JsonRequest& json, Documents& documents) {
    DocumentReader reader(json);
    BoostDocument document;
    document.rule = reader.text("RuleName", 1, rule_name_characters_max);
    document.report.service = reader.text("ServiceName", 0, rule_service_characters_max);
    document.timestamp = reader.timestamp("Timestamp");
    document.report.anomalies = reader.count("AnomalyCount");
    document.report.traces = reader.count("TotalCount");
    document.report.sampled_anomalies = reader.count("SampledAnomalyCount");
    if (reader.mistake().empty())
        documents.boosts.push_back(std::move(document));
    else
        documents.unprocessed_boosts.push_back(
            {std::move(document.rule), std::string(bad_document), reader.mistake()});
}

/// No list is an empty one: OpenTelemetry's sampler for Java leaves empty lists out.
Documents read_documents(JsonRequest& json) {
    Documents documents;
    for (JsonRequest& each :
         json.objects("SamplingStatisticsDocuments", sampling_documents_per_call_max))
        read_statistics(each, documents);
    for (JsonRequest& each :
         json.objects("SamplingBoostStatisticsDocuments", sampling_documents_per_call_max)) {
        documents.has_boosts = true;
        read_boost(each, documents);
    }
    return documents;
}

void write_target(JsonWriter& json, const SamplingTarget& target) {
    json.begin_object();
    json.text("RuleName", target.rule);
    json.number("FixedRate", target.fixed_rate);
    if (target.quota) {
        json.integer("ReservoirQuota", *target.quota);
        json.whole_second("ReservoirQuotaTTL", target.quota_end);
    }
    json.integer("Interval", quota_interval.ns / Duration::seconds(1).ns);
    if (target.boost) {
        json.begin_object("SamplingBoost");
        json.number("BoostRate", target.boost->rate);
        json.whole_second("BoostRateTTL", target.boost->end);
        json.end_object();
    }
    json.end_object();
}

void write_unprocessed(JsonWriter& json, std::string_view member,
                       const std::vector<UnprocessedDocument>& documents) {
    json.begin_array(member);
    for (const UnprocessedDocument& document : documents) {
        json.begin_object();
        json.text("RuleName", document.rule);
        json.text("ErrorCode", document.code);
        json.text("Message", document.message);
        json.end_object();
    }
    json.end_array();
}

/// Clients compare it with the second of their last refresh: one that read the rules within the
/// second of a change, and before it, must find it newer.
Instant next_whole_second(Instant at) {
    const std::int64_t second = at.second();
    return Instant::from_seconds(at == Instant::from_seconds(second) ? second : second + 1);
}

std::string answer_json(const SamplingAnswer& answer, bool has_boosts) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("SamplingTargetDocuments");
    for (const SamplingTarget& target : answer.targets) write_target(json, target);
    json.end_array();
    json.whole_second("LastRuleModification", next_whole_second(answer.last_modified));
    write_unprocessed(json, "UnprocessedStatistics", answer.unprocessed);
    if (has_boosts)
        write_unprocessed(json, "UnprocessedBoostStatistics", answer.unprocessed_boosts);
    json.end_object();
    return json.take();
}

void append(std::vector<UnprocessedDocument>& to, std::vector<UnprocessedDocument> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

/// Answered from memory, on the thread that read the request.
void answer_get_sampling_targets(const XrayContext& context, XrayCall call) {
    SamplingTargets* targets = context.options.control.sampling_targets;
    if (!is_there(targets, call)) return;
    JsonRequest json(call.body);
    Documents documents = read_documents(json);
    if (json.refusal()) return call.answer(*json.refusal());
    SamplingAnswer answer = targets->report(documents.statistics, documents.boosts);
    append(answer.unprocessed, std::move(documents.unprocessed));
    append(answer.unprocessed_boosts, std::move(documents.unprocessed_boosts));
    call.answer(answer_json(answer, documents.has_boosts));
}

void answer_get_sampling_statistics(const XrayContext& context, XrayCall call) {
    SamplingTargets* targets = context.options.control.sampling_targets;
    if (!is_there(targets, call)) return;
    JsonRequest json(call.body);
    const std::optional<std::string> token = json.text("NextToken");
    if (json.refusal()) return call.answer(*json.refusal());
    const PageTokenKey& key = context.options.token_key;
    const PageBinding binding("GetSamplingStatisticSummaries");
    const Instant now = context.clock.now();
    std::optional<Instant> before;
    if (token) {
        const auto place = open_page_token(key, binding, *token, now);
        if (!place) return call.answer(to_api_error(place.error()));
        before = Instant{std::stoll(*place)};
    }
    const SamplingStatisticsPage page = targets->statistics(before, sampling_statistics_per_page);
    JsonWriter answer;
    answer.begin_object();
    answer.begin_array("SamplingStatisticSummaries");
    for (const SamplingStatistics& each : page.rows) {
        answer.begin_object();
        answer.text("RuleName", each.rule);
        answer.whole_second("Timestamp", each.start);
        answer.integer("RequestCount", each.requests);
        answer.integer("BorrowCount", each.borrowed);
        answer.integer("SampledCount", each.sampled);
        answer.end_object();
    }
    answer.end_array();
    if (page.has_more)
        answer.text("NextToken",
                    seal_page_token(key, binding, std::to_string(page.rows.back().start.ns), now));
    answer.end_object();
    call.answer(answer.take());
}

}  // namespace tomograph
