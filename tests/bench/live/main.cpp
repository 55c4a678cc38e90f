// ./dev bench live, one round of it; works/live.py compares them and says what was wanted:
//   bench_live HELPER FOLDER ours|tcpdump FRAMES DATAGRAMS SECONDS
// Plays a load on lo, so many frames and datagrams a second, while our helper, or tcpdump -w,
// captures it, and prints what was sent, captured, dropped and listed as one line of JSON.
//   bench_live load PORT FRAMES DATAGRAMS SECONDS    the load alone (used by itself)
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

/// What the load says when it has ended.
struct Sent {
    std::uint64_t frames = 0;
    std::uint64_t datagrams = 0;
};

class Round {
public:
    Round(std::string self, std::string helper, std::string folder, std::vector<std::string> rates)
        : m_self(std::move(self)),
          m_helper(std::move(helper)),
          m_folder(std::move(folder)),
          m_rates(std::move(rates)) {
        std::filesystem::create_directories(m_folder);
    }

    /// False, and a sentence, if it cannot be measured.
    bool ours() {
        WatchedCapture capture(options());
        if (const auto sentence = capture.waitUntilRunning()) return failed(*sentence);
        if (!play()) return false;
        capture.finish();
        const live::Figures& figures = capture.status().figures;
        const std::uint64_t dropped = figures.kernelDrops.value_or(0) + figures.ourDrops;
        tell(figures.packets, dropped, capture.rows(Protocol::WebSocket), capture.lateness(0.5),
             capture.lateness(1));
        if (const auto spool = capture.spool()) spool->discard();
        return true;
    }

    bool tcpdump() {
        const std::string said = m_folder + "/tcpdump.txt";
        const std::string written = m_folder + "/tcpdump.pcap";
        Program program({"tcpdump", "-n", "-i", "lo", "-Z", "root", "-w", written, "port",
                         std::to_string(kPort)},
                        said);
        if (!tcpdumpListens(said)) return failed("tcpdump does not listen: " + textOf(said));
        if (!play()) return false;
        program.end();
        const std::string figures = textOf(said);
        std::filesystem::remove(written);
        tell(numberBefore(figures, " packets captured"),
             numberBefore(figures, " packets dropped by kernel"), 0, 0, 0);
        return true;
    }

private:
    /// Below what the system hands out, so that nothing else has it.
    static constexpr std::uint16_t kPort = 21'509;

    live::InterfaceCapture options() const {
        live::InterfaceCapture what;
        what.request.interface = "lo";
        what.request.filter = "port " + std::to_string(kPort);
        what.destination.spoolBase = m_folder + "/spool";
        what.helper = m_helper;
        return what;
    }

    bool play() {
        const std::string said = m_folder + "/load.txt";
        std::vector<std::string> words = {m_self, "load", std::to_string(kPort)};
        words.insert(words.end(), m_rates.begin(), m_rates.end());
        Program load(words, said);
        if (load.wait() != 0) return failed(textOf(said));
        m_sent = {numberBefore(textOf(said), " frames"), numberBefore(textOf(said), " datagrams")};
        // What the last segments left in the kernel's rings is older than any timeout of theirs
        // now.
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        return true;
    }

    void tell(std::uint64_t packets, std::uint64_t dropped, std::uint64_t rows, double median,
              double latest) const {
        using Wide = unsigned long long;
        std::printf(
            "{\"frames\": %llu, \"datagrams\": %llu, \"packets\": %llu, \"dropped\": %llu, "
            "\"rows\": %llu, \"median_ms\": %.1f, \"latest_ms\": %.1f}\n",
            Wide{m_sent.frames}, Wide{m_sent.datagrams}, Wide{packets}, Wide{dropped}, Wide{rows},
            median, latest);
    }

    static bool failed(const std::string& sentence) {
        std::fprintf(stderr, "bench: %s\n", sentence.c_str());
        return false;
    }

    /// tcpdump says that it listens, before it does.
    static bool tcpdumpListens(const std::string& output) {
        for (int i = 0; i < 100; ++i) {
            if (textOf(output).find("listening on") != std::string::npos) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    }

    std::string m_self;
    std::string m_helper;
    std::string m_folder;
    std::vector<std::string> m_rates;  ///< frames and datagrams a second, seconds
    Sent m_sent;
};

int playLoad(const std::vector<std::string>& words) {
    test::LoadRequest request;
    request.port = static_cast<std::uint16_t>(std::stoul(words[0]));
    request.framesPerSecond = std::stoull(words[1]);
    request.datagramsPerSecond = std::stoull(words[2]);
    request.seconds = std::stod(words[3]);
    test::LoadFigures figures;
    if (const auto wrong = test::playLoad(request, figures)) {
        std::fprintf(stderr, "load: %s\n", wrong->c_str());
        return 1;
    }
    std::printf("%llu frames %llu datagrams\n",
                static_cast<unsigned long long>(figures.frames.load()),
                static_cast<unsigned long long>(figures.datagrams.load()));
    return 0;
}

}  // namespace
}  // namespace framescope::bench

int main(int argc, char** argv) {
    using namespace framescope::bench;
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 5 && words[0] == "load") return playLoad({words.begin() + 1, words.end()});
    if (words.size() != 6 || (words[2] != "ours" && words[2] != "tcpdump")) {
        std::fputs("usage: bench_live HELPER FOLDER ours|tcpdump FRAMES DATAGRAMS SECONDS\n",
                   stderr);
        return 1;
    }
    Round round(argv[0], words[0], words[1], {words.begin() + 3, words.end()});
    return (words[2] == "ours" ? round.ours() : round.tcpdump()) ? 0 : 1;
}
