#pragma once

#include <string>

#include "query/promql/vector_value.h"
#include "wire/json/json_text.h"

namespace tomograph {

/// {"status":"success","data":…}
std::string prometheus_success(std::string_view data);

/// `data` of a query: resultType and result.
///
/// is_range  a matrix, else what the value is at the only step
std::string prometheus_result(const promql::Value& value, const promql::Steps& steps,
                              bool is_range);

/// `data` of a query for exemplars.
std::string prometheus_exemplars(const std::vector<MetricSeries>& series);

/// `{"__name__":"up",…}`
std::string prometheus_labels(const LabelSet& labels);

/// ["a","b"]
template <class Texts>
std::string prometheus_texts(const Texts& texts) {
    JsonText json;
    json.open();
    json.open_list("data");
    for (const auto& each : texts) json.element(each);
    json.close_list();
    json.close();
    std::string text = std::move(json).take();
    constexpr std::size_t before = std::string_view(R"({"data":)").size();
    return text.substr(before, text.size() - before - 1);
}

}  // namespace tomograph
