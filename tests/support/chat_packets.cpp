#include "tests/support/chat_packets.h"

#include <algorithm>
#include <cstdlib>

#include <QTemporaryDir>

#include "tests/support/capture_builder.h"

namespace framescope::test {
namespace {

std::uint16_t sourcePort(const ListedPacket& packet) {
    // Behind Ethernet and IPv4.
    return static_cast<std::uint16_t>(packet.data[34] << 8 | packet.data[35]);
}

}  // namespace

PacketList chat(int frames, std::uint16_t clientPort, bool closes, std::size_t padding) {
    CaptureBuilder capture;
    ConversationOptions options;
    options.clientPort = clientPort;
    TcpConversation talk(capture, options);
    talk.handshake();
    talk.upgrade("/chat");
    for (int i = 0; i < frames; ++i) {
        const std::string text = std::to_string(i) + std::string(padding, '.');
        talk.send(Direction::ClientToServer,
                  webSocketText("ask " + text, i % 2 == 0 ? kMask : kOtherMask));
        talk.send(Direction::ServerToClient, webSocketText("answer " + text));
    }
    if (closes) talk.close();
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("chat.pcap")).toStdString();
    if (!capture.write(path)) std::abort();
    return readPackets(path);
}

PacketList onlyFrom(const PacketList& packets, bool server) {
    PacketList chosen;
    std::ranges::copy_if(packets, std::back_inserter(chosen), [server](const ListedPacket& each) {
        return (sourcePort(each) == 3000) == server;
    });
    return chosen;
}

PacketList joined(PacketList first, const PacketList& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

PacketList inBlocks(const PacketList& packets, std::size_t size) {
    const PacketList sides[] = {onlyFrom(packets, false), onlyFrom(packets, true)};
    PacketList all;
    for (std::size_t at = 0; all.size() < packets.size(); at += size) {
        for (const PacketList& side : sides) {
            const std::size_t begin = std::min(at, side.size());
            const std::size_t end = std::min(at + size, side.size());
            all.insert(all.end(), side.begin() + static_cast<std::ptrdiff_t>(begin),
                       side.begin() + static_cast<std::ptrdiff_t>(end));
        }
    }
    return all;
}

PacketList moved(PacketList packets, std::size_t from, std::int64_t nanoseconds) {
    for (std::size_t i = from; i < packets.size(); ++i) packets[i].timeNs += nanoseconds;
    return packets;
}

}  // namespace framescope::test
