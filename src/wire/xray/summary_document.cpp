#include "wire/xray/summary_document.h"

#include <algorithm>
#include <vector>

#include "wire/json/escapes.h"
#include "wire/json/number.h"

namespace tomograph {
namespace {

// Bytes that the core of one span takes, about.
constexpr std::size_t span_bytes = 192;

/// The document's text, grown member by member.
class SummaryWriter {
 public:
    explicit SummaryWriter(const Segment& segment) : segment_(segment) {
        out_.reserve(segment.spans.size() * span_bytes);
    }

    std::string write() && {
        for (std::size_t row = 0; row < segment_.spans.size(); ++row) {
            const Span& span = segment_.spans[row];
            if (row > 0) enter(static_cast<std::size_t>(span.parent_row));
            open_.push_back({row, false});
            begin('{');
            if (row == 0) write_own(span);
            write_span(span);
        }
        while (!open_.empty()) close();
        return std::move(out_);
    }

 private:
    struct Open {
        std::size_t row = 0;
        bool has_children = false;
    };

    /// Rows stand in preorder: all that is open below the parent ends here.
    void enter(std::size_t parent) {
        while (open_.back().row != parent) close();
        if (open_.back().has_children) return void(out_ += ',');
        open_.back().has_children = true;
        key("subsegments");
        out_ += '[';
    }

    void close() {
        if (open_.back().has_children) out_ += ']';
        out_ += '}';
        open_.pop_back();
    }

    void begin(char bracket) {
        out_ += bracket;
        is_first_ = true;
    }

    void key(std::string_view name) {
        if (!is_first_) out_ += ',';
        is_first_ = false;
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }

    void text(std::string_view name, std::string_view value) {
        key(name);
        append_quoted(value, out_);
    }

    void given_text(std::string_view name, std::string_view value) {
        if (!value.empty()) text(name, value);
    }

    void flag(std::string_view name, bool value) {
        key(name);
        out_ += value ? "true" : "false";
    }

    /// To the millisecond, microsecond or nanosecond: with the shortest form the number of digits,
    /// which is stored, would be another for every tenth time.
    void time(std::string_view name, Instant time) {
        key(name);
        if (time.ns % 1'000'000 == 0)
            append_scaled_decimal(time.ns / 1'000'000, 3, out_);
        else if (time.ns % 1'000 == 0)
            append_scaled_decimal(time.ns / 1'000, 6, out_);
        else
            append_scaled_decimal(time.ns, 9, out_);
    }

    /// What only the document's own entity says.
    void write_own(const Span& span) {
        text("trace_id", to_xray_text(segment_.trace_id));
        if (!span.parent_id.is_none()) text("parent_id", to_hex(span.parent_id));
        if (!span.is_segment) text("type", "subsegment");
    }

    void write_span(const Span& span) {
        text("id", to_hex(span.id));
        text("name", span.name);
        time("start_time", span.start);
        if (span.in_progress)
            flag("in_progress", true);
        else
            time("end_time", span.end);
        if (span.name_space == SpanNamespace::aws) text("namespace", "aws");
        if (span.name_space == SpanNamespace::remote) text("namespace", "remote");
        write_outcome(span);
        write_http(span);
        if (span.has_sql) write_sql(span);
        if (span.is_segment) {
            given_text("origin", span.origin);
            write_segment_aws(span);
            write_links(span);
            return;
        }
        if (span.expects_downstream) flag("traced", true);
        if (span.name_space == SpanNamespace::aws) write_call_aws(span);
    }

    /// One that is true stands there, whatever the status says; where none is, a status of 400 and
    /// more needs a word against it.
    void write_outcome(const Span& span) {
        if (span.error) flag("error", true);
        if (span.fault) flag("fault", true);
        if (span.throttle) flag("throttle", true);
        const bool is_any = span.error || span.fault || span.throttle;
        if (!is_any && span.http.status.value_or(0) >= 400) flag("error", false);
    }

    void write_http(const Span& span) {
        const SpanHttp& http = span.http;
        if (http.method.empty() && !http.status) return;
        key("http");
        begin('{');
        if (!http.method.empty()) {
            key("request");
            begin('{');
            text("method", http.method);
            out_ += '}';
        }
        if (http.status) {
            key("response");
            begin('{');
            key("status");
            out_ += std::to_string(*http.status);
            out_ += '}';
        }
        out_ += '}';
    }

    void write_segment_aws(const Span& span) {
        // The queue of a segment matters where events came from it.
        const std::string_view queue_url =
            span.links.empty() ? std::string_view() : span.aws.queue_url;
        if (span.aws.account_id.empty() && queue_url.empty()) return;
        key("aws");
        begin('{');
        given_text("account_id", span.aws.account_id);
        given_text("queue_url", queue_url);
        out_ += '}';
    }

    /// What names the node that was called; of several resources the service's name chooses later.
    void write_call_aws(const Span& span) {
        const SpanAws& aws = span.aws;
        const auto kept = {aws.account_id, aws.operation,   aws.table_name,
                           aws.queue_url,  aws.bucket_name, aws.function_name};
        if (std::all_of(kept.begin(), kept.end(), [](auto each) { return each.empty(); })) return;
        key("aws");
        begin('{');
        given_text("account_id", aws.account_id);
        given_text("operation", aws.operation);
        given_text("table_name", aws.table_name);
        given_text("queue_url", aws.queue_url);
        given_text("bucket_name", aws.bucket_name);
        given_text("function_name", aws.function_name);
        out_ += '}';
    }

    void write_sql(const Span& span) {
        key("sql");
        begin('{');
        given_text("database_type", span.database_type);
        out_ += '}';
        is_first_ = false;
    }

    void write_links(const Span& span) {
        if (span.links.empty()) return;
        key("links");
        begin('[');
        for (const SpanLink& link : span.links) {
            if (!is_first_) out_ += ',';
            begin('{');
            text("trace_id", to_xray_text(link.trace_id));
            text("id", to_hex(link.span_id));
            write_link_attributes(link);
            out_ += '}';
        }
        out_ += ']';
    }

    void write_link_attributes(const SpanLink& link) {
        if (link.queue_url.empty() && link.sent == Instant()) return;
        key("attributes");
        begin('{');
        given_text("aws.queue_url", link.queue_url);
        if (link.sent != Instant()) {
            key("SentTimestamp");
            out_ += std::to_string(link.sent.ns);
        }
        out_ += '}';
        is_first_ = false;
    }

    const Segment& segment_;
    std::string out_;
    std::vector<Open> open_;
    bool is_first_ = true;  ///< no member yet of the innermost object
};

}  // namespace

std::string summary_document(const Segment& segment) { return SummaryWriter(segment).write(); }

}  // namespace tomograph
