#include "server/damage_text.h"

#include <fmt/format.h>

#include "cli/progress.h"
#include "cli/text.h"

namespace tomograph {

void tell_findings(const VerifyReport& report, const cli::Console& console) {
    for (const Damage& damage : report.damage)
        console.out(cli::safe_text(damage.file) + "\t" + cli::safe_text(damage.what) + "\n");
    console.hint(fmt::format("{} files, {}: {}", report.files, cli::bytes_text(report.bytes),
                             report.damage.empty()
                                 ? std::string("every checksum is right")
                                 : fmt::format("{} places are damaged", report.damage.size())));
    if (!report.unlisted.empty())
        console.hint(fmt::format("{} parts belong to nothing: the next start removes them",
                                 report.unlisted.size()));
}

}  // namespace tomograph
