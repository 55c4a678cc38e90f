// ./dev bench live: what is lost, and how late rows are, at rising rates, beside tcpdump; then a
// long capture in a short time, with its memory.
//   bench_live HELPER FOLDER          everything
//   bench_live load PORT RATE DATAGRAMS SECONDS FRAMES    the load alone (used by itself)
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tests/bench/live/watched_capture.h"
#include "tests/support/websocket_load.h"

namespace framescope::bench {
namespace {

/// A program with its standard output or error in a file.
class Program {
public:
    Program(std::vector<std::string> arguments, const std::string& output) {
        m_pid = ::fork();
        if (m_pid != 0) return;
        const int fd = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(fd, STDOUT_FILENO);
        ::dup2(fd, STDERR_FILENO);
        std::vector<char*> argv;
        for (std::string& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    ~Program() {
        if (m_pid > 0) end();
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    int wait() {
        int status = 0;
        while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
        }
        m_pid = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    }
    void end() {
        ::kill(m_pid, SIGINT);
        wait();
    }

private:
    pid_t m_pid = -1;
};

std::string textOf(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The number in front of `words`, 0 if there is none.
std::uint64_t numberBefore(const std::string& text, const std::string& words) {
    const std::size_t at = text.find(words);
    if (at == std::string::npos) return 0;
    const std::size_t begin = text.find_last_not_of("0123456789", at - 1) + 1;
    return std::strtoull(text.c_str() + begin, nullptr, 10);
}

/// A figure of /proc/self/status, such as "VmRSS:" in kB.
std::uint64_t ownFigure(const char* name) {
    const std::string text = textOf("/proc/self/status");
    const std::size_t at = text.find(name);
    return at == std::string::npos
               ? 0
               : std::strtoull(text.c_str() + at + std::strlen(name), nullptr, 10);
}

std::size_t ownDescriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/self/fd")) {
        ++count;
    }
    return count;
}

class Bench {
public:
    Bench(std::string self, std::string helper, std::string folder)
        : m_self(std::move(self)), m_helper(std::move(helper)), m_folder(std::move(folder)) {}

    int run() {
        std::filesystem::create_directories(m_folder);
        std::puts(
            "Loss: WebSocket frames on lo, three seconds a rate; tcpdump -w and our helper beside "
            "each "
            "other");
        std::printf("%10s %12s %10s %12s %10s %12s %10s %10s %8s %8s\n", "frames/s", "datagrams/s",
                    "frames", "tcpdump", "dropped", "ours", "dropped", "rows", "p50 ms", "p99 ms");
        constexpr std::array<std::array<std::uint64_t, 2>, 8> kRates{{{1000, 0},
                                                                      {10'000, 0},
                                                                      {50'000, 0},
                                                                      {200'000, 0},
                                                                      {10'000, 100'000},
                                                                      {10'000, 200'000},
                                                                      {10'000, 400'000},
                                                                      {10'000, 10'000'000}}};
        for (const auto& [frames, datagrams] : kRates) {
            if (!lossAt(frames, datagrams)) return 1;
        }
        std::puts(
            "\nLong: 1,800,000 frames (1,000 a second for 30 minutes), as fast as they go; this "
            "process");
        return longCapture() ? 0 : 1;
    }

private:
    live::InterfaceCapture capture(std::uint16_t port) const {
        live::InterfaceCapture what;
        what.request.interface = "lo";
        what.request.filter = "port " + std::to_string(port);
        what.destination.spoolBase = m_folder + "/spool";
        what.helper = m_helper;
        return what;
    }

    Program load(std::uint16_t port, std::uint64_t rate, std::uint64_t datagrams,
                 std::uint64_t frames) const {
        return Program({m_self, "load", std::to_string(port), std::to_string(rate),
                        std::to_string(datagrams), "3", std::to_string(frames)},
                       m_folder + "/load.txt");
    }

    std::uint64_t framesSent() const {
        const std::string text = textOf(m_folder + "/load.txt");
        return text.starts_with("frames ") ? std::strtoull(text.c_str() + 7, nullptr, 10) : 0;
    }

    bool failed(const std::string& sentence) const {
        std::fprintf(stderr, "bench: %s\n", sentence.c_str());
        return false;
    }

    /// tcpdump says that it listens, before it does.
    bool tcpdumpListens(const std::string& output) const {
        for (int i = 0; i < 100; ++i) {
            if (textOf(output).find("listening on") != std::string::npos) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    }

    bool lossAt(std::uint64_t rate, std::uint64_t datagrams) {
        const std::uint16_t port = m_port++;
        const std::string said = m_folder + "/tcpdump.txt";
        const std::string written = m_folder + "/tcpdump.pcap";
        Program tcpdump({"tcpdump", "-n", "-i", "lo", "-Z", "root", "-w", written, "port",
                         std::to_string(port)},
                        said);
        if (!tcpdumpListens(said)) return failed("tcpdump does not listen: " + textOf(said));
        WatchedCapture ours(capture(port));
        if (const auto sentence = ours.waitUntilRunning()) return failed(*sentence);
        Program generator = load(port, rate, datagrams, 0);
        if (generator.wait() != 0) return failed(textOf(m_folder + "/load.txt"));
        // What the last segments left in the kernel's rings is older than any timeout of theirs
        // now.
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        ours.finish();
        tcpdump.end();
        const std::string figures = textOf(said);
        std::filesystem::remove(written);
        const live::Figures& mine = ours.status().figures;
        const std::uint64_t frames = framesSent();
        const auto rows = static_cast<double>(ours.rows(Protocol::WebSocket));
        using Wide = unsigned long long;
        std::printf("%10llu %12llu %10llu %12llu %10llu %12llu %10llu %9.3f%% %8.1f %8.1f\n",
                    Wide{rate}, Wide{datagrams}, Wide{frames},
                    Wide{numberBefore(figures, " packets captured")},
                    Wide{numberBefore(figures, " packets dropped by kernel")}, Wide{mine.packets},
                    Wide{mine.kernelDrops.value_or(0) + mine.ourDrops},
                    100 * rows / static_cast<double>(std::max<std::uint64_t>(frames, 1)),
                    ours.lateness(0.5), ours.lateness(0.99));
        std::fflush(stdout);
        discard(ours);
        return true;
    }

    static void discard(const WatchedCapture& capture) {
        if (const auto spool = capture.spool()) spool->discard();
    }

    bool longCapture() {
        constexpr std::uint64_t kFrames = 1'800'000;
        const std::uint16_t port = m_port++;
        WatchedCapture ours(capture(port));
        if (const auto sentence = ours.waitUntilRunning()) return failed(*sentence);
        std::printf("%12s %10s %12s %12s %8s\n", "rows", "RSS MB", "index MB", "descriptors",
                    "threads");
        Program generator = load(port, 60'000, 0, kFrames);
        std::uint64_t next = kFrames / 10;
        while (next < kFrames) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            if (ours.rowsSoFar() < next) continue;
            tell(ours);
            next += kFrames / 5;
        }
        if (generator.wait() != 0) return failed(textOf(m_folder + "/load.txt"));
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        ours.finish();
        tell(ours);
        const live::Figures& mine = ours.status().figures;
        std::printf("%llu of %llu frames are rows; dropped by the kernel: %llu\n",
                    static_cast<unsigned long long>(ours.rows(Protocol::WebSocket)),
                    static_cast<unsigned long long>(framesSent()),
                    static_cast<unsigned long long>(mine.kernelDrops.value_or(0)));
        discard(ours);
        return true;
    }

    static void tell(const WatchedCapture& capture) {
        std::printf("%12llu %10.1f %12.1f %12zu %8llu\n",
                    static_cast<unsigned long long>(capture.rowsSoFar()),
                    static_cast<double>(ownFigure("VmRSS:")) / 1024,
                    static_cast<double>(capture.indexBytes()) / 1e6, ownDescriptors(),
                    static_cast<unsigned long long>(ownFigure("Threads:")));
        std::fflush(stdout);
    }

    std::string m_self;
    std::string m_helper;
    std::string m_folder;
    std::uint16_t m_port = 47100;
};

}  // namespace
}  // namespace framescope::bench

int main(int argc, char** argv) {
    using namespace framescope::bench;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 6 && arguments[0] == "load") {
        framescope::test::LoadRequest request;
        request.port = static_cast<std::uint16_t>(std::stoul(arguments[1]));
        request.framesPerSecond = std::stoull(arguments[2]);
        request.datagramsPerSecond = std::stoull(arguments[3]);
        request.seconds = std::stod(arguments[4]);
        request.frames = std::stoull(arguments[5]);
        framescope::test::LoadFigures figures;
        const auto wrong = framescope::test::playLoad(request, figures);
        if (wrong) {
            std::fprintf(stderr, "load: %s\n", wrong->c_str());
            return 1;
        }
        std::printf("frames %llu\n", static_cast<unsigned long long>(figures.frames));
        return 0;
    }
    if (arguments.size() != 2) {
        std::fputs("usage: bench_live HELPER FOLDER\n", stderr);
        return 1;
    }
    return Bench(argv[0], arguments[0], arguments[1]).run();
}
