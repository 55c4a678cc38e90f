// Reading the blocks of pcapng that speak of the capture, not of a packet: sections, interfaces,
// statistics and names; see pcapng_format.h. Section numbers are those of
// draft-ietf-opsawg-pcapng.
#include <algorithm>
#include <string>

#include "capture/file/pcapng_format.h"
#include "capture/file/pcapng_options.h"

namespace framescope::pcapng {
namespace {

constexpr std::size_t maxNameLength = 256;
/// Comments that are kept of one section or interface.
constexpr std::size_t maxComments = 1024;

// Options of a section header block, section 4.1.
constexpr std::uint16_t sectionHardware = 2;
constexpr std::uint16_t sectionSystem = 3;
constexpr std::uint16_t sectionApplication = 4;
constexpr std::uint64_t sectionLengthUnknown = ~std::uint64_t{0};
// Of an interface description block, section 4.2.
constexpr std::uint16_t interfaceName = 2;
constexpr std::uint16_t interfaceDescription = 3;
constexpr std::uint16_t interfaceSpeed = 8;
constexpr std::uint16_t interfaceTimeResolution = 9;
constexpr std::uint16_t interfaceFilter = 11;
constexpr std::uint16_t interfaceSystem = 12;
constexpr std::uint16_t interfaceFcsLength = 13;
constexpr std::uint16_t interfaceTimeOffset = 14;
constexpr std::uint16_t interfaceHardware = 15;
// Of an interface statistics block, section 4.6.
constexpr std::uint16_t statisticsBegin = 2;
constexpr std::uint16_t statisticsEnd = 3;
constexpr std::uint16_t statisticsReceived = 4;
constexpr std::uint16_t statisticsInterfaceDrops = 5;
constexpr std::uint16_t statisticsAccepted = 6;
constexpr std::uint16_t statisticsKernelDrops = 7;
constexpr std::uint16_t statisticsDelivered = 8;
// Records of a name resolution block, section 4.5.
constexpr std::uint16_t nameRecordEnd = 0;
constexpr std::uint16_t nameRecordIpv4 = 1;
constexpr std::uint16_t nameRecordIpv6 = 2;

/// A text up to its zero, if it has one: strings of options need none, some writers add one.
std::string textOf(ByteView value) {
    const auto text = asText(value);
    return std::string(text.substr(0, text.find('\0')));
}

std::string shortText(ByteView value) {
    return textOf(value.first(std::min(value.size(), maxNameLength)));
}

/// if_filter: a byte that says in what language, and the filter.
std::string filterText(ByteView value) {
    if (value.empty()) return {};
    if (value[0] == 0) return textOf(value.subspan(1));
    return "a program of " + std::to_string(value.size() - 1) + " bytes";
}

void addComment(ByteView value, std::vector<std::string>& comments) {
    if (comments.size() < maxComments && !value.empty()) comments.push_back(textOf(value));
}

void applyOption(FileOrder order, std::uint16_t code, ByteView value, CaptureInterface& interface,
                 InterfaceDetails& details) {
    switch (code) {
        case optionComment:
            addComment(value, details.comments);
            break;
        case interfaceName:
            interface.name = shortText(value);
            break;
        case interfaceDescription:
            interface.description = shortText(value);
            break;
        case interfaceSpeed:
            details.speed = countOf(order, value);
            break;
        case interfaceTimeResolution:
            if (value.size() != 1) break;
            interface.resolution.binary = (value[0] & 0x80) != 0;
            interface.resolution.exponent = value[0] & 0x7f;
            break;
        case interfaceFilter:
            details.filter = filterText(value);
            break;
        case interfaceSystem:
            details.system = textOf(value);
            break;
        case interfaceFcsLength:
            if (value.size() == 1) details.fcsLength = value[0];
            break;
        case interfaceTimeOffset:
            if (value.size() == 8)
                interface.timeOffset = static_cast<std::int64_t>(order.u64(value, 0));
            break;
        case interfaceHardware:
            details.hardware = textOf(value);
            break;
        default:
            break;
    }
}

/// isb_starttime and isb_endtime: a timestamp in two halves, as a packet has it.
std::optional<std::int64_t> statisticsTime(FileOrder order, ByteView value,
                                           const CaptureInterface* interface) {
    if (value.size() != 8 || interface == nullptr) return std::nullopt;
    const auto timestamp = std::uint64_t{order.u32(value, 0)} << 32 | order.u32(value, 4);
    return timeInNs(timestamp, interface->resolution, interface->timeOffset);
}

/// Hands out the names of one record: each ends with a zero, the last one should.
template <typename Use>
void walkNames(ByteView names, const Use& use) {
    while (!names.empty()) {
        const auto end = std::find(names.begin(), names.end(), std::uint8_t{0});
        const auto length = static_cast<std::size_t>(end - names.begin());
        if (length > 0) use(asText(names.first(std::min(length, maxNameLength))));
        names = names.subspan(std::min(length + 1, names.size()));
    }
}

}  // namespace

std::optional<SectionBlock> parseSection(FileOrder order, ByteView block) {
    constexpr std::size_t optionsPosition = 24;
    if (block.size() < optionsPosition + trailerLength) return std::nullopt;
    SectionBlock result;
    result.version = order.u16(block, 12);
    const std::uint64_t length = order.u64(block, 16);
    if (length != sectionLengthUnknown) result.details.length = length;
    SectionDetails& details = result.details;
    result.optionsCut = !walkOptions(order, optionsBehind(block, optionsPosition),
                                     [&](std::uint16_t code, ByteView value) {
                                         if (code == optionComment)
                                             addComment(value, details.comments);
                                         if (code == sectionHardware)
                                             details.hardware = textOf(value);
                                         if (code == sectionSystem) details.system = textOf(value);
                                         if (code == sectionApplication)
                                             details.application = textOf(value);
                                     });
    return result;
}

std::optional<InterfaceBlock> parseInterface(FileOrder order, ByteView block) {
    constexpr std::size_t optionsPosition = 16;
    if (block.size() < optionsPosition + trailerLength) return std::nullopt;
    InterfaceBlock result;
    result.interface.linkType = order.u16(block, 8);
    result.interface.snapLength = order.u32(block, 12);
    result.optionsCut = !walkOptions(
        order, optionsBehind(block, optionsPosition), [&](std::uint16_t code, ByteView value) {
            applyOption(order, code, value, result.interface, result.details);
        });
    return result;
}

std::uint32_t statisticsInterface(FileOrder order, ByteView block) {
    return order.u32(block, 8);
}

InterfaceCounts parseStatistics(FileOrder order, ByteView block,
                                const CaptureInterface* interface) {
    InterfaceCounts result;
    walkOptions(order, optionsBehind(block, statisticsLength - trailerLength),
                [&](std::uint16_t code, ByteView value) {
                    switch (code) {
                        case optionComment:
                            result.comment = shortText(value);
                            break;
                        case statisticsBegin:
                            result.beginNs = statisticsTime(order, value, interface);
                            break;
                        case statisticsEnd:
                            result.endNs = statisticsTime(order, value, interface);
                            break;
                        case statisticsReceived:
                            result.received = countOf(order, value);
                            break;
                        case statisticsInterfaceDrops:
                            result.interfaceDrops = countOf(order, value);
                            break;
                        case statisticsAccepted:
                            result.accepted = countOf(order, value);
                            break;
                        case statisticsKernelDrops:
                            result.kernelDrops = countOf(order, value);
                            break;
                        case statisticsDelivered:
                            result.delivered = countOf(order, value);
                            break;
                        default:
                            break;
                    }
                });
    return result;
}

bool parseNames(FileOrder order, ByteView block,
                const std::function<void(const IpAddress&, std::string_view)>& use) {
    if (block.size() < minBlockLength) return false;
    ByteView rest = optionsBehind(block, minBlockLength - trailerLength);
    while (rest.size() >= 4) {
        const std::uint16_t type = order.u16(rest, 0);
        const std::size_t length = order.u16(rest, 2);
        if (type == nameRecordEnd) return true;
        rest = rest.subspan(4);
        if (length > rest.size()) return false;
        const ByteView value = rest.first(length);
        rest = rest.subspan(std::min(paddedLength(length), rest.size()));
        if (type != nameRecordIpv4 && type != nameRecordIpv6) continue;
        IpAddress address;
        address.version = type == nameRecordIpv4 ? 4 : 6;
        const std::size_t size = address.view().size();
        if (value.size() < size) return false;
        std::copy_n(value.begin(), size, address.bytes.begin());
        walkNames(value.subspan(size), [&](std::string_view name) { use(address, name); });
    }
    return rest.empty();
}

}  // namespace framescope::pcapng
