// Issues that say that something did not happen: nobody connected the namespace, nobody asked for
// the acknowledgement. What is missing from the capture may have been just that, and of a hole one
// learns some time behind what was read meanwhile. So such an issue is a claim first. It becomes an
// issue at once where nothing of the capture is waited for, otherwise when nothing was told to be
// missing for so long that it would have been, or when all that could bring it has ended.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "dissector/layer/layer.h"

namespace framescope {

/// A claim about a row.
struct Claim {
    RecordId row = kNoRecord;
    IssueCode code = IssueCode::None;
    std::uint16_t part = 0;
    std::string detail;
    /// Whether what is missing of a direction could refute it, by Direction.
    std::array<bool, 2> refutable{true, true};
};

class WaitingClaims {
public:
    /// Packets of the capture after which a hole was told: twice what the assembler of a stream
    /// waits.
    static constexpr PacketNumber kPatience = 256;
    /// Claims that wait; more are not made.
    static constexpr std::size_t kMax = 1024;

    /// Other connections, which may not have been seen yet, can refute what is claimed.
    void setManyConnections(bool many) { m_many = many; }
    /// Makes a claim; `issues` are those of the row that is about to be emitted, null where its row
    /// was emitted before. True where it is an issue already.
    bool raise(Claim claim, IssueSink* issues, LayerOutput& out);
    /// Bytes of this direction are missing.
    void lost(Direction direction);

    bool empty() const { return m_waiting.empty(); }
    /// Some have waited long enough at this packet.
    bool due(PacketNumber now) const {
        return !m_waiting.empty() && now > m_waiting.front().packet + kPatience;
    }
    /// Those that have, or all.
    std::vector<Claim> takeDue(PacketNumber now);
    std::vector<Claim> takeAll();

private:
    struct Waiting {
        Claim claim;
        PacketNumber packet = 0;
    };
    std::vector<Waiting> m_waiting;
    bool m_many = false;
};

}  // namespace framescope
