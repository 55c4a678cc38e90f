// Packets are described like those of a row, since describing knows every header on the way to TCP;
// only the fields that judge checksums are looked at.
#include "capture/session/checksum_figures.h"

#include <algorithm>

#include "capture/session/row_dissector.h"
#include "capture/session/session.h"
#include "capture/session/session_state.h"
#include "dissector/packet/packet.h"

namespace framescope {
namespace {

/// The worst that is said of one field's checksums: 0 good, 1 unverified, 2 wrong.
int worst(const FieldTree& tree, FieldId field) {
    int worst = 0;
    for (const Field& at : tree.fields()) {
        if (at.id != field) continue;
        const auto* const status = std::get_if<std::string>(&at.value);
        if (status == nullptr || *status == "good") continue;
        worst = std::max(worst, *status == "bad" ? 2 : 1);
    }
    return worst;
}

void count(int worst, std::uint64_t& wrong, std::uint64_t& unverified) {
    if (worst == 2) ++wrong;
    if (worst == 1) ++unverified;
}

}  // namespace

ChecksumFigures Session::verifyChecksums() const {
    ChecksumFigures figures;
    const State& state = *m_state;
    if (state.file == nullptr) return figures;
    for (std::size_t i = 0; i < state.packetOffsets.size(); ++i) {
        const auto packet = state.file->readPacket(state.layout, state.packetOffsets[i]);
        if (!packet) continue;
        FieldTree tree;
        std::string protocols;
        tcp::Context context;
        context.verifyChecksums = true;
        describePacket(packet->linkType, packet->data, packet->originalLength, context, tree,
                       Place{0, 0}, protocols);
        const auto stored = state.datagrams.find(static_cast<PacketNumber>(i + 1));
        if (stored != state.datagrams.end()) {
            const RowDatagram datagram = readDatagram(state, stored->second);
            setChecksumAddresses(stored->second, packet->data, tree, context);
            describeDatagram(datagram, context, tree, Place{1, 0}, protocols);
        }
        count(worst(tree, FieldId::IpChecksumStatus), figures.ipWrong, figures.ipUnverified);
        count(worst(tree, FieldId::TcpChecksumStatus), figures.tcpWrong, figures.tcpUnverified);
    }
    return figures;
}

}  // namespace framescope
