// Event names that an application must not send, because the libraries emit events of these names
// themselves.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissector/record/record.h"

namespace framescope::socketio {

/// Whether `sender` may not use the name as an event. From protocol revision 5 on (EIO=4) there is
/// one list for both sides, and receivers refuse the packet. Before, each side's library kept its
/// own list and emitted such an event locally instead of sending it, so on the wire only one of
/// another maker can be seen. False where the revision is not known (0) and the lists differ.
bool isReservedEvent(std::string_view name, Direction sender, std::uint8_t engineVersion);

}  // namespace framescope::socketio
