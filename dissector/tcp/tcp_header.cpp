#include "dissector/tcp/tcp_header.h"

#include <algorithm>
#include <array>

#include "dissector/ip/checksum.h"
#include "dissector/payload/utf8.h"
#include "dissector/tcp/fixed_header.h"

namespace framescope::tcp {
namespace {

struct FlagRow {
    Flag flag;
    FieldId field;
    const char* name;
    std::uint8_t bit;  ///< from the most significant bit of the two bytes
};
constexpr std::array<FlagRow, 8> kFlags{{
    {kCwr, FieldId::TcpFlagsCwr, "CWR", 8},
    {kEce, FieldId::TcpFlagsEce, "ECE", 9},
    {kUrg, FieldId::TcpFlagsUrg, "URG", 10},
    {kAck, FieldId::TcpFlagsAck, "ACK", 11},
    {kPsh, FieldId::TcpFlagsPush, "PSH", 12},
    {kRst, FieldId::TcpFlagsReset, "RST", 13},
    {kSyn, FieldId::TcpFlagsSyn, "SYN", 14},
    {kFin, FieldId::TcpFlagsFin, "FIN", 15},
}};

constexpr ip::ChecksumFields kChecksum{FieldId::TcpChecksum, FieldId::TcpChecksumStatus,
                                       FieldId::TcpChecksumCalculated, IssueCode::TcpChecksumWrong};

std::string optionText(std::uint8_t kind, ByteView data) {
    switch (kind) {
        case 0:
            return "end of options";
        case 1:
            return "no operation";
        case 2:
            if (data.size() == 2) {
                return "maximum segment size " + std::to_string(readBe16(data.data()));
            }
            break;
        case 3:
            if (data.size() == 1) return "window scale " + std::to_string(data[0]);
            break;
        case 4:
            return "selective acknowledgment permitted";
        case 5:
            return "selective acknowledgment";
        case 8:
            if (data.size() == 8) {
                return "timestamps " + std::to_string(readBe32(data.data())) + ", " +
                       std::to_string(readBe32(data.data() + 4));
            }
            break;
        case 34:
            return "fast open";
        default:
            break;
    }
    return "kind " + std::to_string(kind);
}

/// `announced`: bytes of options that the header speaks of; `options` are those that are there.
void describeOptions(ByteView options, std::size_t announced, FieldTree& tree, Place place) {
    const auto text = [&] {
        std::string line = std::to_string(announced) + " bytes";
        if (options.size() < announced) line += ", " + std::to_string(options.size()) + " captured";
        return line;
    };
    tree.open(FieldId::TcpOptions, place, options.size(), tree.text(text),
              Bytes(options.begin(), options.end()));
    for (std::size_t i = 0; i < options.size();) {
        const std::uint8_t kind = options[i];
        // Kinds 0 and 1 are a single byte; a length below 2 or beyond the end takes the rest.
        std::size_t size = 1;
        if (kind > 1) {
            size = i + 1 < options.size() ? options[i + 1] : 0;
            if (size < 2 || size > options.size() - i) size = options.size() - i;
        }
        const ByteView data = size > 2 ? options.subspan(i + 2, size - 2) : ByteView{};
        tree.add(FieldId::TcpOption, place.at(i), size, {},
                 tree.text([&] { return optionText(kind, data); }));
        i += size;
        if (kind == 0) break;
    }
    tree.close();
}

}  // namespace

Parsed<Header> parse(ByteView bytes) {
    auto fixed = parseFixed(bytes);
    if (!fixed) return fixed;
    const std::size_t size = std::max<std::size_t>(fixed->headerLength, kMinimumHeader);
    if (bytes.size() < size) return Parsed<Header>::needs(size);
    return Parsed<Header>::complete(*fixed, size);
}

Parsed<Header> parseFixed(ByteView bytes) {
    if (bytes.size() < kMinimumHeader) return Parsed<Header>::needs(kMinimumHeader);
    Header header;
    readFixed(bytes.data(), header);
    return Parsed<Header>::complete(header, kMinimumHeader);
}

std::string flagNames(std::uint16_t flags) {
    std::string names;
    // Said in the order in which people say them: SYN, ACK.
    for (auto row = kFlags.rbegin(); row != kFlags.rend(); ++row) {
        if ((flags & row->flag) == 0) continue;
        if (!names.empty()) names += ", ";
        names += row->name;
    }
    return names;
}

void describe(const Header& header, ByteView bytes, const Context& context, FieldTree& tree,
              Place place) {
    const std::size_t announced = std::max<std::size_t>(header.headerLength, kMinimumHeader);
    const std::size_t size = std::min(announced, bytes.size());
    const FieldIndex layer = tree.open(FieldId::Tcp, place, size, tree.text([&] {
        return std::to_string(header.sourcePort) + " → " + std::to_string(header.destinationPort) +
               "  " + flagNames(header.flags);
    }));
    tree.addComputed(FieldId::TcpStream, std::uint64_t{context.stream});
    tree.add(FieldId::TcpSrcPort, place, 2, std::uint64_t{header.sourcePort});
    tree.add(FieldId::TcpDstPort, place.at(2), 2, std::uint64_t{header.destinationPort});
    if (context.relative) {
        tree.add(FieldId::TcpSeq, place.at(4), 4,
                 std::uint64_t{header.sequence - context.sequenceBase});
    }
    tree.add(FieldId::TcpSeqRaw, place.at(4), 4, std::uint64_t{header.sequence});
    if (context.relative && header.has(kAck)) {
        tree.add(FieldId::TcpAck, place.at(8), 4,
                 std::uint64_t{header.acknowledgment - context.acknowledgmentBase});
    }
    tree.add(FieldId::TcpAckRaw, place.at(8), 4, std::uint64_t{header.acknowledgment});
    tree.add(FieldId::TcpHdrLen, place.at(12), 1, std::uint64_t{header.headerLength},
             tree.text([&] { return std::to_string(header.headerLength) + " bytes"; }));
    tree.open(FieldId::TcpFlags, place.at(12), 2,
              tree.text([&] { return flagNames(header.flags); }), std::uint64_t{header.flags});
    for (const FlagRow& row : kFlags) {
        tree.add(row.field, place.at(12), 2, std::uint64_t{header.has(row.flag)}, {}, {row.bit, 1});
    }
    tree.close();
    tree.add(FieldId::TcpWindowSizeValue, place.at(14), 2, std::uint64_t{header.window});
    const FieldIndex checksum =
        tree.add(FieldId::TcpChecksum, place.at(16), 2, std::uint64_t{header.checksum});
    if (context.verifyChecksums) {
        const std::uint64_t length = announced + context.payloadLength;
        const std::size_t captured = size + context.payload.size();
        const ip::ChecksumVerdict verdict =
            ip::verifyTcp(context.checksumSource, context.checksumDestination,
                          bytes.first(std::min(captured, bytes.size())), length);
        ip::describeChecksum(verdict, kChecksum, checksum, tree);
    }
    tree.add(FieldId::TcpUrgentPointer, place.at(18), 2, std::uint64_t{header.urgentPointer});
    if (announced > kMinimumHeader) {
        describeOptions(bytes.subspan(kMinimumHeader, size - kMinimumHeader),
                        announced - kMinimumHeader, tree, place.at(kMinimumHeader));
    }
    tree.addComputed(FieldId::TcpLen, context.payloadLength);
    tree.add(FieldId::TcpStreamOffset, context.streamPlace, context.streamSize,
             context.streamOffset);
    if (!context.payload.empty()) {
        tree.setSize(layer, size + context.payload.size());
        tree.add(FieldId::TcpPayload, place.at(size), context.payload.size(),
                 Bytes(context.payload.begin(), context.payload.end()),
                 tree.text([&] { return byteCountText(context.payload.size()); }));
    }
    tree.close();
}

}  // namespace framescope::tcp
