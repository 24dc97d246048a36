#pragma once

#include <string>
#include <string_view>

#include "base/crypto/file_keys.h"
#include "base/result.h"

namespace tomograph {

// A small file that is replaced as a whole, sealed under a data key of its own
// (docs/formats/encryption.md, "Sealed file").

inline constexpr KeySlotPlaces sealed_file_slot_places{.first = 512, .second = 1024};
inline constexpr std::size_t sealed_file_head_bytes = 1536;

/// keys  null: the text as it is
Result<std::string> seal_file(FileKeys* keys, SealedObject object, std::string_view text);

bool is_sealed_file(std::string_view bytes);
/// What the file is, from its head. errors: corrupt, invalid (a newer format)
Result<SealedObject> sealed_file_object(std::string_view head);

/// The text, whether it was sealed or not.
/// keys    null: no master key was given
/// errors  corrupt; denied (as FileKeys::unwrap)
Result<std::string> open_file_text(FileKeys* keys, std::string bytes);

}  // namespace tomograph
