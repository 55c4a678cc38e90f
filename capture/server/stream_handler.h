// What reads and writes a connection once it has left HTTP.
#pragma once

#include <string>

#include "capture/server/outlet.h"

namespace framescope::server {

/// What a handler may ask of the connection it lives on.
class StreamOwner {
public:
    virtual Outlet& outlet() = 0;
    /// RST, with a sentence for the list of clients.
    virtual void cut(std::string sentence) = 0;
    /// How the connection ended, for the list of clients; the first sentence counts.
    virtual void noteEnding(std::string sentence) = 0;

protected:
    ~StreamOwner() = default;
};

class StreamHandler {
public:
    virtual ~StreamHandler() = default;
    /// The response that switched was sent. `owner` outlives the handler.
    virtual void opened(StreamOwner& owner) = 0;
    virtual void received(ByteView bytes) = 0;
    /// Nothing comes any more and nothing can be sent. Called once; alone, where the connection
    /// ended before the response went out.
    virtual void ended() = 0;
};

}  // namespace framescope::server
