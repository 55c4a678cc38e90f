// Lists of a name and what it says, one below the other; see file_table.h.
#include "app/cli/file_table.h"

#include <algorithm>

#include "app/cli/field_text.h"
#include "app/cli/text_table.h"
#include "capture/file/capture_properties.h"
#include "dissector/packet/frame.h"
#include "dissector/packet/unread_content.h"

namespace framescope::cli {
namespace {

/// Adds "  Name: text"; nothing for an empty text. Further lines of the text stand below it.
void add(std::string& out, const char* name, std::string_view text) {
    if (text.empty()) return;
    const std::string begin = std::string("  ") + name + ": ";
    out += begin;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (at != 0) out += std::string(begin.size(), ' ');
        out += printableLine(line);
        out += '\n';
        at = end + 1;
    }
}

void add(std::string& out, const std::vector<std::string>& comments) {
    for (const std::string& comment : comments) add(out, "Comment", comment);
}

/// What no TCP was found in, line by line.
void addUnread(std::string& out, const Statistics& figures) {
    std::string text;
    for (const auto& [content, packets] : figures.unreadContents.byFrequency())
        text += unreadContentText(content) + ": " + std::to_string(packets) + '\n';
    if (const std::uint64_t others = figures.unreadContents.others(); others != 0)
        text += "others: " + std::to_string(others) + '\n';
    if (!text.empty()) text.pop_back();
    add(out, "Not read", text);
}

std::string numbered(const char* what, std::size_t number) {
    return std::string(what) + ' ' + std::to_string(number);
}

void addSection(std::string& out, const SectionProperties& section) {
    add(out, "Byte order", section.bigEndian ? "big-endian" : "little-endian");
    add(out, "Hardware", section.details.hardware);
    add(out, "System", section.details.system);
    add(out, "Application", section.details.application);
    if (section.details.length) add(out, "Length", std::to_string(*section.details.length));
    add(out, section.details.comments);
}

std::string timeText(std::optional<std::int64_t> timeNs) {
    return timeNs ? utcText(*timeNs) : std::string();
}

void addInterface(std::string& out, const InterfaceProperties& interface) {
    add(out, "Name", interface.name);
    add(out, "Description", interface.description);
    add(out, "Link type", interface.linkType);
    add(out, "Snap length",
        interface.snapLength == 0 ? "no limit" : std::to_string(interface.snapLength));
    add(out, "Time resolution", interface.resolution);
    if (interface.timeOffset != 0)
        add(out, "Time offset", std::to_string(interface.timeOffset) + " s");
    const InterfaceDetails& details = interface.details;
    add(out, "Capture filter", details.filter);
    if (details.speed) add(out, "Speed", std::to_string(*details.speed) + " bit/s");
    if (details.fcsLength)
        add(out, "Checksum behind packets", std::to_string(*details.fcsLength) + " bytes");
    add(out, "Hardware", details.hardware);
    add(out, "System", details.system);
    add(out, details.comments);
    if (!interface.statistics) return;
    const InterfaceCounts& counts = *interface.statistics;
    const auto count = [&out](const char* name, std::optional<std::uint64_t> value) {
        if (value) add(out, name, std::to_string(*value));
    };
    add(out, "Counted from", timeText(counts.beginNs));
    add(out, "Counted until", timeText(counts.endNs));
    count("Received", counts.received);
    count("Accepted by the filter", counts.accepted);
    count("Dropped by the interface", counts.interfaceDrops);
    count("Dropped by the system", counts.kernelDrops);
    count("Delivered", counts.delivered);
    add(out, "Comment", counts.comment);
}

}  // namespace

std::string fileText(const Session& session) {
    const CaptureProperties file = session.properties();
    if (file.format.empty()) return "There is no capture file.\n";
    std::string out = "File\n";
    add(out, "Format", file.format);
    add(out, "Compression", file.compression);
    add(out, "Size", std::to_string(file.storedBytes) + " bytes");
    add(out, "Packets", std::to_string(session.statistics().packets));
    addUnread(out, session.statistics());
    std::size_t interfacesDone = 0;
    for (std::size_t i = 0; i < file.sections.size(); ++i) {
        const SectionProperties& section = file.sections[i];
        out += file.sections.size() == 1 ? "Section\n" : numbered("Section", i) + '\n';
        addSection(out, section);
        for (; interfacesDone < std::size_t{section.firstInterface} + section.interfaceCount;
             ++interfacesDone) {
            out += numbered("Interface", interfacesDone) + '\n';
            addInterface(out, file.interfaces[interfacesDone]);
        }
    }
    if (file.hostNames.empty()) return out;
    out += "Names\n";
    TextTable names;
    names.addColumn("  Address", TextTable::Align::Left);
    names.addColumn("Name", TextTable::Align::Left);
    for (const HostName& host : file.hostNames)
        names.addRow({"  " + host.address.text(), printableLine(host.name)});
    return out + names.text();
}

}  // namespace framescope::cli
