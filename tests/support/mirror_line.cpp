#include "tests/support/mirror_line.h"

#include <algorithm>
#include <cstdio>
#include <openssl/evp.h>

#include "capture/replay/socket_packet.h"
#include "dissector/engineio/packet.h"
#include "dissector/engineio/payload.h"
#include "dissector/engineio/target.h"
#include "dissector/http/body.h"
#include "dissector/http/chunked.h"
#include "dissector/websocket/extensions.h"
#include "dissector/websocket/handshake.h"

namespace framescope::test {

using replay::Step;
using replay::StepKind;
using websocket::Opcode;

namespace {

std::string replacedMember(std::string text, const std::string& name, const std::string& value) {
    const std::string begin = "\"" + name + "\":\"";
    const std::size_t at = text.find(begin);
    if (at == std::string::npos) return text;
    const std::size_t from = at + begin.size();
    return text.replace(from, text.find('"', from) - from, value);
}

Bytes bytesFrom(std::string_view text) {
    const ByteView bytes = asBytes(text);
    return {bytes.begin(), bytes.end()};
}

std::string base64Of(const Bytes& bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

bool isEngineIo(const replay::Plan& plan) {
    return plan.speaks == client::Speaks::EngineIo || plan.speaks == client::Speaks::SocketIo;
}

}  // namespace

MirrorServer::Line::Line(std::shared_ptr<Play> play,
                         std::unique_ptr<net::AcceptedTransport> transport)
    : m_play(std::move(play)), m_transport(std::move(transport)) {
    m_wire.direction = Direction::ServerToClient;
    m_engine = isEngineIo(m_play->plan());
    m_transport->attach(*this);
}

MirrorServer::Line::~Line() = default;

void MirrorServer::Line::received(ByteView bytes) {
    m_play->raw(bytes);
    if (m_frames) {
        if (const auto& fault = m_frames->feed(bytes, *this)) m_play->fault(fault->sentence);
        return;
    }
    m_waiting.insert(m_waiting.end(), bytes.begin(), bytes.end());
    while (!m_frames && readRequest()) {
    }
}

void MirrorServer::Line::ended(const net::TransportEnd&) {
    if (m_play->poll == this) m_play->poll = nullptr;
    if (m_play->socket == this) m_play->socket = nullptr;
    if (m_play->probe == this) m_play->probe = nullptr;
}

// Requests.

bool MirrorServer::Line::readRequest() {
    const auto head = http::parseHead(m_waiting);
    if (!head) return false;
    IssueSink ignored;
    const http::BodyFraming framing = http::bodyFraming(*head, {}, ignored);
    const ByteView behind = ByteView(m_waiting).subspan(head.consumed());
    std::size_t size = 0;
    Bytes body;
    if (framing.kind == http::BodyKind::Length) {
        size = static_cast<std::size_t>(framing.length);
        if (behind.size() < size) return false;
        body.assign(behind.begin(), behind.begin() + static_cast<std::ptrdiff_t>(size));
    } else if (framing.kind == http::BodyKind::Chunked) {
        http::ChunkDecoder decoder;
        size = decoder.feed(behind);
        if (!decoder.finished()) return false;
    }
    const std::size_t all = head.consumed() + size;
    const std::string bytes(asText(ByteView(m_waiting).first(all)));
    m_waiting.erase(m_waiting.begin(), m_waiting.begin() + static_cast<std::ptrdiff_t>(all));
    request(*head, body, bytes);
    return true;
}

void MirrorServer::Line::request(const http::Head& head, const Bytes& body, std::string bytes) {
    if (m_engine && !websocket::isHandshake(head)) {
        polled(head, body);
    } else if (m_play->plan().speaks == client::Speaks::Raw) {
        m_play->heard(std::move(bytes));
        say();
    } else if (websocket::isHandshake(head)) {
        if (!m_engine) m_play->heard(std::move(bytes));
        upgrade(head);
    } else {
        m_play->fault("A request came that is none of the conversation's.");
    }
}

void MirrorServer::Line::upgrade(const http::Head& head) {
    std::string response =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\n";
    const Step* const step = m_engine ? nullptr : m_play->next();
    if (step != nullptr) response = asText(m_play->bytesOf(*step));
    auto answer = http::parseHead(asBytes(response + (step == nullptr ? "\r\n" : "")));
    http::Head said = std::move(*answer);
    const std::string accept = websocket::acceptFor(head.value("Sec-WebSocket-Key"));
    std::erase_if(said.headers, [](const http::Header& header) {
        return http::equalsIgnoreCase(header.name, "Sec-WebSocket-Accept");
    });
    http::Header header;
    header.name = "Sec-WebSocket-Accept";
    header.value = accept;
    said.headers.push_back(header);
    Bytes bytes;
    ByteWriter writer(bytes);
    http::encode(said, writer);
    m_transport->send(bytes);
    if (said.status != 101) {
        m_transport->finish();
        return;
    }
    const websocket::Offer offer = websocket::offerOf(head);
    m_wire.compression = websocket::compressionOf(websocket::extensionsOf(said), &offer.extensions);
    m_webSocket = true;
    m_frames.emplace(Direction::ClientToServer, m_wire.compression);
    if (!m_engine) {
        say();
    } else if (engineio::parameterOf(head.target, "sid").empty()) {
        m_play->socket = this;
        say();
    } else {
        m_play->probe = this;
    }
    if (m_waiting.empty()) return;
    const Bytes rest = std::exchange(m_waiting, {});
    if (const auto& fault = m_frames->feed(rest, *this)) m_play->fault(fault->sentence);
}

// Frames.

void MirrorServer::Line::message(bool text, Bytes bytes) {
    if (m_engine) {
        if (!text && m_play->plan().client.engineIo.revision == 3 && !bytes.empty()) {
            bytes.erase(bytes.begin());  // the type
        }
        packet(text, std::move(bytes));
        return;
    }
    m_play->heard(std::string(asText(bytes)));
    say();
}

void MirrorServer::Line::control(Opcode opcode, ByteView payload) {
    const std::string text(asText(payload));
    if (opcode == Opcode::Pong) {
        const auto answered = m_pings.find(text);
        if (answered != m_pings.end()) {
            m_pings.erase(answered);
            return;
        }
    }
    if (opcode == Opcode::Close) {
        m_play->closeHeard = true;
        if (m_play->closeSent) {
            finishIfClosed();
            return;
        }
    }
    m_play->heard(std::string(websocket::opcodeName(static_cast<std::uint8_t>(opcode))) + " " +
                  text);
    say();
    finishIfClosed();
}

void MirrorServer::Line::finishIfClosed() {
    if (m_play->closeHeard && m_play->closeSent) m_transport->finish();
}

void MirrorServer::Line::send(const compose::Draft& draft) {
    const auto prepared = m_composer.prepare(draft, m_wire);
    if (!prepared) {
        m_play->fault(prepared.error().sentence);
        return;
    }
    m_transport->send(prepared->joined());
}

// Engine.IO.

void MirrorServer::Line::polled(const http::Head& head, const Bytes& body) {
    m_sid = engineio::parameterOf(head.target, "sid");
    if (head.method == "POST") {
        const std::uint8_t revision = m_play->plan().client.engineIo.revision;
        const std::string_view payload = asText(body);
        const auto framing = engineio::recogniseFraming(payload, revision);
        engineio::PayloadReader reader(payload, framing.value_or(engineio::Framing::Records));
        while (const auto unit = reader.next()) {
            const std::string_view piece = payload.substr(unit->range.begin, unit->range.size());
            const auto content = engineio::unitContent(piece, *framing);
            if (!content) continue;
            const auto read =
                engineio::packetOf(*content, {*framing, engineio::Wrapping::None, false});
            if (!read) {
                m_play->fault("A packet of a payload cannot be read.");
                continue;
            }
            if (read->isText()) {
                packet(true, bytesFrom(content->packet));
            } else {
                packet(false, engineio::decodedData(*read, true).value_or(Bytes()));
            }
        }
        answer("ok");
        if (m_play->poll != nullptr) m_play->poll->flush();
        return;
    }
    m_play->poll = this;
    if (m_sid.empty()) say();
    if (m_play->probed && m_play->outbox.empty())
        m_play->outbox.emplace_back(bytesFrom("6"), false);
    flush();
}

void MirrorServer::Line::answer(std::string_view body) {
    std::string text =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: ";
    text += std::to_string(body.size()) + "\r\n\r\n";
    text += body;
    m_transport->send(asBytes(text));
}

void MirrorServer::Line::packet(bool text, Bytes bytes) {
    if (!text) {
        if (m_play->attachments == 0)
            m_play->fault("A binary message came that belongs to nothing.");
        m_play->packetText += " +" + std::to_string(bytes.size());
    }
    const std::string data(asText(bytes));
    if (text && data == "2probe") {
        m_play->probed = true;
        m_play->outbox.emplace_back(bytesFrom("6"), false);
        if (m_play->poll != nullptr) m_play->poll->flush();
        compose::FrameDraft pong;
        pong.masking = compose::Masking::None;
        pong.payload.text = "3probe";
        send(compose::Draft(pong));
        return;
    }
    if (text && data == "5") {
        m_play->probe = nullptr;
        m_play->probed = false;
        m_play->socket = this;
        std::erase_if(m_play->outbox, [](const auto& each) { return asText(each.first) == "6"; });
        flush();
        return;
    }
    if (text && data == "2") {
        m_play->outbox.emplace_back(bytesFrom("3"), false);
        if (Line* const line = m_play->socket != nullptr ? m_play->socket : m_play->poll)
            line->flush();
        return;
    }
    if (text && data == "3") return;
    if (text && !data.empty() && data.front() == '4') {
        const auto read = replay::readSocketPacket(ByteView(bytes).subspan(1), true);
        m_play->attachments = read ? read->announced : 0;
        m_play->packetText = data.substr(1);
        if (m_play->attachments > 0) return;
    } else if (text) {
        m_play->packetText = data;
    } else if (m_play->attachments > 0 && --m_play->attachments > 0) {
        return;
    }
    m_play->heard(m_play->packetText);
    say();
}

void MirrorServer::Line::flush() {
    if (m_play->outbox.empty()) return;
    if (m_play->socket == this) {
        for (const auto& [bytes, binary] : m_play->outbox) {
            compose::FrameDraft draft;
            draft.masking = compose::Masking::None;
            if (binary) draft.opcode = static_cast<std::uint8_t>(Opcode::Binary);
            draft.payload.text = asText(bytes);
            if (binary && m_play->plan().client.engineIo.revision == 3) {
                draft.payload.text.insert(draft.payload.text.begin(), '\x04');
            }
            send(compose::Draft(draft));
        }
        m_play->outbox.clear();
        return;
    }
    if (m_play->poll != this) return;
    const bool lengths = m_play->plan().client.engineIo.revision == 3;
    std::vector<std::string> texts;
    for (const auto& [bytes, binary] : m_play->outbox) {
        texts.push_back(binary ? (lengths ? "b4" : "b") + base64Of(bytes)
                               : std::string(asText(bytes)));
    }
    std::vector<engineio::EncodedPacket> packets;
    for (const std::string& text : texts) packets.push_back({text, false});
    Bytes payload;
    ByteWriter writer(payload);
    engineio::encodePayload(
        packets, lengths ? engineio::Framing::Lengths : engineio::Framing::Records, writer);
    m_play->outbox.clear();
    m_play->poll = nullptr;
    answer(asText(payload));
}

// What is due.

void MirrorServer::Line::say() {
    while (const Step* const step = m_play->next()) {
        for (int i = m_play->isDoubled(step->number) ? 2 : 1; i > 0; --i) {
            if (m_engine) {
                sayPacket(*step);
            } else if (m_webSocket) {
                sayFrame(*step);
            } else {
                sayHttp(*step);
            }
        }
        if (step->kind == StepKind::End) return;
    }
    if (!m_engine) return;
    Line* const line = m_play->socket != nullptr ? m_play->socket : m_play->poll;
    if (line != nullptr) line->flush();
}

void MirrorServer::Line::sayHttp(const Step& step) {
    const Bytes bytes = m_play->bytesOf(step);
    if (step.kind == StepKind::End) {
        if (step.reset) {
            m_transport->reset();
        } else {
            m_transport->finish();
        }
    } else if (step.kind == StepKind::Event && m_chunked) {
        char size[32];
        std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
        m_transport->send(asBytes(size));
        m_transport->send(bytes);
        m_transport->send(asBytes("\r\n"));
    } else {
        m_transport->send(bytes);
        if (step.kind != StepKind::HttpResponse) return;
        const auto head = http::parseHead(bytes);
        m_chunked = head && head->lists("Transfer-Encoding", "chunked");
    }
}

void MirrorServer::Line::sayFrame(const Step& step) {
    if (step.kind == StepKind::End) {
        if (step.reset) {
            m_transport->reset();
        } else {
            m_transport->finish();
        }
        return;
    }
    const Bytes bytes = m_play->bytesOf(step);
    compose::FrameDraft draft;
    draft.masking = compose::Masking::None;
    draft.opcode = step.opcode;
    draft.payload.text = asText(bytes);
    if (step.compressed) draft.compressing = compose::Compressing::AsAgreed;
    if (step.opcode == static_cast<std::uint8_t>(Opcode::Ping)) m_pings.insert(draft.payload.text);
    if (step.opcode == static_cast<std::uint8_t>(Opcode::Close)) m_play->closeSent = true;
    send(compose::Draft(draft));
    finishIfClosed();
}

void MirrorServer::Line::sayPacket(const Step& step) {
    Line* const line = m_play->socket;
    if (step.kind == StepKind::Control) {
        if (line == nullptr) {
            m_play->fault("There is no WebSocket for the close frame.");
            return;
        }
        line->flush();
        line->sayFrame(step);
        return;
    }
    if (step.kind == StepKind::End) {
        if (line != nullptr) line->m_transport->finish();
        return;
    }
    const Bytes bytes = m_play->bytesOf(step);
    std::string text(asText(bytes));
    if (step.kind == StepKind::EngineIo) {
        text = static_cast<char>('0' + static_cast<int>(step.engineType)) +
               replacedMember(text, "sid", kMirrorSid);
        m_play->outbox.emplace_back(bytesFrom(text), false);
        return;
    }
    if (step.kind == StepKind::SocketIo) {
        if (step.socketType == socketio::PacketType::Connect) {
            text = replacedMember(text, "sid", "socket-of-the-mirror");
        }
        const bool event = step.socketType == socketio::PacketType::Event ||
                           step.socketType == socketio::PacketType::BinaryEvent;
        if (event && step.id) {
            text = asText(replay::withId(asBytes(text), true, *step.id + kMirrorIdShift));
        }
    }
    m_play->outbox.emplace_back(bytesFrom("4" + text), false);
    for (const Bytes& attachment : step.attachments) m_play->outbox.emplace_back(attachment, true);
}

}  // namespace framescope::test
