#include "capture/replay/report_text.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "dissector/payload/utf8.h"

namespace framescope::replay {
namespace {

constexpr std::size_t kMinWidth = 60;
/// Of a column: time, arrow and the space around them.
constexpr std::size_t kFront = 12;
/// In front of both: the mark.
constexpr std::size_t kMark = 2;
constexpr std::size_t kGap = 2;

const char* markOf(Outcome outcome) {
    switch (outcome) {
        case Outcome::Sent:
            return ">";
        case Outcome::NotSent:
            return "x";
        case Outcome::Same:
            return "=";
        case Outcome::Different:
            return "~";
        case Outcome::Missing:
            return "-";
        case Outcome::Extra:
            return "+";
        case Outcome::Ignored:
            return " ";
    }
    return " ";
}

/// Characters of valid UTF-8.
std::size_t lengthOf(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string cell(std::int64_t timeNs, Direction direction, const std::string& text,
                 std::size_t width) {
    if (text.empty()) return std::string(width, ' ');
    char front[32];
    std::snprintf(front, sizeof front, "%8.3f %s ", static_cast<double>(timeNs) / 1e9,
                  direction == Direction::ClientToServer ? ">" : "<");
    std::string line = front + printable(text, width - kFront + 1);
    const std::size_t length = lengthOf(line);
    if (length < width) line.append(width - length, ' ');
    return line;
}

void addLine(const Line& line, std::size_t width, std::string& text) {
    const std::size_t column = (width - kMark - kGap) / 2;
    std::string row = std::string(markOf(line.outcome)) + " ";
    row += cell(line.recordedNs, line.direction, line.recorded, column);
    row.append(kGap, ' ');
    const bool came = line.outcome != Outcome::Missing && line.outcome != Outcome::NotSent &&
                      line.outcome != Outcome::Ignored;
    if (came) {
        row += cell(line.replayedNs, line.direction, line.replayed, column);
    } else if (line.outcome == Outcome::NotSent) {
        row += std::string(kFront - 1, ' ');
        row += line.replayed.empty() ? "not sent" : "not sent: " + printable(line.replayed, column);
    } else if (line.outcome == Outcome::Missing) {
        row += std::string(kFront - 1, ' ') + (line.replayed.empty() ? "missing" : line.replayed);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
    const std::string indent(kMark + kFront - 1, ' ');
    for (const Difference& difference : line.differences) {
        text += indent + difference.path + ": " + printable(difference.recorded, width) + ", now " +
                printable(difference.received, width) + "\n";
    }
    if (line.late) text += indent + "It came later than is allowed.\n";
}

nlohmann::ordered_json toJson(const Line& line) {
    nlohmann::ordered_json json;
    if (line.step) json["step"] = *line.step;
    json["outcome"] = outcomeName(line.outcome);
    json["direction"] = line.direction == Direction::ClientToServer ? "client" : "server";
    if (line.step) {
        json["recordedTime"] = static_cast<double>(line.recordedNs) / 1e9;
        json["recorded"] = replaceInvalidUtf8(line.recorded);
    }
    if (!line.replayed.empty()) {
        json["replayedTime"] = static_cast<double>(line.replayedNs) / 1e9;
        json["replayed"] = replaceInvalidUtf8(line.replayed);
    }
    if (line.late) json["late"] = true;
    if (line.differences.empty()) return json;
    auto& differences = json["differences"] = nlohmann::ordered_json::array();
    for (const Difference& difference : line.differences) {
        differences.push_back({{"path", replaceInvalidUtf8(difference.path)},
                               {"recorded", replaceInvalidUtf8(difference.recorded)},
                               {"received", replaceInvalidUtf8(difference.received)}});
    }
    return json;
}

}  // namespace

std::string_view verdictName(Verdict verdict) {
    switch (verdict) {
        case Verdict::Same:
            return "same";
        case Verdict::Different:
            return "different";
        case Verdict::Failed:
            return "failed";
    }
    return "";
}

std::string reportText(const Report& report, std::size_t width) {
    width = std::max(width, kMinWidth);
    std::string text;
    for (const Line& line : report.lines) addLine(line, width, text);
    for (const std::string& remark : report.remarks) text += remark + "\n";
    text += report.sentence + "\n";
    return text;
}

std::string reportJson(const Report& report) {
    nlohmann::ordered_json json;
    json["verdict"] = verdictName(report.verdict);
    json["sentence"] = replaceInvalidUtf8(report.sentence);
    json["same"] = report.same;
    json["different"] = report.different;
    json["missing"] = report.missing;
    json["extra"] = report.extra;
    auto& remarks = json["remarks"] = nlohmann::ordered_json::array();
    for (const std::string& remark : report.remarks) remarks.push_back(replaceInvalidUtf8(remark));
    auto& lines = json["lines"] = nlohmann::ordered_json::array();
    for (const Line& line : report.lines) lines.push_back(toJson(line));
    return json.dump(2);
}

}  // namespace framescope::replay
