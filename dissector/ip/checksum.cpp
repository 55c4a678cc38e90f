#include "dissector/ip/checksum.h"

#include <array>
#include <cstdio>

#include "dissector/ip/ip_protocol.h"

namespace framescope::ip {
namespace {

constexpr std::size_t kIpv4Field = 10;
constexpr std::size_t kTcpField = 16;

std::uint16_t fold(std::uint64_t sum) {
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

/// What the field at `position`, which is even, should be, `sum` being that of all bytes.
std::uint16_t withoutField(std::uint16_t sum, std::uint16_t field) {
    // Taking away is adding the complement.
    return static_cast<std::uint16_t>(
        ~fold(std::uint64_t{sum} + static_cast<std::uint16_t>(~field)));
}

/// 0 and 0xffff are the same number in ones' complement; only all bytes being 0 makes a difference,
/// and no header with addresses is.
bool same(std::uint16_t a, std::uint16_t b) {
    return a == b || (a == 0xffff && b == 0) || (a == 0 && b == 0xffff);
}

}  // namespace

std::uint16_t onesComplementSum(ByteView bytes, std::uint32_t start) {
    std::uint64_t sum = start;
    std::size_t i = 0;
    for (; i + 1 < bytes.size(); i += 2) sum += readBe16(bytes.data() + i);
    if (i < bytes.size()) sum += std::uint32_t{bytes[i]} << 8;
    return fold(sum);
}

ChecksumVerdict verifyIpv4Header(ByteView header) {
    if (header.size() < kIpv4Field + 2) return {};
    const std::uint16_t field = readBe16(header.data() + kIpv4Field);
    const std::uint16_t calculated = withoutField(onesComplementSum(header), field);
    if (same(field, calculated)) return {ChecksumStatus::Good, calculated};
    return {field == 0 ? ChecksumStatus::LeftToCard : ChecksumStatus::Bad, calculated};
}

ChecksumVerdict verifyTcp(const IpAddress& source, const IpAddress& destination, ByteView segment,
                          std::uint64_t length) {
    if (segment.size() < kTcpField + 2 || segment.size() < length) return {};
    segment = segment.first(static_cast<std::size_t>(length));
    const std::uint16_t field = readBe16(segment.data() + kTcpField);
    std::uint32_t addresses = onesComplementSum(source.view(), kProtocolTcp);
    addresses = onesComplementSum(destination.view(), addresses);
    const auto size = static_cast<std::uint32_t>(length);
    const std::uint16_t pseudo = fold(std::uint64_t{addresses} + (size >> 16) + (size & 0xffff));
    const std::uint16_t calculated = withoutField(onesComplementSum(segment, pseudo), field);
    if (same(field, calculated)) return {ChecksumStatus::Good, calculated};
    // Left in the field is the sum of the pseudo header, with the length or, where the card is to
    // cut the segment into pieces, without; or nothing.
    const bool left = field == 0 || same(field, pseudo) || same(field, fold(addresses));
    return {left ? ChecksumStatus::LeftToCard : ChecksumStatus::Bad, calculated};
}

std::string_view checksumStatusName(ChecksumStatus status) {
    switch (status) {
        case ChecksumStatus::Good:
            return "good";
        case ChecksumStatus::Bad:
            return "bad";
        case ChecksumStatus::NotCaptured:
        case ChecksumStatus::LeftToCard:
            break;
    }
    return "unverified";
}

void describeChecksum(const ChecksumVerdict& verdict, const ChecksumFields& fields,
                      FieldIndex checksum, FieldTree& tree) {
    std::string status(checksumStatusName(verdict.status));
    std::string text = status;
    if (verdict.status == ChecksumStatus::NotCaptured) text += " (not captured whole)";
    if (verdict.status == ChecksumStatus::LeftToCard) text += " (left to the network card?)";
    tree.addComputed(fields.status, std::move(status), std::move(text));
    if (verdict.status != ChecksumStatus::Bad) return;
    tree.addComputed(fields.calculated, std::uint64_t{verdict.calculated});
    std::array<char, 24> expected{};
    std::snprintf(expected.data(), expected.size(), "expected 0x%04x", verdict.calculated);
    IssueSink issues;
    issues.add(fields.wrong, 0, expected.data());
    tree.attach(issues, checksum);
}

}  // namespace framescope::ip
