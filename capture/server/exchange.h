// One request and its answer, which may be given later: a route keeps the exchange until it has
// something to say. When the connection is lost in between, the exchange outlives it and whatever
// is answered goes nowhere.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "capture/server/fault_list.h"
#include "capture/server/request.h"
#include "capture/server/stream_handler.h"

namespace framescope::server {

class ClientEntry;

/// What a connection does for the exchange that it is busy with.
class ExchangeEnd {
public:
    virtual void send(Response response, bool more) = 0;
    virtual void sendPart(ByteView bytes) = 0;
    virtual void endBody() = 0;
    virtual void switchTo(Response response, std::unique_ptr<StreamHandler> handler) = 0;
    virtual void reset(std::string sentence) = 0;
    virtual ClientEntry& client() = 0;
    virtual const std::string& address() const = 0;

protected:
    ~ExchangeEnd() = default;
};

class Exchange {
public:
    Exchange(ExchangeEnd& end, Request request, FaultList faults)
        : m_end(&end), m_request(std::move(request)), m_faults(std::move(faults)) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    const Request& request() const { return m_request; }
    const FaultList& faults() const { return m_faults; }
    /// The client can still be answered.
    bool isOpen() const { return m_end != nullptr; }

    /// The whole answer.
    void answer(Response response);
    /// One line of text as the whole answer.
    void answer(std::uint16_t status, std::string_view sentence);
    /// An answer whose body comes piece by piece, until end(). `whenLost` is called when the client
    /// goes away before.
    void begin(Response response);
    void write(std::string_view text);
    void end();
    /// Answers with 101 and hands the connection over. Where the client is gone, or is cut by the
    /// answer, the handler is ended without having been opened.
    void switchTo(Response response, std::unique_ptr<StreamHandler> handler);
    /// RST instead of an answer.
    void reset(std::string sentence);

    /// The entry of the connection among the clients; made when it is first asked for.
    ClientEntry& client() { return m_end->client(); }
    /// The client's address.
    std::string address() const { return m_end->address(); }

    /// Called when the client goes away before it was answered.
    std::function<void()> whenLost;
    /// For the connection: it is lost.
    void lose();

private:
    ExchangeEnd* take();

    ExchangeEnd* m_end;
    Request m_request;
    FaultList m_faults;
};

}  // namespace framescope::server
