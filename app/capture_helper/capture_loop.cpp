// Figures that were chosen: the kernel hands over a block that is not full after 50 ms
// (PacketSource::kTimeout), and counters follow at most every 20 ms, so a packet is on its way to
// the screen 70 ms after it came. Waits end after 100 ms at the latest, since kernels have been
// known not to report the last block of a burst.
#include "app/capture_helper/capture_loop.h"

#include <algorithm>
#include <poll.h>
#include <unistd.h>

#include "app/capture_helper/clock.h"
#include "app/capture_helper/failures.h"
#include "app/capture_helper/stop_signal.h"

namespace framescope::helper {
namespace {

constexpr std::uint64_t kPacketsPerRound = 2048;
constexpr std::int64_t kCounterPause = 20 * kMillisecond;
constexpr std::int64_t kDropPause = 10 * kMillisecond;
constexpr std::int64_t kLongestWait = 100 * kMillisecond;
/// Some kinds of interfaces have nothing to wait on.
constexpr std::int64_t kWaitWithoutDescriptor = 10 * kMillisecond;
/// How long a full file waits for the next one before packets go on into it.
constexpr std::int64_t kWaitForFile = 20 * kMillisecond;
constexpr std::int64_t kKernelHolds = PacketSource::kTimeout * kMillisecond;

/// Waits until one of the descriptors has something, SIGTERM comes or the time is over.
int waitFor(pollfd* descriptors, nfds_t count, std::int64_t mostNs) {
    const timespec time{static_cast<time_t>(mostNs / 1'000'000'000),
                        static_cast<long>(mostNs % 1'000'000'000)};
    return ::ppoll(descriptors, count, &time, &waitMask());
}

}  // namespace

CaptureLoop::CaptureLoop(const Request& request, PacketSource& source, ParentLink& parent)
    : m_request(request), m_source(source), m_parent(parent) {
    m_drops.begin(m_source.figures().value_or(KernelFigures{}), wallNs());
}

CaptureEnd CaptureLoop::run() {
    waitForFirstFile();
    m_captureBegan = monotonicNs();
    while (isRunning()) round();
    if (m_output.hasFile()) {
        if (!m_writeFailure) takeTheRest();
        m_parent.say(counters());
    }
    // A disk that became full with the last packets is what has to be told.
    return m_writeFailure ? CaptureEnd(*m_writeFailure) : *m_end;
}

void CaptureLoop::waitForFirstFile() {
    while (isRunning() && !m_output.hasFile()) {
        pollfd socket{m_parent.socket(), POLLIN, 0};
        waitFor(&socket, 1, kLongestWait);
        m_parent.sendKept();
        obeyParent();
    }
}

void CaptureLoop::round() {
    waitForSomething();
    obeyParent();
    if (!isRunning()) return;
    takePackets();
    flush();
    lookAtDrops(false);
    checkLimits();
    tellCounters();
}

void CaptureLoop::waitForSomething() {
    m_parent.sendKept();
    const std::int64_t now = monotonicNs();
    const std::int64_t most =
        m_mayHaveMore ? 0 : std::max<std::int64_t>(nextDeadline(now) - now, 0);
    // A descriptor below 0 is left out by poll.
    pollfd descriptors[] = {{m_parent.socket(), POLLIN, 0},
                            {m_source.descriptor(), POLLIN, 0},
                            {m_parent.keepsLines() ? m_parent.pipe() : -1, POLLOUT, 0}};
    waitFor(descriptors, std::size(descriptors), most);
}

std::int64_t CaptureLoop::nextDeadline(std::int64_t now) const {
    std::int64_t at = now + (m_source.descriptor() < 0 ? kWaitWithoutDescriptor : kLongestWait);
    if (m_dropsAreOld) at = std::min(at, m_lookedAtDrops + kDropPause);
    // A pipe that was full is tried again at that pace, too.
    if (counters() != m_toldCounters) {
        const std::int64_t due = m_told + kCounterPause;
        at = std::min(at, due > now ? due : now + kCounterPause);
    }
    const auto atLimit = [&at](std::uint64_t milliseconds, std::int64_t began) {
        constexpr std::uint64_t kMostMilliseconds = std::uint64_t{1} << 42;  // 139 years
        if (milliseconds == 0 || milliseconds > kMostMilliseconds) return;
        at = std::min(at, began + static_cast<std::int64_t>(milliseconds) * kMillisecond);
    };
    atLimit(m_request.stop.milliseconds, m_captureBegan);
    if (!m_waitsForFile) atLimit(m_request.ring.milliseconds, m_fileBegan);
    return at;
}

void CaptureLoop::obeyParent() {
    while (auto command = m_parent.nextCommand()) {
        switch (command->kind) {
            case Command::Kind::File:
                switchTo(std::move(command->file));
                break;
            case Command::Kind::Stop:
                end(Stopped{StopReason::Asked});
                break;
            case Command::Kind::ParentGone:
                m_end = ParentGone{};
                return;
        }
    }
    if (stopWasSignalled()) end(Stopped{StopReason::Asked});
}

void CaptureLoop::takePackets() {
    std::uint64_t most = kPacketsPerRound;
    const std::uint64_t limit = m_request.stop.packets;
    if (limit != 0) most = std::min(most, limit - std::min(limit, m_packets));
    m_mayHaveMore = false;
    if (most == 0) return;
    const std::uint64_t before = m_packets;
    const int taken = m_source.dispatch(static_cast<int>(most), onPacket, this);
    m_mayHaveMore = m_packets - before >= most || m_limitReached;
    m_dropsAreOld = m_dropsAreOld || m_packets != before;
    if (taken < 0) end(m_source.lastFailure());
}

void CaptureLoop::onPacket(unsigned char* self, const pcap_pkthdr* header,
                           const unsigned char* data) {
    reinterpret_cast<CaptureLoop*>(self)->takePacket(*header, data);
}

void CaptureLoop::takePacket(const pcap_pkthdr& header, const unsigned char* data) {
    const std::int64_t time = timeOf(header);
    m_lastPacketNs = time;
    ++m_packets;
    ++m_filePackets;
    m_output.addPacket({.timeNs = time,
                        .originalLength = header.len,
                        .dropped = m_drops.takeBefore(time),
                        .data = {data, header.caplen}});
    if (m_output.isFull()) flush();
    if (isRunning() && !m_limitReached) {
        m_limitReached = reached(m_request.stop) || (!m_waitsForFile && reached(m_request.ring));
    }
    if (m_limitReached || m_writeFailure) m_source.breakDispatch();
}

std::int64_t CaptureLoop::timeOf(const pcap_pkthdr& header) const {
    return std::int64_t{header.ts.tv_sec} * 1'000'000'000 +
           std::int64_t{header.ts.tv_usec} * m_source.fractionNs();
}

void CaptureLoop::flush() {
    const auto error = m_output.flush();
    if (!error) return;
    m_writeFailure = writeFailure(*error);
    end(*m_writeFailure);
}

void CaptureLoop::lookAtDrops(bool now) {
    const std::int64_t time = monotonicNs();
    if (!now && (!m_dropsAreOld || time < m_lookedAtDrops + kDropPause)) return;
    m_lookedAtDrops = time;
    m_dropsAreOld = false;
    // The time is taken first: what is dropped between the two counts as dropped after it.
    const std::int64_t wall = wallNs();
    if (const auto figures = m_source.figures()) m_drops.look(*figures, wall);
}

bool CaptureLoop::reached(const Limits& limits) const {
    const bool whole = &limits == &m_request.stop;  // not only the current file
    const std::uint64_t bytes = whole ? m_output.totalSize() : m_output.size();
    const std::uint64_t packets = whole ? m_packets : m_filePackets;
    return (limits.bytes != 0 && bytes >= limits.bytes) ||
           (limits.packets != 0 && packets >= limits.packets);
}

void CaptureLoop::checkLimits() {
    if (!isRunning()) return;
    m_limitReached = false;
    const Limits& stop = m_request.stop;
    const std::int64_t now = monotonicNs();
    const auto over = [now](std::uint64_t milliseconds, std::int64_t began) {
        return milliseconds != 0 &&
               static_cast<std::uint64_t>(now - began) / kMillisecond >= milliseconds;
    };
    if (stop.packets != 0 && m_packets >= stop.packets) {
        end(Stopped{StopReason::Packets});
    } else if (reached(stop)) {
        end(Stopped{StopReason::Bytes});
    } else if (over(stop.milliseconds, m_captureBegan)) {
        end(Stopped{StopReason::Duration});
    } else if (!m_waitsForFile &&
               (reached(m_request.ring) || over(m_request.ring.milliseconds, m_fileBegan))) {
        fileIsFull();
    }
}

void CaptureLoop::fileIsFull() {
    if (m_request.stop.files != 0 && m_fileNumber >= m_request.stop.files) {
        end(Stopped{StopReason::Files});
        return;
    }
    m_parent.say(FileFull{});
    m_waitsForFile = true;
    const std::int64_t until = monotonicNs() + kWaitForFile;
    for (std::int64_t left = kWaitForFile; isRunning() && m_waitsForFile && left > 0;
         left = until - monotonicNs()) {
        pollfd socket{m_parent.socket(), POLLIN, 0};
        waitFor(&socket, 1, left);
        obeyParent();
    }
}

void CaptureLoop::switchTo(FileDescriptor file) {
    if (!isRunning()) return;
    if (m_output.hasFile()) {
        flush();
        addStatistics();
        flush();
        // The parent takes the file for complete with these figures.
        m_parent.say(counters());
        if (!isRunning()) return;
    }
    m_output.begin(std::move(file));
    m_output.addHeader({.linkType = m_source.linkType(),
                        .snapLength = m_source.snapLength(),
                        .name = m_request.interface,
                        .filter = m_request.filter});
    flush();
    m_filePackets = 0;
    m_fileBegan = monotonicNs();
    m_waitsForFile = false;
    m_limitReached = false;
    m_parent.say(FileBegun{++m_fileNumber});
    m_toldCounters = counters();
    m_told = m_fileBegan;
    m_parent.say(m_toldCounters);
}

void CaptureLoop::addStatistics() {
    lookAtDrops(true);
    // libpcap counts packets of a loopback interface twice, so what was received is our own count.
    m_output.addStatistics({.timeNs = wallNs(),
                            .received = m_packets,
                            .interfaceDrops = m_drops.interfaceDrops(),
                            .kernelDrops = m_drops.kernelDrops()});
}

Counters CaptureLoop::counters() const {
    return {.packets = m_output.packets(),
            .bytes = m_output.bytes(),
            .written = m_output.written(),
            .kernelDrops = m_drops.kernelDrops(),
            .interfaceDrops = m_drops.interfaceDrops(),
            .ourDrops = m_output.lostPackets()};
}

void CaptureLoop::tellCounters() {
    const Counters now = counters();
    if (now == m_toldCounters) return;
    const std::int64_t time = monotonicNs();
    if (time < m_told + kCounterPause) return;
    if (!m_parent.sayIfPossible(now)) return;
    m_told = time;
    m_toldCounters = now;
}

void CaptureLoop::takeTheRest() {
    const auto* const stopped = std::get_if<Stopped>(&*m_end);
    const bool isOver = stopped != nullptr && stopped->reason != StopReason::Asked &&
                        stopped->reason != StopReason::Duration;
    if (!isOver && !std::holds_alternative<ParentGone>(*m_end)) takeWhatTheKernelHolds(wallNs());
    flush();
    addStatistics();
    flush();
}

void CaptureLoop::takeWhatTheKernelHolds(std::int64_t untilWallNs) {
    const std::int64_t deadline = monotonicNs() + 2 * kKernelHolds;
    bool waited = false;
    while (!m_writeFailure && monotonicNs() < deadline && m_lastPacketNs <= untilWallNs) {
        const std::uint64_t before = m_packets;
        takePackets();
        flush();
        if (m_packets != before) continue;
        if (waited) return;
        // Within its timeout the kernel hands over what it has. It does so as well for an interface
        // that is gone, whose descriptor then reports nothing but that.
        waitFor(nullptr, 0, kKernelHolds + 5 * kMillisecond);
        waited = true;
    }
}

}  // namespace framescope::helper
