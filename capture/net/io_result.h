// What became of one attempt to move bytes over a socket that never waits, plain or with TLS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace framescope::net {

struct IoResult {
    enum class Kind : std::uint8_t {
        Bytes,          ///< `bytes` were moved; of a handshake or a shutdown: it is done
        WaitsForRead,   ///< nothing can be done before the socket is readable
        WaitsForWrite,  ///< nothing can be done before the socket is writable
        End,            ///< the peer will send nothing more
        Failed,         ///< `error` of the socket, or of TLS: then `sentence` says it
    };
    Kind kind = Kind::Bytes;
    std::size_t bytes = 0;
    std::error_code error = {};
    std::string sentence = {};  ///< also of an End that should not have come yet

    bool waits() const { return kind == Kind::WaitsForRead || kind == Kind::WaitsForWrite; }
};

}  // namespace framescope::net
