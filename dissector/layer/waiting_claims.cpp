#include "dissector/layer/waiting_claims.h"

#include <algorithm>
#include <utility>

#include "dissector/layer/conversations.h"

namespace framescope {

bool WaitingClaims::raise(Claim claim, IssueSink* issues, LayerOutput& out) {
    if (!m_many && out.conversations().engineSessions.nothingIsAwaited()) {
        if (issues != nullptr) {
            issues->addContextual(claim.code, claim.part, std::move(claim.detail));
        } else {
            remarkLate(claim.row, claim.code, out, claim.part, claim.detail);
        }
        return true;
    }
    if (m_waiting.size() < kMax) {
        m_waiting.push_back({std::move(claim), out.arrival().packet});
    }
    return false;
}

void WaitingClaims::lost(Direction direction) {
    std::erase_if(m_waiting, [direction](const Waiting& waiting) {
        return waiting.claim.refutable[indexOf(direction)];
    });
}

std::vector<Claim> WaitingClaims::takeDue(PacketNumber now) {
    std::vector<Claim> claims;
    std::erase_if(m_waiting, [&](Waiting& waiting) {
        if (now <= waiting.packet + kPatience) return false;
        claims.push_back(std::move(waiting.claim));
        return true;
    });
    return claims;
}

std::vector<Claim> WaitingClaims::takeAll() {
    std::vector<Claim> claims;
    for (Waiting& waiting : m_waiting) claims.push_back(std::move(waiting.claim));
    m_waiting.clear();
    return claims;
}

}  // namespace framescope
