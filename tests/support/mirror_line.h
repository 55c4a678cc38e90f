// One connection of a mirror server.
#pragma once

#include <optional>

#include "capture/client/frame_reader.h"
#include "capture/compose/composer.h"
#include "dissector/http/head.h"
#include "tests/support/mirror_play.h"

namespace framescope::test {

class MirrorServer::Line final : public net::TransportHandler, public client::FrameSink {
public:
    Line(std::shared_ptr<Play> play, std::unique_ptr<net::AcceptedTransport> transport);
    ~Line() override;

    void established(const net::Established&) override {}
    void received(ByteView bytes) override;
    void ended(const net::TransportEnd& end) override;

    void message(bool text, Bytes bytes) override;
    void control(websocket::Opcode opcode, ByteView payload) override;
    void frameRemark(const std::string& sentence) override { m_play->fault(sentence); }

    /// Says what is due, on this connection or where the session is.
    void say();
    /// Packets of Engine.IO that wait, as the answer to a poll or as frames.
    void flush();

private:
    bool readRequest();
    void request(const http::Head& head, const Bytes& body, std::string bytes);
    void upgrade(const http::Head& head);
    void polled(const http::Head& head, const Bytes& body);
    void answer(std::string_view body);
    void packet(bool text, Bytes bytes);
    void sayHttp(const replay::Step& step);
    void sayFrame(const replay::Step& step);
    void sayPacket(const replay::Step& step);
    void send(const compose::Draft& draft);
    void finishIfClosed();

    std::shared_ptr<Play> m_play;
    std::unique_ptr<net::AcceptedTransport> m_transport;
    Bytes m_waiting;
    bool m_engine = false;
    bool m_webSocket = false;
    std::string m_sid;  ///< that the request named
    std::optional<client::FrameReader> m_frames;
    compose::Composer m_composer;
    compose::WireState m_wire;
    std::multiset<std::string> m_pings;  ///< payloads of pings of ours that were not answered
    bool m_chunked = false;              ///< the events of a stream stand in chunks
};

}  // namespace framescope::test
