// What a request target says of Engine.IO: its query names the revision (EIO), the transport and,
// behind the handshake, the session (sid).
#pragma once

#include <cstdint>
#include <string_view>

namespace framescope::engineio {

/// The value of a parameter in a target's query, as it stands there; empty where it is missing.
std::string_view parameterOf(std::string_view target, std::string_view name);

/// The protocol revision a request target asks for (its query's EIO parameter); 0 if it names none.
std::uint8_t revisionFromTarget(std::string_view target);

/// Whether the target is one of Engine.IO: it names a revision, or a transport of Engine.IO and a
/// session.
bool isEngineIoTarget(std::string_view target);
/// Whether a target may have been one of Engine.IO before a byte of it was damaged.
bool mayBeEngineIoTarget(std::string_view target);

/// Whether it is the path that Socket.IO takes where nobody chose another one, /socket.io/, also
/// below a prefix. Engine.IO alone takes /engine.io/.
bool isSocketIoTarget(std::string_view target);

}  // namespace framescope::engineio
