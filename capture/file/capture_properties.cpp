// Puts together what the layout holds and what only the file knows; see capture_properties.h.
#include "capture/file/capture_properties.h"

#include <array>

#include "capture/file/capture_file.h"
#include "capture/file/link_type_name.h"

namespace framescope {
namespace {

/// "1 µs", "100 ps"; as a power where there is no such unit, which only decimal ones have.
std::string resolutionText(TimeResolution resolution) {
    constexpr std::array kUnits = {"s", "ms", "µs", "ns", "ps"};
    constexpr std::array kTimes = {"1", "100", "10"};
    const std::size_t exponent = resolution.exponent;
    const std::size_t unit = (exponent + 2) / 3;
    if (exponent != 0 && (resolution.binary || unit >= kUnits.size())) {
        return (resolution.binary ? "2^-" : "10^-") + std::to_string(exponent) + "\u202fs";
    }
    return std::string(kTimes[exponent % 3]) + "\u202f" + kUnits[unit];
}

InterfaceProperties propertiesOf(const CaptureInterface& interface) {
    InterfaceProperties result;
    result.name = interface.name;
    result.description = interface.description;
    result.linkType = linkTypeText(interface.linkType);
    result.snapLength = interface.snapLength;
    result.resolution = resolutionText(interface.resolution);
    result.timeOffset = interface.timeOffset;
    if (interface.details) result.details = *interface.details;
    return result;
}

}  // namespace

CaptureProperties captureProperties(const CaptureFile& file, const CaptureLayout& layout) {
    CaptureProperties result;
    result.format = file.formatText();
    if (const char* compression = file.source().compression()) result.compression = compression;
    result.storedBytes = file.source().storedSize();
    for (std::size_t i = 0; i < layout.sections.size(); ++i) {
        const CaptureSection& section = layout.sections[i];
        const std::size_t end = i + 1 < layout.sections.size()
                                    ? layout.sections[i + 1].firstInterface
                                    : layout.interfaces.size();
        SectionProperties properties;
        properties.bigEndian = section.bigEndian;
        if (section.details) properties.details = *section.details;
        properties.firstInterface = section.firstInterface;
        properties.interfaceCount = static_cast<std::uint32_t>(end - section.firstInterface);
        result.sections.push_back(std::move(properties));
    }
    for (const CaptureInterface& interface : layout.interfaces)
        result.interfaces.push_back(propertiesOf(interface));
    for (const auto& [index, statistics] : layout.statistics) {
        if (index < result.interfaces.size()) result.interfaces[index].statistics = statistics;
    }
    result.hostNames = layout.hostNames;
    return result;
}

}  // namespace framescope
