#include "dissector/packet/frame.h"

#include <ctime>

#include "dissector/payload/utf8.h"

namespace framescope {

std::string utcText(std::int64_t timeNs) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    std::int64_t seconds = timeNs / kSecond;
    std::int64_t nanoseconds = timeNs % kSecond;
    if (nanoseconds < 0) {
        nanoseconds += kSecond;
        --seconds;
    }
    const std::time_t time = seconds;
    std::tm parts{};
    if (gmtime_r(&time, &parts) == nullptr) return "unknown time";
    std::string text;
    // Two digits and what stands behind them.
    const auto add = [&text](std::int64_t number, char behind) {
        text += static_cast<char>('0' + number / 10 % 10);
        text += static_cast<char>('0' + number % 10);
        if (behind != '\0') text += behind;
    };
    // Nanoseconds in 64 bits reach from 1677 to 2262.
    const int year = parts.tm_year + 1900;
    add(year / 100, '\0');
    add(year, '-');
    add(parts.tm_mon + 1, '-');
    add(parts.tm_mday, ' ');
    add(parts.tm_hour, ':');
    add(parts.tm_min, ':');
    add(parts.tm_sec, '.');
    add(nanoseconds / 10'000'000, '\0');
    add(nanoseconds / 100'000, '\0');
    add(nanoseconds / 1000, ' ');
    return text += "UTC";
}

namespace {

std::string frameLine(const FrameFacts& facts, const std::string& when) {
    std::string line = std::to_string(facts.number) + "  " + byteCountText(facts.originalLength);
    if (facts.capturedLength < facts.originalLength) {
        line += ", " + groupedDigits(facts.capturedLength) + " captured";
    }
    if (!facts.interfaceName.empty()) line += " on " + printable(facts.interfaceName, 40);
    return line + ", " + when;
}

}  // namespace

FieldIndex describeFrame(const FrameFacts& facts, FieldTree& tree, Place place) {
    const std::string when =
        tree.text([&] { return facts.hasTime ? utcText(facts.timeNs) : "no time of its own"; });
    tree.open(FieldId::Frame, place, facts.capturedLength,
              tree.text([&] { return frameLine(facts, when); }));
    tree.addComputed(FieldId::FrameNumber, std::uint64_t{facts.number});
    if (facts.hasTime) {
        tree.addComputed(FieldId::FrameTimeEpoch, facts.timeNs, when);
        tree.addComputed(FieldId::FrameTimeRelative, facts.timeNs - facts.firstTimeNs);
    }
    tree.addComputed(FieldId::FrameLen, std::uint64_t{facts.originalLength});
    tree.addComputed(FieldId::FrameCapLen, std::uint64_t{facts.capturedLength});
    if (facts.interface) {
        tree.addComputed(FieldId::FrameInterfaceId, std::uint64_t{*facts.interface});
    }
    if (!facts.interfaceName.empty()) {
        tree.addComputed(FieldId::FrameInterfaceName, facts.interfaceName,
                         printable(facts.interfaceName, 200));
    }
    if (!facts.interfaceDescription.empty()) {
        tree.addComputed(FieldId::FrameInterfaceDescription, facts.interfaceDescription,
                         printable(facts.interfaceDescription, 200));
    }
    // Whole, as long as it is: a character takes four at most when it is escaped.
    for (const std::string& comment : facts.comments) {
        tree.addComputed(FieldId::FrameComment, comment, printable(comment, 4 * comment.size()));
    }
    if (!facts.linkType.empty()) {
        tree.addComputed(FieldId::FrameLinkType, facts.linkType, facts.linkTypeText);
    }
    const FieldIndex protocols = tree.addComputed(FieldId::FrameProtocols, std::string());
    tree.close();
    return protocols;
}

}  // namespace framescope
