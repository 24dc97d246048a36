#include "cli/waterfall_rows.h"

#include <algorithm>
#include <utility>

#include "cli/limits.h"
#include "cli/service_map.h"

namespace tomograph::cli {
namespace {

struct Url {
    std::string_view host;
    std::string_view path;
};

/// Host and path of a URL, without port, query and fragment.
Url split_url(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find_first_of("?#"));
    const std::size_t slash = url.find('/');
    const std::string_view host = url.substr(0, slash);
    return {host.substr(0, host.find(':')),
            slash == std::string_view::npos ? "/" : url.substr(slash)};
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool is_space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (!is_space) out += c;
        if (is_space && !out.empty() && out.back() != ' ') out += ' ';
    }
    return out;
}

/// "https://sqs…/123/shipments" and "arn:…:mail" are known by their last part.
std::string last_part(std::string_view resource) {
    const std::size_t cut = resource.find_last_of("/:");
    return std::string(cut == std::string_view::npos ? resource : resource.substr(cut + 1));
}

std::string operation_of(const SpanNode& span) {
    if (!span.sql.empty()) return one_line(span.sql);
    if (!span.aws_operation.empty())
        return span.aws_operation +
               (span.aws_resource.empty() ? "" : " " + last_part(span.aws_resource));
    if (!span.url.empty()) {
        const Url url = split_url(span.url);
        const bool says_host = !span.is_segment && url.host != span.name;
        std::string out = span.method.empty() ? "" : span.method + " ";
        if (says_host) out += url.host;
        return out.append(url.path);
    }
    return span.is_segment ? short_type(span.origin) : std::string();
}

std::string service_of(const SpanNode& span) {
    if (span.name.empty()) return span.id;
    return span.sql.empty() ? span.name : short_database_name(span.name);
}

StatusFlags either(const StatusFlags& a, const StatusFlags& b) {
    return {.error = a.error || b.error,
            .fault = a.fault || b.fault,
            .throttle = a.throttle || b.throttle,
            .in_progress = a.in_progress || b.in_progress};
}

/// A row, and the span whose children stand below it.
struct Drawn {
    WaterfallRow row;
    std::size_t parent_of_below;
};

Drawn draw(const SpanTree& tree, std::size_t index) {
    const SpanNode* span = &tree.nodes[index];
    WaterfallRow row;
    row.start = row.served_from = span->start;
    row.end = row.served_until = span->end;
    row.self = span->self;
    row.critical = span->critical;
    row.is_orphan = span->is_orphan;
    row.http_status = span->http_status;
    row.trouble = span->exception;
    StatusFlags flags = span->flags;
    std::string operation = operation_of(*span);
    const bool is_call = !span->is_segment && span->children.size() == 1 &&
                         tree.nodes[span->children.front()].is_segment;
    if (is_call) {
        index = span->children.front();
        const SpanNode* served = &tree.nodes[index];
        row.served_from = served->start;
        row.served_until = served->end;
        row.self = row.self + served->self;
        row.critical = row.critical + served->critical;
        row.end = std::max(row.end, served->end);
        if (!served->exception.empty()) row.trouble = served->exception;
        flags = either(flags, served->flags);
        row.is_inferred = served->is_inferred;
        if (served->http_status) row.http_status = served->http_status;
        if (!served->is_inferred) {
            span = served;
            operation = operation_of(*served);
        }
    }
    row.service = service_of(*span);
    row.operation = std::move(operation);
    row.is_segment = span->is_segment;
    row.status = status_of(flags);
    return {std::move(row), index};
}

bool may_fold(const Drawn& a, const Drawn& b) {
    return a.row.service == b.row.service && a.row.operation == b.row.operation &&
           a.row.status == b.row.status && !a.row.operation.empty();
}

WaterfallRow fold(const std::vector<Drawn>& run) {
    WaterfallRow row = run.front().row;
    row.calls = run.size();
    row.is_sequential = true;
    for (std::size_t i = 1; i < run.size(); ++i) {
        const WaterfallRow& next = run[i].row;
        if (next.start < row.end) row.is_sequential = false;
        row.end = row.served_until = std::max(row.end, next.end);
        row.self = row.self + next.self;
        row.critical = row.critical + next.critical;
    }
    row.served_from = row.start;
    return row;
}

class Drawing {
 public:
    Drawing(const SpanTree& tree, const WaterfallRowOptions& options)
        : tree_(tree), options_(options) {}

    std::vector<WaterfallRow> rows() {
        for (const std::size_t root : tree_.roots) {
            Drawn drawn = draw(tree_, root);
            rows_.push_back(std::move(drawn.row));
            descend(drawn.parent_of_below, "", 1);
        }
        return std::move(rows_);
    }

 private:
    bool is_leaf(const Drawn& drawn) const {
        return tree_.nodes[drawn.parent_of_below].children.empty();
    }

    void descend(std::size_t parent, const std::string& indent, std::size_t depth) {
        std::vector<Drawn> below;
        for (const std::size_t child : tree_.nodes[parent].children)
            below.push_back(draw(tree_, child));
        for (std::size_t i = 0; i < below.size();) {
            std::size_t last = i + 1;
            while (options_.fold && is_leaf(below[i]) && last < below.size() &&
                   is_leaf(below[last]) && may_fold(below[i], below[last]))
                ++last;
            const bool folds = last - i >= fold_calls_min;
            if (!folds) last = i + 1;
            WaterfallRow cut = cut_row(below[i].row);
            WaterfallRow row = folds ? fold({below.begin() + static_cast<std::ptrdiff_t>(i),
                                             below.begin() + static_cast<std::ptrdiff_t>(last)})
                                     : std::move(below[i].row);
            add(std::move(row), indent, last == below.size());
            if (!folds && depth < tree_depth_max)
                descend(below[i].parent_of_below, indent + step(last == below.size()), depth + 1);
            else if (!folds && !is_leaf(below[i]))
                add(std::move(cut), indent, true);
            i = last;
        }
    }

    /// Stands for what lies deeper than is drawn.
    static WaterfallRow cut_row(const WaterfallRow& above) {
        WaterfallRow row;
        row.service = "...";
        row.operation = "deeper levels are not drawn";
        row.start = row.served_from = above.start;
        row.end = row.served_until = above.end;
        return row;
    }

    void add(WaterfallRow row, const std::string& indent, bool is_last) {
        const std::string_view corner =
            options_.unicode ? (is_last ? "└ " : "├ ") : (is_last ? "` " : "|-");
        row.branch = indent + std::string(corner);
        rows_.push_back(std::move(row));
    }
    std::string step(bool is_last) const { return is_last ? "  " : options_.unicode ? "│ " : "| "; }

    const SpanTree& tree_;
    const WaterfallRowOptions options_;
    std::vector<WaterfallRow> rows_;
};

}  // namespace

std::vector<WaterfallRow> waterfall_rows(const SpanTree& tree, const WaterfallRowOptions& options) {
    return Drawing(tree, options).rows();
}

}  // namespace tomograph::cli
