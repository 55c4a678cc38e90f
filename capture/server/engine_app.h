// What stands on an Engine.IO session: it is given the messages and may send some, whatever the
// transport is at the moment.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "capture/server/fault_list.h"
#include "dissector/core/bytes.h"

namespace framescope::server {

/// What an application may ask of its session.
class EngineChannel {
public:
    virtual void send(bool binary, ByteView data) = 0;
    /// Ends the session; the sentence is for the list of clients.
    virtual void close(std::string sentence) = 0;
    /// Of the protocol: 3 or 4.
    virtual std::uint8_t revision() const = 0;
    virtual const FaultList& faults() const = 0;
    /// A parameter of the query with which the session was opened; empty if it had none.
    virtual std::string queryParameter(std::string_view name) const = 0;

    void sendText(std::string_view text) { send(false, asBytes(text)); }

protected:
    ~EngineChannel() = default;
};

class EngineApp {
public:
    virtual ~EngineApp() = default;
    virtual void opened(EngineChannel& channel) = 0;
    virtual void message(bool binary, ByteView data) = 0;
    /// The session is over; nothing can be sent. Called once.
    virtual void closed() = 0;
};

using EngineAppMaker = std::function<std::unique_ptr<EngineApp>()>;
/// An application that sends every message back.
std::unique_ptr<EngineApp> echoEngineApp();

}  // namespace framescope::server
