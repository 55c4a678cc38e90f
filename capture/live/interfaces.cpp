// The helper is asked, since only it may open interfaces; what it says is put into sentences and
// commands. See interfaces.h.
#include "capture/live/interfaces.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <unistd.h>
#include <utility>

#include "capture/file/link_type_name.h"
#include "capture/live/child_process.h"
#include "capture/live/helper_place.h"
#include "capture/live/pipe_reader.h"
#include "dissector/link/link_layer.h"

namespace framescope::live {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLimit{5};
/// A machine with thousands of interfaces needs less.
constexpr std::size_t kMostText = std::size_t{16} << 20;

/// All that comes out of a pipe until its end; nothing when that took too long or was too much.
std::optional<std::string> readToEnd(int fd, Clock::time_point deadline) {
    std::string text;
    std::string block(kPipeBlock, '\0');
    while (text.size() < kMostText) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd wait{fd, POLLIN, 0};
        const int ready =
            ::poll(&wait, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return std::nullopt;
        const ssize_t n = ::read(fd, block.data(), block.size());
        if (n == 0) return text;
        if (n > 0) text.append(block, 0, static_cast<std::size_t>(n));
        if (n < 0 && errno != EINTR) return std::nullopt;
    }
    return std::nullopt;
}

/// What is the same for many interfaces is said in the same words, so that lists can join it.
std::string obstacleOf(const helper::Failed& closed) {
    switch (closed.failure) {
        case helper::Failure::NoRight:
            return "Capturing needs a right that framescope-capture does not have yet.";
        case helper::Failure::NoRightAndDown:
            return "The interface is not up, and capturing needs a right that framescope-capture "
                   "does not have yet.";
        default:
            return closed.sentence;
    }
}

InterfaceEntry judge(helper::Interface interface, const std::filesystem::path& helper) {
    InterfaceEntry entry{std::move(interface), false, {}, {}};
    if (entry.closed) {
        entry.obstacle = obstacleOf(*entry.closed);
        entry.remedy = remedyFor(entry.closed->failure, entry.name, helper);
    } else if (!entry.linkType) {
        entry.obstacle = "It could not be opened.";
    } else if (!isReadLinkType(*entry.linkType)) {
        entry.obstacle = "Its packets are " + linkTypeText(*entry.linkType) +
                         ", a link type in which no TCP is looked for.";
    } else {
        entry.canCapture = true;
    }
    return entry;
}

int rank(const InterfaceEntry& entry) {
    const int kind = entry.name == "lo" ? 0 : entry.name == "any" ? 1 : 2;
    return (entry.canCapture ? 0 : 3) + kind;
}

}  // namespace

Result<std::vector<InterfaceEntry>> listInterfaces(const std::filesystem::path& wanted) {
    const auto helper = helperOr(wanted);
    if (!helper) return helper.error();
    auto out = makePipe();
    if (!out) return out.error();
    auto complaints = makePipe();
    if (!complaints) return complaints.error();
    auto started = ChildProcess::start({.program = *helper,
                                        .arguments = {"list"},
                                        .output = out->writing.get(),
                                        .errors = complaints->writing.get(),
                                        .environment = {}});
    {
        const FileDescriptor closed = std::move(out->writing);
        const FileDescriptor closedToo = std::move(complaints->writing);
    }
    if (const auto* error = std::get_if<StartError>(&started)) {
        const Ending ending = helperNotStarted(*helper, error->error);
        return Error{ending.sentence +
                     (ending.remedy.empty() ? std::string() : " Run: " + ending.remedy)};
    }
    auto& child = std::get<ChildProcess>(started);
    const auto text = readToEnd(out->reading.get(), Clock::now() + kLimit);
    if (!text) return noHelper(*helper, {});
    const auto end = child.waitFor(std::chrono::milliseconds(500));

    const std::string firstLine = text->substr(0, text->find('\n'));
    const auto greeting = helper::parseMessage(firstLine);
    const auto* hello = greeting ? std::get_if<helper::Hello>(&*greeting) : nullptr;
    if (hello == nullptr) {
        const auto said = readToEnd(complaints->reading.get(), Clock::now());
        if (text->empty() && end && !end->succeeded() && said && !said->empty()) {
            return Error{"The interfaces cannot be listed: " + said->substr(0, said->find('\n'))};
        }
        return noHelper(*helper, firstLine);
    }
    if (const auto fault = helperFault(*helper, *hello)) return *fault;
    const auto interfaces = helper::parseInterfaces(*text);
    if (!interfaces) {
        return Error{"The capture helper \"" + helper->string() +
                     "\" did not tell the interfaces to the end."};
    }
    std::vector<InterfaceEntry> entries;
    for (const helper::Interface& interface : *interfaces) {
        entries.push_back(judge(interface, *helper));
    }
    std::stable_sort(
        entries.begin(), entries.end(),
        [](const InterfaceEntry& a, const InterfaceEntry& b) { return rank(a) < rank(b); });
    return entries;
}

std::vector<Traffic> readTraffic(const std::filesystem::path& file) {
    // Two lines of headings, then "  eth0: " and 16 figures: bytes and packets received stand
    // first, those sent ninth and tenth.
    std::ifstream in(file);
    std::vector<Traffic> traffic;
    Traffic all{"any", 0, 0};
    std::string line;
    while (std::getline(in, line)) {
        const std::size_t colon = line.rfind(':');
        const std::size_t name = line.find_first_not_of(' ');
        if (colon == std::string::npos || name >= colon) continue;
        std::istringstream figures(line.substr(colon + 1));
        std::uint64_t values[10] = {};
        for (std::uint64_t& value : values) figures >> value;
        if (!figures) continue;
        Traffic one{line.substr(name, colon - name), values[1], values[0]};
        // What loopback sends it also receives.
        if (one.interface != "lo") {
            one.packets += values[9];
            one.bytes += values[8];
        }
        all.packets += one.packets;
        all.bytes += one.bytes;
        traffic.push_back(std::move(one));
    }
    if (!traffic.empty()) traffic.push_back(std::move(all));
    return traffic;
}

}  // namespace framescope::live
