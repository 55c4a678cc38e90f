#include "dissector/socketio/message_bytes.h"

namespace framescope::socketio {

std::optional<Bytes> messageBytes(RecordId row, const RowContext& context, std::uint64_t limit) {
    Bytes bytes = context.payload(row, limit + 1);
    if (bytes.empty() && context.record(row).length != 0) return std::nullopt;
    if (!context.record(row).has(kFlagBinary)) {
        if (!bytes.empty()) bytes.erase(bytes.begin());
    } else if (context.connection().facts.engineVersion == 3 && !bytes.empty()) {
        bytes.erase(bytes.begin());
    }
    return bytes;
}

}  // namespace framescope::socketio
