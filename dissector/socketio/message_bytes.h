// What the Engine.IO message of another row carries: attachments, and the packets they belong to.
#pragma once

#include <cstdint>
#include <optional>

#include "dissector/core/bytes.h"
#include "dissector/layer/row_context.h"

namespace framescope::socketio {

/// The data of a row's message as Conversation was given it, at most `limit` bytes; nothing where
/// it cannot be read again.
std::optional<Bytes> messageBytes(RecordId row, const RowContext& context, std::uint64_t limit);

}  // namespace framescope::socketio
