// Texts of the file are anybody's: each line of them is made printable, and there are at most as
// many lines as somebody would read.
#include "ui/reading/capture_properties_text.h"

#include <algorithm>
#include <map>

#include <QStringList>

#include "capture/file/capture_properties.h"
#include "capture/file/link_type_name.h"
#include "capture/session/session.h"
#include "dissector/packet/frame.h"
#include "dissector/packet/unread_content.h"
#include "dissector/packet/unread_reason.h"
#include "ui/text/display_text.h"

namespace framescope {
namespace {

constexpr std::size_t kMostSections = 200;
constexpr std::size_t kMostInterfaces = 1'000;
constexpr std::size_t kMostNames = 5'000;
constexpr qsizetype kLongestLine = 20'000;

/// Several lines, each printable.
QString printableLines(std::string_view text) {
    QStringList lines;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines << displayText(line, kLongestLine);
        at = end + 1;
    }
    while (lines.size() > 1 && lines.back().isEmpty()) lines.removeLast();
    return lines.join(QLatin1Char('\n'));
}

class Lines {
public:
    explicit Lines(QString title) { m_section.title = std::move(title); }

    void add(const char* name, const QString& text) {
        if (!text.isEmpty()) m_section.lines.push_back({QString::fromUtf8(name), text});
    }
    void add(const char* name, std::string_view text) { add(name, printableLines(text)); }
    void add(const char* name, const std::string& text) { add(name, std::string_view(text)); }
    void count(const char* name, std::optional<std::uint64_t> value) {
        if (value) add(name, groupedNumber(*value));
    }
    /// Nothing for none.
    void countAny(const char* name, std::uint64_t value) {
        if (value != 0) add(name, groupedNumber(value));
    }
    void comments(const std::vector<std::string>& comments) {
        for (const std::string& comment : comments) add("Comment", comment);
    }

    bool empty() const { return m_section.lines.empty(); }
    PropertySection take() { return std::move(m_section); }

private:
    PropertySection m_section;
};

PropertySection fileSection(const CaptureProperties& file, const QString& name,
                            const QString& path) {
    Lines lines(QStringLiteral("File"));
    lines.add("Name", displayText(name.toStdString(), kLongestLine));
    lines.add("Path", displayText(path.toStdString(), kLongestLine));
    lines.add("Format", file.format);
    lines.add("Compression", file.compression);
    if (file.storedBytes != 0) {
        lines.add("Size", QStringLiteral("%1  (%2)")
                              .arg(byteCount(file.storedBytes),
                                   counted(file.storedBytes, "byte", "bytes")));
    }
    return lines.take();
}

PropertySection contentSection(const Session& session) {
    const Statistics& figures = session.statistics();
    Lines lines(QStringLiteral("Contents"));
    lines.count("Packets", figures.packets);
    lines.countAny("Packets without a time", figures.untimedPackets);
    if (figures.hasTimes()) {
        lines.add("First packet", utcText(figures.firstTimeNs));
        lines.add("Last packet", utcText(figures.lastTimeNs));
        lines.add("Duration", shortDuration(figures.lastTimeNs - figures.firstTimeNs));
    }
    lines.count("TCP packets", figures.tcpPackets);
    lines.countAny("IP fragments", figures.ipFragments);
    lines.countAny("Datagrams put together", figures.ipDatagrams);
    lines.count("Connections", session.connectionCount());
    lines.count("Rows", session.rowCount());
    std::size_t inferred = 0;
    std::size_t chosen = 0;
    for (ConnectionId id = 0; id < session.connectionCount(); ++id) {
        const ConnectionFacts& facts = session.connection(id).facts;
        inferred += facts.inferred != 0 ? 1 : 0;
        chosen += facts.readAsChosen ? 1 : 0;
    }
    lines.countAny("Told without a handshake", inferred);
    lines.countAny("Read as chosen", chosen);
    return lines.take();
}

/// Packets that make no rows of a connection, and why.
PropertySection unreadSection(const Session& session) {
    const Statistics& figures = session.statistics();
    Lines lines(QStringLiteral("Not Read"));
    std::map<std::uint32_t, std::uint64_t> linkTypes;
    std::uint64_t listed = 0;
    // Only where there are any: a long capture has tens of millions of rows.
    const RecordId rows = figures.unknownLinkPackets != 0 ? session.rowCount() : 0;
    for (RecordId row = 0; row < rows && listed < figures.unknownLinkPackets; ++row) {
        const Record& record = session.record(row);
        if (record.kind != RowKind::UnreadPacket) continue;
        if (static_cast<UnreadReason>(record.form) != UnreadReason::LinkType) continue;
        ++linkTypes[record.detail];
        ++listed;
    }
    for (const auto& [type, packets] : linkTypes) {
        lines.add("Link type", QStringLiteral("%1: %2").arg(displayText(linkTypeText(type), 200),
                                                            counted(packets, "packet", "packets")));
    }
    if (figures.unknownLinkPackets > listed) {
        lines.countAny(
            listed == 0 ? "Of a link type that is not read" : "Of such link types, not listed",
            figures.unknownLinkPackets - listed);
    }
    lines.countAny("UDP", figures.udpPackets);
    lines.countAny("Another protocol over IP", figures.otherIpPackets);
    lines.countAny("Not IP", figures.notIpPackets);
    for (const auto& [content, packets] : figures.unreadContents.byFrequency()) {
        lines.add("What they hold",
                  QStringLiteral("%1: %2").arg(displayText(unreadContentText(content), 200),
                                               counted(packets, "packet", "packets")));
    }
    lines.countAny("What they hold otherwise", figures.unreadContents.others());
    lines.countAny("Datagrams with fragments missing", figures.ipDatagramsGivenUp);
    lines.countAny("Fragments that fit no datagram", figures.ipFragmentsRefused);
    lines.countAny("Of an interface that is not described", figures.undescribedPackets);
    lines.countAny("Without a byte", figures.emptyPackets);
    lines.countAny("Malformed", figures.malformedPackets);
    lines.countAny("Captured too short to tell", figures.cutShortPackets);
    lines.countAny("Data captured only in part", figures.cutPayloadPackets);
    lines.countAny("Left out, not fitting their blocks", figures.leftOutPackets);
    lines.countAny("Dropped while capturing", figures.droppedPackets);
    for (const std::string& notice : session.notices()) lines.add("Notice", notice);
    if (lines.empty()) {
        // A datagram that was put together may have been of UDP.
        lines.add("", figures.ipFragments == 0
                          ? QStringLiteral("Every packet was read.")
                          : QStringLiteral("Every packet was read, of fragmented datagrams those "
                                           "of TCP."));
    }
    return lines.take();
}

PropertySection sectionSection(const SectionProperties& section, const QString& title) {
    Lines lines(title);
    lines.add("Byte order",
              section.bigEndian ? QStringLiteral("big-endian") : QStringLiteral("little-endian"));
    lines.add("Hardware", section.details.hardware);
    lines.add("System", section.details.system);
    lines.add("Application", section.details.application);
    if (section.details.length) lines.add("Length", byteCount(*section.details.length));
    lines.comments(section.details.comments);
    return lines.take();
}

PropertySection interfaceSection(const InterfaceProperties& interface, std::size_t number) {
    Lines lines(QStringLiteral("Interface %1").arg(number));
    lines.add("Name", interface.name);
    lines.add("Description", interface.description);
    lines.add("Link type", interface.linkType);
    lines.add("Snap length", interface.snapLength == 0
                                 ? QStringLiteral("no limit")
                                 : counted(interface.snapLength, "byte", "bytes"));
    lines.add("Time resolution", interface.resolution);
    if (interface.timeOffset != 0) {
        lines.add("Time offset", QStringLiteral("%1 s").arg(interface.timeOffset));
    }
    const InterfaceDetails& details = interface.details;
    lines.add("Capture filter", details.filter);
    if (details.speed) {
        lines.add("Speed", groupedNumber(*details.speed) + QStringLiteral(" bit/s"));
    }
    if (details.fcsLength) {
        lines.add("Checksum behind packets", counted(*details.fcsLength, "byte", "bytes"));
    }
    lines.add("Hardware", details.hardware);
    lines.add("System", details.system);
    lines.comments(details.comments);
    if (!interface.statistics) return lines.take();
    const InterfaceCounts& counts = *interface.statistics;
    if (counts.beginNs) lines.add("Counted from", utcText(*counts.beginNs));
    if (counts.endNs) lines.add("Counted until", utcText(*counts.endNs));
    lines.count("Received", counts.received);
    lines.count("Accepted by the filter", counts.accepted);
    lines.count("Dropped by the interface", counts.interfaceDrops);
    lines.count("Dropped by the system", counts.kernelDrops);
    lines.count("Delivered", counts.delivered);
    lines.add("Comment", counts.comment);
    return lines.take();
}

PropertySection more(const char* title, std::size_t all, std::size_t shown) {
    Lines lines(QString::fromUtf8(title));
    lines.add("", QStringLiteral("%1 more are not listed here.").arg(groupedNumber(all - shown)));
    return lines.take();
}

}  // namespace

std::vector<PropertySection> propertiesOf(const Session& session, const QString& name,
                                          const QString& path) {
    const CaptureProperties file = session.properties();
    std::vector<PropertySection> all;
    all.push_back(fileSection(file, name, path));
    all.push_back(contentSection(session));
    all.push_back(unreadSection(session));
    std::size_t interfaces = 0;
    for (std::size_t i = 0; i < std::min(file.sections.size(), kMostSections); ++i) {
        const SectionProperties& section = file.sections[i];
        all.push_back(sectionSection(section, file.sections.size() == 1
                                                  ? QStringLiteral("Section")
                                                  : QStringLiteral("Section %1").arg(i)));
        const std::size_t end =
            std::min(std::size_t{section.firstInterface} + section.interfaceCount,
                     std::min(file.interfaces.size(), kMostInterfaces));
        for (; interfaces < end; ++interfaces) {
            all.push_back(interfaceSection(file.interfaces[interfaces], interfaces));
        }
    }
    if (file.sections.size() > kMostSections) {
        all.push_back(more("Further Sections", file.sections.size(), kMostSections));
    }
    if (file.interfaces.size() > interfaces) {
        all.push_back(more("Further Interfaces", file.interfaces.size(), interfaces));
    }
    if (file.hostNames.empty()) return all;
    PropertySection names{QStringLiteral("Names"), {}};
    for (const HostName& host : file.hostNames) {
        if (names.lines.size() == kMostNames) break;
        names.lines.push_back(
            {QString::fromStdString(host.address.text()), displayText(host.name, kLongestLine)});
    }
    all.push_back(std::move(names));
    if (file.hostNames.size() > kMostNames) {
        all.push_back(more("Further Names", file.hostNames.size(), kMostNames));
    }
    return all;
}

QString plainText(const std::vector<PropertySection>& sections) {
    QString text;
    for (const PropertySection& section : sections) {
        if (!text.isEmpty()) text += QLatin1Char('\n');
        text += section.title + QLatin1Char('\n');
        for (const PropertyLine& line : section.lines) {
            text += QStringLiteral("  ");
            if (!line.name.isEmpty()) text += line.name + QStringLiteral(": ");
            QString said = line.text;
            text += said.replace(QLatin1Char('\n'), QStringLiteral("\n    ")) + QLatin1Char('\n');
        }
    }
    return text;
}

}  // namespace framescope
