// JSON passes through as it was written: arguments are cut out of the text and put into another,
// so placeholders keep their numbers and attachments need no looking into.
#include "capture/server/socketio_client.h"

#include <algorithm>
#include <utility>

#include "capture/server/random.h"
#include "capture/server/socketio_hub.h"
#include "dissector/engineio/target.h"
#include "dissector/payload/json.h"
#include "dissector/socketio/reserved_events.h"

namespace framescope::server {
namespace {

using socketio::PacketType;

constexpr std::string_view kRoot = "/";
constexpr std::string_view kChat = "/chat";
constexpr std::string_view kFirstRoom = "lobby";
constexpr std::string_view kWrongToken = "wrong";
constexpr std::size_t kMostAttachments = 1000;
constexpr std::size_t kMostAsked = 1000;
/// Memory that late acknowledgements may take; a client that wants more of them is closed.
constexpr std::size_t kMostLate = 16U << 20;
constexpr std::size_t kMostRoomName = 200;
/// A client of revision 5 must have connected a namespace in this time.
constexpr std::chrono::seconds kConnectWait{45};

std::string_view slice(std::string_view text, ByteRange range) {
    return text.substr(range.begin, range.size());
}

/// The elements behind the first one of an array, without brackets.
std::string_view behindFirst(std::string_view array) {
    const auto first = jsonChildren(array, 2);
    if (!first || first->size() < 2) return {};
    const std::size_t begin = (*first)[1].range.begin;
    return array.substr(begin, array.rfind(']') - begin);
}

/// The elements of an array, without brackets.
std::string_view inside(std::string_view array) {
    const std::size_t begin = array.find('[') + 1;
    return array.substr(begin, array.rfind(']') - begin);
}

std::string arrayOf(std::string_view name, std::string_view arguments) {
    std::string text = "[" + quotedJson(name);
    if (!arguments.empty()) text += ",";
    text += arguments;
    return text + "]";
}

/// The text member `token` of an object; empty if there is none.
std::string tokenOf(std::string_view object) {
    const auto members = jsonChildren(object, 64);
    if (!members) return {};
    for (const JsonNode& member : *members) {
        if (member.kind == JsonKind::String && slice(object, member.keyRange) == "\"token\"") {
            return unescapeJson(slice(object, member.range));
        }
    }
    return {};
}

bool isEmptyObject(std::string_view object) {
    const auto members = jsonChildren(object, 1);
    return !members || members->empty();
}

}  // namespace

SocketIoClient::SocketIoClient(SocketIoHub& hub, net::Reactor& reactor, std::uint64_t mostMessage)
    : m_hub(hub), m_mostMessage(mostMessage), m_lateTimer(reactor), m_connectTimer(reactor) {}

SocketIoClient::~SocketIoClient() {
    m_hub.leave(*this);
}

void SocketIoClient::opened(EngineChannel& channel) {
    m_channel = &channel;
    if (channel.revision() < 4) {
        connect(std::string(kRoot), channel.queryParameter("token"), {});
        return;
    }
    m_connectTimer.start(kConnectWait, [this] {
        if (m_channel != nullptr && m_namespaces.empty()) {
            m_channel->close("The client connected no namespace in time.");
        }
    });
}

void SocketIoClient::closed() {
    m_channel = nullptr;
    m_late.clear();
    m_lateBytes = 0;
    m_lateTimer.stop();
    m_connectTimer.stop();
    m_hub.leave(*this);
}

void SocketIoClient::send(const SocketIoMessage& message) {
    if (m_channel == nullptr) return;
    socketio::Packet packet;
    packet.type = message.type;
    if (!message.attachments.empty()) {
        packet.type = packet.isAck() ? PacketType::BinaryAck : PacketType::BinaryEvent;
        packet.attachments = static_cast<std::uint32_t>(message.attachments.size());
    }
    if (message.nsp != kRoot) packet.nsp = message.nsp;
    packet.id = message.id;
    packet.data = message.data;
    Bytes bytes;
    ByteWriter writer(bytes);
    socketio::encode(packet, writer);
    m_channel->send(false, bytes);
    for (const Bytes& attached : message.attachments) {
        if (m_channel != nullptr) m_channel->send(true, attached);
    }
}

// --- Reading

void SocketIoClient::message(bool binary, ByteView data) {
    if (m_channel == nullptr) return;
    if (binary) {
        attachment(data);
    } else {
        text(asText(data));
    }
}

void SocketIoClient::text(std::string_view text) {
    if (m_incomplete) {
        m_channel->close("The client sent a packet where an attachment was to come.");
        return;
    }
    if (!socketio::recognise(text, m_channel->revision())) {
        m_channel->close("The client sent what is no packet of Socket.IO.");
        return;
    }
    const socketio::Packet packet = *socketio::parse(text);
    SocketIoMessage message;
    message.type = packet.type;
    message.nsp = packet.nsp.empty() ? kRoot : packet.nsp;
    message.id = packet.id;
    message.data = packet.data;
    const std::uint32_t attachments = packet.attachments.value_or(0);
    if (attachments > kMostAttachments) {
        m_channel->close("The client announced too many attachments.");
        return;
    }
    if (message.type == PacketType::BinaryEvent) message.type = PacketType::Event;
    if (message.type == PacketType::BinaryAck) message.type = PacketType::Ack;
    if (attachments == 0) {
        handle(std::move(message));
        return;
    }
    m_incomplete = std::move(message);
    m_missing = attachments;
    m_attached = 0;
}

void SocketIoClient::attachment(ByteView bytes) {
    if (!m_incomplete) {
        m_channel->close("The client sent an attachment that no packet announced.");
        return;
    }
    m_attached += bytes.size();
    if (m_attached > m_mostMessage) {
        m_channel->close("The client's attachments are too big.");
        return;
    }
    m_incomplete->attachments.emplace_back(bytes.begin(), bytes.end());
    if (--m_missing == 0) handle(*std::exchange(m_incomplete, std::nullopt));
}

void SocketIoClient::handle(SocketIoMessage message) {
    if (message.type == PacketType::Connect) {
        const std::string query = message.nsp;
        message.nsp = message.nsp.substr(0, message.nsp.find('?'));
        const std::string token = m_channel->revision() >= 4
                                      ? tokenOf(message.data)
                                      : std::string(engineio::parameterOf(query, "token"));
        connect(message.nsp, token, message.data);
        return;
    }
    if (!m_namespaces.contains(message.nsp)) {
        // A namespace that was just left may still be sent to.
        if (message.type == PacketType::Disconnect || message.type == PacketType::Ack) return;
        m_channel->close("The client sent to a namespace that it had not connected.");
        return;
    }
    switch (message.type) {
        case PacketType::Disconnect:
            if (message.nsp == kChat) m_hub.leave(*this);
            m_namespaces.erase(message.nsp);
            return;
        case PacketType::Event:
            event(message);
            ++m_events;
            return;
        case PacketType::Ack:
            answered(message);
            return;
        default:
            m_channel->close("The client sent a packet that only a server may send.");
    }
}

// --- Namespaces

void SocketIoClient::connect(const std::string& nsp, std::string_view token,
                             const std::string& auth) {
    if (nsp != kRoot && nsp != kChat) {
        refuse(nsp, "Invalid namespace", {});
        return;
    }
    if (m_namespaces.contains(nsp)) return;
    if (token == kWrongToken) {
        refuse(nsp, "The token is wrong", "{\"token\":\"wrong\"}");
        return;
    }
    m_namespaces[nsp];
    SocketIoMessage answer;
    answer.type = PacketType::Connect;
    answer.nsp = nsp;
    if (m_channel->revision() >= 4) answer.data = "{\"sid\":\"" + randomId() + "\"}";
    send(answer);
    if (nsp == kChat) m_hub.enter(*this, std::string(kFirstRoom));
    if (!isEmptyObject(auth)) {
        SocketIoMessage welcome;
        welcome.nsp = nsp;
        welcome.data = arrayOf("welcome", auth);
        send(welcome);
    }
}

void SocketIoClient::refuse(const std::string& nsp, std::string_view sentence,
                            const std::string& data) {
    SocketIoMessage answer;
    answer.type = PacketType::ConnectError;
    answer.nsp = nsp;
    answer.data = quotedJson(sentence);
    if (m_channel->revision() >= 4) {
        answer.data = "{\"message\":" + answer.data;
        if (!data.empty()) answer.data += ",\"data\":" + data;
        answer.data += "}";
    }
    send(answer);
}

void SocketIoClient::disconnect(const std::string& nsp) {
    SocketIoMessage packet;
    packet.type = PacketType::Disconnect;
    packet.nsp = nsp;
    send(packet);
    if (nsp == kChat) m_hub.leave(*this);
    m_namespaces.erase(nsp);
}

// --- Events

void SocketIoClient::event(const SocketIoMessage& message) {
    const std::string name = firstStringOf(message.data).value_or("");
    const std::uint8_t revision = m_channel->revision();
    if (socketio::isReservedEvent(name, Direction::ClientToServer, revision)) {
        // Servers of revision 4 of the protocol take such an event for their own.
        if (revision >= 4) m_channel->close("The client sent an event of a reserved name.");
        return;
    }
    const std::string_view arguments = behindFirst(message.data);
    if (name == "ask") {
        ask(message, arguments);
    } else if (name == "goodbye") {
        acknowledge(message, arguments, message.attachments);
        disconnect(message.nsp);
    } else if (message.nsp == kRoot) {
        if (message.id) {
            acknowledge(message, arguments, message.attachments);
        } else {
            send(message);
        }
    } else if (name == "join") {
        join(message, arguments);
    } else {
        SocketIoMessage given = message;
        given.id.reset();
        acknowledge(message, std::to_string(m_hub.broadcast(*this, given)));
    }
}

void SocketIoClient::join(const SocketIoMessage& message, std::string_view arguments) {
    const std::string array = "[" + std::string(arguments) + "]";
    const std::string room = firstStringOf(array).value_or("");
    if (room.empty() || room.size() > kMostRoomName) {
        acknowledge(message, "{\"error\":\"A room has a name of at most 200 bytes.\"}");
        return;
    }
    m_hub.enter(*this, room);
    acknowledge(message, quotedJson(room) + "," + std::to_string(m_hub.sizeOf(room)));
}

void SocketIoClient::ask(const SocketIoMessage& message, std::string_view arguments) {
    Namespace& nsp = m_namespaces[message.nsp];
    if (nsp.asked.size() == kMostAsked) {
        m_channel->close("The client let too many questions go unanswered.");
        return;
    }
    SocketIoMessage question = message;
    question.data = arrayOf("question", arguments);
    question.id = nsp.nextId++;
    nsp.asked.emplace(*question.id, message.id);
    send(question);
}

void SocketIoClient::answered(const SocketIoMessage& message) {
    auto& asked = m_namespaces[message.nsp].asked;
    if (!message.id) return;
    const auto node = asked.extract(*message.id);
    if (node.empty()) return;
    SocketIoMessage answer = message;
    if (node.mapped()) {
        answer.id = node.mapped();
        acknowledge(answer, inside(message.data), message.attachments);
    } else {
        answer.type = PacketType::Event;
        answer.id.reset();
        answer.data = arrayOf("answer", inside(message.data));
        send(answer);
    }
}

void SocketIoClient::acknowledge(const SocketIoMessage& event, std::string_view arguments,
                                 const std::vector<Bytes>& attachments) {
    if (!event.id || m_channel == nullptr) return;
    const FaultList& faults = m_channel->faults();
    if (faults.due(Fault::MissingAck, m_events)) return;
    SocketIoMessage ack;
    ack.type = PacketType::Ack;
    ack.nsp = event.nsp;
    ack.id = event.id;
    ack.data = "[" + std::string(arguments) + "]";
    ack.attachments = attachments;
    const int times = faults.due(Fault::DoubleAck, m_events) ? 2 : 1;
    const auto late = faults.due(Fault::LateAck, m_events);
    for (int i = 0; i < times; ++i) {
        if (!late) {
            send(ack);
            continue;
        }
        m_late.push_back(
            {std::chrono::steady_clock::now() + std::chrono::milliseconds(numberOf(*late)), ack});
        m_lateBytes += m_late.back().size();
        if (m_lateBytes > kMostLate) {
            m_channel->close("The client wants too much acknowledged late: more than " +
                             std::to_string(kMostLate >> 20) + " MiB wait for their time.");
            return;
        }
    }
    if (!m_late.empty() && !m_lateTimer.isRunning()) sendLate();
}

std::size_t SocketIoClient::Late::size() const {
    std::size_t bytes = sizeof(Late) + message.nsp.size() + message.data.size();
    for (const Bytes& attached : message.attachments) bytes += sizeof(Bytes) + attached.size();
    return bytes;
}

void SocketIoClient::sendLate() {
    const auto now = std::chrono::steady_clock::now();
    while (!m_late.empty() && m_late.front().due <= now && m_channel != nullptr) {
        m_lateBytes -= m_late.front().size();
        const SocketIoMessage message = std::move(m_late.front().message);
        m_late.pop_front();
        send(message);
    }
    if (m_late.empty() || m_channel == nullptr) return;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(m_late.front().due - now);
    m_lateTimer.start(wait, [this] { sendLate(); });
}

}  // namespace framescope::server
