// Sends PutTraceSegments over keep-alive connections; arguments as of run_load().
#include <memory>
#include <string>
#include <vector>

#include "document_template.h"
#include "http_client.h"
#include "load_run.h"

namespace {

using tomograph::load::DocumentTemplate;
using tomograph::load::wall_ns;

/// A request whose documents are stamped in place.
class Request final : public tomograph::load::RequestSource {
 public:
    Request(std::size_t documents, std::uint64_t first_number)
        : document_(true), number_(first_number) {
        std::string body = R"({"TraceSegmentDocuments":[)";
        std::vector<std::size_t> offsets;
        for (std::size_t i = 0; i < documents; ++i) {
            body += i > 0 ? ",\"" : "\"";
            offsets.push_back(body.size());
            body += document_.text();
            body += '"';
        }
        body += "]}";
        bytes_ = tomograph::load::put_segments_head(body.size());
        for (const std::size_t offset : offsets) places_.push_back(bytes_.size() + offset);
        bytes_ += body;
    }

    const std::string& next() override {
        const std::uint64_t now = wall_ns() / 1000;
        for (const std::size_t place : places_)
            document_.stamp(bytes_.data() + place, ++number_, now);
        return bytes_;
    }

 private:
    DocumentTemplate document_;
    std::uint64_t number_;
    std::string bytes_;
    std::vector<std::size_t> places_;
};

}  // namespace

int main(int argc, char** argv) {
    return tomograph::load::run_load(
        argc, argv, "documents", [](std::size_t documents, std::size_t connection) {
            return std::make_unique<Request>(documents, wall_ns() + (connection << 44));
        });
}
