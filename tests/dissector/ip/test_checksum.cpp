// The Internet checksum, held against packets whose checksums were computed elsewhere: RFC 1071's
// own example and headers of real systems.
#include <QtTest>

#include "dissector/ip/checksum.h"
#include "dissector/ip/ipv4.h"

using namespace framescope;
using namespace framescope::ip;

namespace {

// An IPv4 header as a Linux system sent it.
const Bytes kHeader = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                       0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

IpAddress address(std::initializer_list<std::uint8_t> bytes) {
    IpAddress address;
    address.version = bytes.size() == 4 ? 4 : 6;
    std::ranges::copy(bytes, address.bytes.begin());
    return address;
}
const IpAddress kA = address({10, 0, 0, 1});
const IpAddress kB = address({10, 0, 0, 2});
const IpAddress kA6 = address({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
const IpAddress kB6 = address({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});

/// A segment with this checksum and payload.
Bytes segment(std::uint16_t checksum, std::string_view payload) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.be16(40000);
    out.be16(80);
    out.be32(1);
    out.be32(1);
    out.be16(0x5018);
    out.be16(512);
    out.be16(checksum);
    out.be16(0);
    out.text(payload);
    return bytes;
}

/// The sum as RFC 1071 section 1 writes it, word by word.
std::uint16_t plainSum(const Bytes& bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        sum +=
            static_cast<std::uint32_t>(bytes[i] << 8) + (i + 1 < bytes.size() ? bytes[i + 1] : 0);
        if (sum > 0xffff) sum -= 0xffff;
    }
    return static_cast<std::uint16_t>(sum);
}

std::uint16_t tcpChecksum(const IpAddress& from, const IpAddress& to, std::string_view payload) {
    Bytes all(from.view().begin(), from.view().end());
    all.insert(all.end(), to.view().begin(), to.view().end());
    ByteWriter out(all);
    const Bytes tcp = segment(0, payload);
    out.be32(static_cast<std::uint32_t>(tcp.size()));
    out.be32(6);
    out.bytes(tcp);
    return static_cast<std::uint16_t>(~plainSum(all));
}

ChecksumStatus statusOf(const Bytes& tcp, const IpAddress& from = kA, const IpAddress& to = kB,
                        std::size_t length = 0) {
    return verifyTcp(from, to, tcp, length == 0 ? tcp.size() : length).status;
}

}  // namespace

class TestChecksum : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sumOfTheSpecification() {
        // RFC 1071 section 3.
        const Bytes bytes = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
        QCOMPARE(onesComplementSum(bytes), std::uint16_t{0xddf2});
        QCOMPARE(onesComplementSum(ByteView(bytes).first(7)),
                 plainSum({0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6}));
        QCOMPARE(onesComplementSum({}), std::uint16_t{0});
    }

    void ipv4Header() {
        QCOMPARE(verifyIpv4Header(kHeader).status, ChecksumStatus::Good);
        for (std::size_t i = 0; i < kHeader.size(); ++i) {
            Bytes damaged = kHeader;
            damaged[i] ^= 0x10;
            const ChecksumVerdict verdict = verifyIpv4Header(damaged);
            QCOMPARE(verdict.status, ChecksumStatus::Bad);
            damaged[10] = static_cast<std::uint8_t>(verdict.calculated >> 8);
            damaged[11] = static_cast<std::uint8_t>(verdict.calculated);
            QCOMPARE(verifyIpv4Header(damaged).status, ChecksumStatus::Good);
        }
        Bytes empty = kHeader;
        empty[10] = empty[11] = 0;
        QCOMPARE(verifyIpv4Header(empty).status, ChecksumStatus::LeftToCard);
        QCOMPARE(verifyIpv4Header(empty).calculated, std::uint16_t{0xb861});
    }

    void tcpOverBothVersions() {
        for (const auto& [from, to] : {std::pair(kA, kB), std::pair(kA6, kB6)}) {
            for (const std::string_view payload : {"", "a", "ab", "an odd number of bytes it is"}) {
                const std::uint16_t right = tcpChecksum(from, to, payload);
                QCOMPARE(statusOf(segment(right, payload), from, to), ChecksumStatus::Good);
                const Bytes wrong = segment(static_cast<std::uint16_t>(right ^ 0x0100), payload);
                const ChecksumVerdict verdict = verifyTcp(from, to, wrong, wrong.size());
                QCOMPARE(verdict.status, ChecksumStatus::Bad);
                QCOMPARE(verdict.calculated, right);
            }
        }
        // The addresses count, in whatever order.
        const std::uint16_t right = tcpChecksum(kA, kB, "x");
        QCOMPARE(statusOf(segment(right, "x"), kA, kA), ChecksumStatus::Bad);
        QCOMPARE(statusOf(segment(right, "x"), kB, kA), ChecksumStatus::Good);
    }

    void whatIsNotWholeIsNotJudged() {
        const Bytes tcp = segment(tcpChecksum(kA, kB, "payload"), "payload");
        QCOMPARE(statusOf(Bytes(tcp.begin(), tcp.end() - 1), kA, kB, tcp.size()),
                 ChecksumStatus::NotCaptured);
        QCOMPARE(statusOf(Bytes(tcp.begin(), tcp.begin() + 10), kA, kB, 10),
                 ChecksumStatus::NotCaptured);
        // Padding behind the datagram is none of the segment's bytes.
        Bytes padded = tcp;
        padded.resize(60, 0xee);
        QCOMPARE(statusOf(padded, kA, kB, tcp.size()), ChecksumStatus::Good);
    }

    void unfinishedOnesAreTheCards() {
        Bytes pseudo(kA.view().begin(), kA.view().end());
        pseudo.insert(pseudo.end(), kB.view().begin(), kB.view().end());
        ByteWriter(pseudo).be32(6);
        const std::uint16_t without = plainSum(pseudo);
        ByteWriter(pseudo).be32(27);
        QCOMPARE(statusOf(segment(plainSum(pseudo), "payload")), ChecksumStatus::LeftToCard);
        QCOMPARE(statusOf(segment(without, "payload")), ChecksumStatus::LeftToCard);
        QCOMPARE(statusOf(segment(0, "payload")), ChecksumStatus::LeftToCard);
    }

    void treeSaysIt() {
        Bytes damaged = kHeader;
        damaged[8] = 63;
        for (const bool verify : {false, true}) {
            FieldTree tree;
            ipv4::describe(*ipv4::parse(damaged), damaged, damaged.size(), tree, Place{0, 0},
                           verify);
            QCOMPARE(tree.find(FieldId::IpChecksumStatus) != kNoField, verify);
            QCOMPARE(tree.issues().size(), std::size_t{verify});
            if (!verify) continue;
            QCOMPARE(tree[tree.issues().front().field].id, FieldId::IpChecksum);
            QCOMPARE(tree.issues().front().issue.code, IssueCode::IpChecksumWrong);
            QCOMPARE(std::get<std::string>(tree[tree.find(FieldId::IpChecksumStatus)].value),
                     std::string("bad"));
            QCOMPARE(std::get<std::uint64_t>(tree[tree.find(FieldId::IpChecksumCalculated)].value),
                     std::uint64_t{0xb961});
        }
    }
};

QTEST_APPLESS_MAIN(TestChecksum)
#include "test_checksum.moc"
