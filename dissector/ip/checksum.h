// The Internet checksum (RFC 1071) as IPv4's header and TCP use it, and what a captured one is
// worth. A machine that sends leaves checksums to its network card, so a capture made on that
// machine shows them unfinished; that is told apart from damage.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/ip/ip_address.h"
#include "dissector/issue/issue.h"

namespace framescope::ip {

enum class ChecksumStatus : std::uint8_t {
    Good,
    Bad,
    NotCaptured,  ///< bytes that it covers are not in the capture
    LeftToCard,   ///< the sender's network card was to compute it
};

struct ChecksumVerdict {
    ChecksumStatus status = ChecksumStatus::NotCaptured;
    std::uint16_t calculated = 0;  ///< what the field should be; not for NotCaptured
};

/// The ones' complement sum of 16-bit words, an odd last byte padded with zero, not inverted.
std::uint16_t onesComplementSum(ByteView bytes, std::uint32_t start = 0);

/// `header` is a whole IPv4 header.
ChecksumVerdict verifyIpv4Header(ByteView header);
/// `segment` begins with a TCP header, at least its fixed part, and has what was captured of
/// `length` bytes. The addresses are those of the pseudo header: RFC 9293 section 3.1, and for IPv6
/// RFC 8200 section 8.1, where the destination is the final one.
ChecksumVerdict verifyTcp(const IpAddress& source, const IpAddress& destination, ByteView segment,
                          std::uint64_t length);

/// "good", "bad" or "unverified".
std::string_view checksumStatusName(ChecksumStatus status);

/// The fields of one checksum, and the issue that says it is wrong.
struct ChecksumFields {
    FieldId checksum;
    FieldId status;
    FieldId calculated;
    IssueCode wrong;
};
/// Appends what the verdict says behind the checksum's own field, which stands at `place`.
void describeChecksum(const ChecksumVerdict& verdict, const ChecksumFields& fields,
                      FieldIndex checksum, FieldTree& tree);

}  // namespace framescope::ip
