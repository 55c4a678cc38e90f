// A WebSocket client, the scripted network it talks to, and what it told: what tests of it share.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <QThread>

#include "scripted_peer.h"

namespace framescope::test {

/// A client, its network and what it told.
struct WebSocketSet {
    net::Reactor reactor;
    ScriptedNet network{reactor};
    Recorder recorder;
    std::unique_ptr<client::Client> client;

    void make(client::ClientOptions options = {}) {
        if (options.urls.empty()) options.urls = {"ws://localhost:1/path"};
        client =
            client::makeWithConnector(reactor, network.connector(), std::move(options), recorder);
        client->connect();
    }
    /// Runs on the reactor's thread with the wire opened last.
    void onWire(const std::function<void(Wire&)>& task) {
        reactor.call([this, &task] { task(*network.wires.back()); });
    }
    bool waitForWire(const std::function<bool(Wire&)>& holds) {
        for (int i = 0; i < 10'000; ++i) {
            bool good = false;
            reactor.call([&] { good = !network.wires.empty() && holds(*network.wires.back()); });
            if (good) return true;
            QThread::msleep(1);
        }
        return false;
    }
    /// Behind this, no script runs any more: what it looks at may go.
    ~WebSocketSet() {
        client.reset();
        reactor.call([this] { network.silence(); });
    }
};

inline compose::FrameDraft textDraft(const std::string& text) {
    compose::FrameDraft draft;
    draft.payload.text = text;
    return draft;
}

}  // namespace framescope::test
