// One table says of every fault what it is called, what it does, and which numbers it takes; help
// texts, switches and the parser read it.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "capture/server/fault_list.h"
#include "capture/server/misbehaviour.h"

namespace framescope::server {
namespace {

constexpr auto kFaultCount = static_cast<std::size_t>(Fault::Count);

constexpr std::array<FaultInfo, kFaultCount> kFaults = {{
    {Fault::WrongAccept, "wrong-accept", "Sec-WebSocket-Accept answers another key.", ""},
    {Fault::Refuse, "refuse", "The upgrade, or the handshake of Engine.IO, is refused.",
     "the status, 403"},
    {Fault::UnaskedSubprotocol, "unasked-subprotocol",
     "Agrees to a subprotocol that was not offered.", ""},
    {Fault::UnaskedExtension, "unasked-extension", "Agrees to an extension that was not offered.",
     ""},
    {Fault::Close, "close", "Sends a close frame.",
     "its code, which may be a forbidden one; none is a frame without a code"},
    {Fault::CutInFrame, "cut-in-frame", "Ends the TCP connection in the middle of a frame.", ""},
    {Fault::Reset, "reset", "Resets the TCP connection.", ""},
    {Fault::Masked, "masked", "Masks the frames it sends, as only a client may.", ""},
    {Fault::BadUtf8, "bad-utf8", "Sends text messages with bytes that are no UTF-8 behind them.",
     ""},
    {Fault::ReservedBits, "reserved-bits", "Sets reserved bits in data frames.",
     "the bits, RSV1 is 4, RSV2 is 2, RSV3 is 1; 2"},
    {Fault::ReservedOpcode, "reserved-opcode", "Sends data frames with a reserved opcode.",
     "the opcode, 3 to 7 or 11 to 15; 3"},
    {Fault::LyingLength, "lying-length", "Announces more payload than it sends.",
     "the bytes that are missing, 10"},
    {Fault::BrokenDeflate, "broken-deflate",
     "Sends messages that are marked as compressed and are no DEFLATE.", ""},
    {Fault::DeflateBomb, "deflate-bomb", "Sends a small message that inflates to a great one.",
     "its size in MiB, 256"},
    {Fault::NoPong, "no-pong", "Does not answer the pings of WebSocket.", ""},
    {Fault::NoHeartbeat, "no-heartbeat",
     "Engine.IO: sends no pings (revision 4), answers none (revision 3).", ""},
    {Fault::SlowReading, "slow-reading", "Reads slowly.", "bytes a second, 1024"},
    {Fault::SlowWriting, "slow-writing", "Sends slowly.", "bytes a second, 1024"},
    {Fault::SplitWriting, "split-writing", "Sends in small TCP segments.",
     "bytes of each segment, 1"},
    {Fault::LateAck, "late-ack", "Socket.IO: acknowledges late.", "milliseconds, 2000"},
    {Fault::DoubleAck, "double-ack", "Socket.IO: acknowledges twice.", ""},
    {Fault::MissingAck, "missing-ack", "Socket.IO: does not acknowledge.", ""},
    {Fault::UnknownSid, "unknown-sid",
     "Engine.IO: forgets its sessions, so that every request with a sid is refused.", ""},
}};

/// What numbers a fault takes.
struct NumberRule {
    bool taken = false;
    std::uint64_t otherwise = 0;  ///< what none means
    std::uint64_t least = 0;
    std::uint64_t greatest = 0;
};

NumberRule ruleOf(Fault fault) {
    switch (fault) {
        case Fault::Refuse:
            return {true, 403, 200, 599};
        case Fault::Close:
            return {true, 0, 0, 65535};
        case Fault::ReservedBits:
            return {true, 2, 1, 7};
        case Fault::ReservedOpcode:
            return {true, 3, 3, 15};
        case Fault::LyingLength:
            return {true, 10, 1, std::numeric_limits<std::int64_t>::max()};
        case Fault::DeflateBomb:
            return {true, 256, 1, 4096};
        case Fault::SlowReading:
        case Fault::SlowWriting:
            return {true, 1024, 1, 1U << 30};
        case Fault::SplitWriting:
            return {true, 1, 1, 65536};
        case Fault::LateAck:
            return {true, 2000, 0, 3'600'000};
        default:
            return {};
    }
}

template <typename T>
std::optional<T> wholeNumber(std::string_view digits) {
    T value{};
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || error != std::errc() || stop != end) return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

Error wrong(std::string_view item, const std::string& why) {
    return Error{"The misbehaviour \"" + std::string(item) + "\" cannot be read: " + why};
}

Result<Misbehaviour> parseOne(std::string_view item) {
    std::string_view rest = item;
    Misbehaviour result;
    if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
        const auto after = wholeNumber<std::uint32_t>(rest.substr(at + 1));
        if (!after) return wrong(item, "behind @ stands how many messages pass before it.");
        result.after = *after;
        rest = rest.substr(0, at);
    }
    std::optional<std::string_view> number;
    if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
        number = rest.substr(colon + 1);
        rest = rest.substr(0, colon);
    }
    const auto found = std::ranges::find(kFaults, rest, &FaultInfo::name);
    if (found == kFaults.end()) return wrong(item, "there is none of that name.");
    result.fault = found->fault;
    if (!number) return result;
    const NumberRule rule = ruleOf(result.fault);
    if (result.fault == Fault::Close && *number == "none") return result;
    if (!rule.taken) return wrong(item, "it takes no number.");
    result.number = wholeNumber<std::uint64_t>(*number);
    if (!result.number || *result.number < rule.least || *result.number > rule.greatest) {
        return wrong(item, "its number is one from " + std::to_string(rule.least) + " to " +
                               std::to_string(rule.greatest) + ".");
    }
    if (result.fault == Fault::ReservedOpcode && *result.number >= 8 && *result.number <= 10) {
        return wrong(item, "close, ping and pong are not reserved; 3 to 7 and 11 to 15 are.");
    }
    return result;
}

}  // namespace

std::span<const FaultInfo> allFaults() {
    return kFaults;
}

std::uint64_t numberOf(const Misbehaviour& misbehaviour) {
    return misbehaviour.number.value_or(ruleOf(misbehaviour.fault).otherwise);
}

Result<std::vector<Misbehaviour>> parseMisbehaviours(std::string_view text) {
    std::vector<Misbehaviour> result;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view item = trimmed(text.substr(0, comma));
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        if (item.empty()) continue;
        if (result.size() == kMaxMisbehaviours) {
            return Error{"More than " + std::to_string(kMaxMisbehaviours) +
                         " misbehaviours at once are too many."};
        }
        auto one = parseOne(item);
        if (!one) return one.error();
        result.push_back(*one);
    }
    return result;
}

std::string toText(const std::vector<Misbehaviour>& misbehaviours) {
    std::string text;
    for (const Misbehaviour& misbehaviour : misbehaviours) {
        const auto index = static_cast<std::size_t>(misbehaviour.fault);
        if (index >= kFaultCount) continue;
        if (!text.empty()) text += ',';
        text += kFaults[index].name;
        if (misbehaviour.number) text += ":" + std::to_string(*misbehaviour.number);
        if (misbehaviour.after != 0) text += "@" + std::to_string(misbehaviour.after);
    }
    return text;
}

std::optional<Misbehaviour> FaultList::due(Fault fault, std::uint64_t passed) const {
    const auto isDue = [&](const Misbehaviour& m) { return m.fault == fault && m.after <= passed; };
    if (const auto own = std::ranges::find_if(m_own, isDue); own != m_own.end()) return *own;
    if (m_everywhere == nullptr) return std::nullopt;
    const auto found = std::ranges::find_if(*m_everywhere, isDue);
    if (found == m_everywhere->end()) return std::nullopt;
    return *found;
}

}  // namespace framescope::server
