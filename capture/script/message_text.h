// A message as somebody types it on one line, and the draft it stands for.
#pragma once

#include <string>
#include <string_view>

#include "capture/compose/draft.h"
#include "capture/result.h"

namespace framescope::script {

/// What typed messages become.
struct MessageForm {
    enum class Kind : std::uint8_t { Frame, EngineIo, SocketIo, Raw };
    Kind kind = Kind::Frame;
    compose::FrameDraft frame;  ///< all but the payload
    std::string nsp = "/";      ///< of events
    bool wantsAck = false;      ///< of events
};

/// The draft. Of an event the payload is its name and arguments (`message {"a":1} 2`, where
/// arguments that do not look like JSON are one string: `message hello there`), or the whole array
/// (`["message",1]`). An Error where it is neither.
Result<compose::Draft> draftOf(compose::Payload payload, const MessageForm& form);

}  // namespace framescope::script
