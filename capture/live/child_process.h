// Another program that runs for us, with descriptors we choose and nothing else of ours.
//
// It starts with no signal blocked or ignored. Ctrl-C in a terminal goes to all processes in the
// foreground, and must reach neither the capture helper nor ssh before we have ended them: they
// would drop what they still hold. So a child is a process group of its own; where it may have to
// ask the person something on the terminal, which only the foreground may, it stays in ours and
// ignores the signals of the keyboard.
//
// No zombie is left: who destroys a child that still runs kills it and waits.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <variant>
#include <vector>

#include "capture/file/file_descriptor.h"
#include "capture/result.h"

namespace framescope::live {

struct ChildStart {
    /// With a slash a path, else looked for in the PATH.
    std::filesystem::path program;
    std::vector<std::string> arguments;  ///< without the program's name
    int input = -1;                      ///< descriptor 0 of the child; -1: /dev/null
    int output = -1;                     ///< 1
    int errors = -1;                     ///< 2
    std::vector<std::pair<std::string, std::string>> environment;  ///< set beside ours
    bool mayUseTerminal = false;
};

/// How a process ended: by itself with an exit code, or by a signal.
struct ChildEnd {
    int exitCode = 0;
    int signal = 0;

    bool succeeded() const { return exitCode == 0 && signal == 0; }
    /// "was ended by signal 9 (Killed)" or "ended with exit code 3".
    std::string words() const;
};

/// Why a program did not start: the system's error number beside the sentence.
struct StartError {
    int error = 0;
    std::string sentence;
};

class ChildProcess {
public:
    static std::variant<ChildProcess, StartError> start(const ChildStart& what);

    ChildProcess(ChildProcess&& other) noexcept
        : m_pid(std::exchange(other.m_pid, -1)), m_end(other.m_end) {}
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess();

    pid_t pid() const { return m_pid; }
    /// How it ended; waits until it does, or until `time` is over. The same answer ever after.
    std::optional<ChildEnd> waitFor(std::chrono::milliseconds time);
    /// Waits for its end; asks for it by SIGTERM after `grace`, and kills it after as long again.
    ChildEnd endWithin(std::chrono::milliseconds grace);
    /// Sends a signal if it still runs.
    void send(int signal);

private:
    explicit ChildProcess(pid_t pid) : m_pid(pid) {}

    pid_t m_pid = -1;
    std::optional<ChildEnd> m_end;
};

/// Both ends of a new pipe, closed when another program starts.
struct Pipe {
    FileDescriptor reading;
    FileDescriptor writing;
};
Result<Pipe> makePipe();

}  // namespace framescope::live
