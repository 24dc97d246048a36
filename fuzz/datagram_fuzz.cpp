#include "wire/xray/datagram.h"

#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "wire/xray/document_array.h"

using namespace tomograph;

namespace {

/// The documents lie in the text, in order, and do not overlap.
void check_views(std::string_view text, const std::vector<std::string_view>& documents) {
    const char* at = text.data();
    for (const std::string_view document : documents) {
        ASSERT(document.data() >= at);
        at = document.data() + document.size();
        ASSERT(at <= text.data() + text.size());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto datagram = split_datagram(text);
    if (const auto* documents = std::get_if<0>(&datagram)) check_views(text, *documents);
    const auto array = split_documents(text, text.size());
    if (array) check_views(text, *array);
    return 0;
}
