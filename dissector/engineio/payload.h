// Payloads: the bodies of Engine.IO's polling, in which several packets stand one behind the other.
//
//   Records   revision 4: packets parted by the byte 0x1e
//   Lengths   revisions 2 and 3: `<characters>:<packet>`, again and again
//   Binary    revision 3: 0 or 1 for a text or a binary packet, the digits of its length in bytes
//   as
//             bytes 0 to 9, 255, the packet
//
// What stands in the payload as text may have been encoded to UTF-8 twice (see characters.h), and
// JSONP wraps the whole of it (see jsonp.h). UnitForm is all of that in a byte, so that one unit of
// a body can be taken apart alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/engineio/packet.h"

namespace framescope::engineio {

enum class Framing : std::uint8_t {
    Records,
    Lengths,
    Binary,
    None,  ///< no packet can be read here: the rest of a body behind a fault
};

enum class Wrapping : std::uint8_t {
    None,
    Form,    ///< JSONP request: value of `d` in a urlencoded form
    Script,  ///< JSONP answer: a string in `___eio[n]("...");`
};

/// How a packet is written in its body; kept in Record::form.
struct UnitForm {
    Framing framing = Framing::Records;
    Wrapping wrapping = Wrapping::None;
    bool doubleUtf8 = false;

    std::uint8_t toByte() const;
    static UnitForm fromByte(std::uint8_t byte);
    /// The revision that writes so: 4 for Records, else 3.
    std::uint8_t revision() const { return framing == Framing::Records ? 4 : 3; }
    bool operator==(const UnitForm&) const = default;
};

/// A packet's place in a payload.
struct PayloadUnit {
    ByteRange range;           ///< with its length in front, without a separator
    std::size_t packetAt = 0;  ///< its first byte
    bool binary = false;       ///< marked as such in the Binary framing
    bool complete = true;      ///< false: the payload ends inside of it

    bool operator==(const PayloadUnit&) const = default;
};

/// Reads the packets of a payload in their order; keeps no list of them.
class PayloadReader {
public:
    /// `whole` false: the payload goes on behind `payload`, but that was not captured.
    PayloadReader(std::string_view payload, Framing framing, bool whole = true)
        : m_payload(payload), m_framing(framing), m_whole(whole) {}

    /// The next packet; nothing at the end, and at the first place that is none. Empty packets
    /// (`0:`) are passed over.
    std::optional<PayloadUnit> next();
    /// What cannot be read as packets: from the fault to the payload's end. Empty if all was read.
    ByteRange rest() const { return m_rest; }
    /// Why, in words; empty if there is no fault.
    std::string_view fault() const { return m_fault; }
    /// The packet that next() gave last is none after all: it is the beginning of the rest.
    void giveUp(std::string_view why);

private:
    std::optional<PayloadUnit> nextRecord();
    std::optional<PayloadUnit> nextWithLength();
    std::optional<PayloadUnit> nextBinary();
    std::optional<PayloadUnit> fail(std::string_view why);
    std::optional<PayloadUnit> cut(std::size_t packetAt, bool binary);

    std::string_view m_payload;
    Framing m_framing;
    bool m_whole;
    std::size_t m_at = 0;
    std::size_t m_unit = 0;  ///< begin of the current packet's unit
    ByteRange m_rest;
    std::string_view m_fault;
};

/// The packet of a unit that stands alone; `binary` as marked there, `at` its first byte in the
/// unit. Nothing where none can be read. A unit may have been cut.
struct UnitContent {
    std::size_t at = 0;
    bool binary = false;
    std::string_view packet;
    std::optional<std::uint64_t> length;  ///< as written in front of it
    ByteRange lengthRange;                ///< of the digits
};
std::optional<UnitContent> unitContent(std::string_view unit, Framing framing);
/// The Engine.IO packet of a unit's content.
std::optional<Packet> packetOf(const UnitContent& content, UnitForm form);

/// How a payload is written, told by the revision (0: not known) where that is in question and by
/// what reads without a fault. Nothing if no framing gives a first packet.
std::optional<Framing> recogniseFraming(std::string_view payload, std::uint8_t revision,
                                        bool whole = true);

/// Writes packets, each as encode() gives it. `binary` marks those that are no text.
struct EncodedPacket {
    std::string_view bytes;
    bool binary = false;
};
void encodePayload(std::span<const EncodedPacket> packets, Framing framing, ByteWriter& out);

}  // namespace framescope::engineio
