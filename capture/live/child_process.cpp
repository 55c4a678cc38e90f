// posix_spawn does the dangerous part between fork and exec, which a program with threads had
// better not do itself; see child_process.h.
#include "capture/live/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace framescope::live {
namespace {

/// Where the system cannot tell the end of a process by a descriptor, it is asked for this often.
constexpr std::chrono::milliseconds kAskAgain{5};

/// `posix_spawn` has no way to ignore a signal, but what a shell ignores stays ignored.
constexpr const char* kIgnoreKeyboard = "trap '' INT QUIT TSTP; exec \"$@\"";

class SpawnSettings {
public:
    SpawnSettings() {
        ::posix_spawn_file_actions_init(&m_actions);
        ::posix_spawnattr_init(&m_attributes);
    }
    ~SpawnSettings() {
        ::posix_spawn_file_actions_destroy(&m_actions);
        ::posix_spawnattr_destroy(&m_attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    void descriptor(int ours, int theirs) {
        if (ours >= 0) {
            ::posix_spawn_file_actions_adddup2(&m_actions, ours, theirs);
        } else {
            ::posix_spawn_file_actions_addopen(&m_actions, theirs, "/dev/null", O_RDWR, 0);
        }
    }
    void nothingElse() {
        ::posix_spawn_file_actions_addclosefrom_np(&m_actions, STDERR_FILENO + 1);
    }
    void signals(bool ownGroup) {
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&m_attributes, &none);
        ::posix_spawnattr_setsigdefault(&m_attributes, &all);
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        ::posix_spawnattr_setflags(
            &m_attributes, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              (ownGroup ? POSIX_SPAWN_SETPGROUP : 0)));
    }

    const posix_spawn_file_actions_t* actions() const { return &m_actions; }
    const posix_spawnattr_t* attributes() const { return &m_attributes; }

private:
    posix_spawn_file_actions_t m_actions;
    posix_spawnattr_t m_attributes;
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> made;
    made.reserve(strings.size() + 1);
    for (std::string& string : strings) made.push_back(string.data());
    made.push_back(nullptr);
    return made;
}

std::vector<std::string> environmentWith(
    const std::vector<std::pair<std::string, std::string>>& added) {
    std::vector<std::string> made;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        bool replaced = false;
        for (const auto& [name, value] : added) {
            replaced = replaced || (text.starts_with(name) && text.substr(name.size(), 1) == "=");
        }
        if (!replaced) made.emplace_back(text);
    }
    for (const auto& [name, value] : added) made.emplace_back(name).append("=").append(value);
    return made;
}

/// One of ours that is 0, 1 or 2 itself would be overwritten while the child's are put in place.
Result<FileDescriptor> aboveStandard(int fd) {
    if (fd < 0) return FileDescriptor();
    FileDescriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!copy) return Error{std::generic_category().message(errno)};
    return copy;
}

}  // namespace

std::string ChildEnd::words() const {
    if (signal == 0) return "ended with exit code " + std::to_string(exitCode);
    const char* const name = ::sigdescr_np(signal);
    return "was ended by signal " + std::to_string(signal) +
           (name != nullptr ? " (" + std::string(name) + ')' : std::string());
}

Result<Pipe> makePipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return Error{"No pipe can be made: " + std::generic_category().message(errno) + '.'};
    }
    return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::variant<ChildProcess, StartError> ChildProcess::start(const ChildStart& what) {
    const auto failed = [&](int error) {
        return StartError{error, "\"" + what.program.string() + "\" cannot be started: " +
                                     std::generic_category().message(error) + '.'};
    };
    SpawnSettings settings;
    FileDescriptor kept[3];
    const int wanted[3] = {what.input, what.output, what.errors};
    for (int i = 0; i < 3; ++i) {
        auto above = aboveStandard(wanted[i]);
        if (!above) return failed(errno);
        kept[i] = *std::move(above);
        settings.descriptor(kept[i].get(), i);
    }
    settings.nothingElse();
    settings.signals(!what.mayUseTerminal);

    std::vector<std::string> words;
    std::string program = what.program.string();
    if (what.mayUseTerminal) {
        words = {"sh", "-c", kIgnoreKeyboard, "sh", program};
        program = "/bin/sh";
    } else {
        words = {program};
    }
    words.insert(words.end(), what.arguments.begin(), what.arguments.end());
    std::vector<std::string> environment = environmentWith(what.environment);
    pid_t pid = -1;
    const int error =
        ::posix_spawnp(&pid, program.c_str(), settings.actions(), settings.attributes(),
                       pointers(words).data(), pointers(environment).data());
    if (error != 0) return failed(error);
    return ChildProcess(pid);
}

ChildProcess::~ChildProcess() {
    if (m_pid > 0 && !m_end) endWithin(std::chrono::milliseconds(0));
}

std::optional<ChildEnd> ChildProcess::waitFor(std::chrono::milliseconds time) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + time;
    const FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, m_pid, 0)));
    while (!m_end) {
        int status = 0;
        const pid_t ended = ::waitpid(m_pid, &status, WNOHANG);
        if (ended == m_pid) {
            m_end = WIFSIGNALED(status) ? ChildEnd{0, WTERMSIG(status)}
                                        : ChildEnd{WEXITSTATUS(status), 0};
        } else if (ended < 0 && errno != EINTR) {
            // Somebody ignores SIGCHLD, so that the system keeps no results.
            m_end = ChildEnd{};
        } else {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
            if (left <= std::chrono::milliseconds(0)) break;
            pollfd wait{process.get(), POLLIN, 0};
            ::poll(&wait, process ? 1 : 0,
                   static_cast<int>(process ? left.count() : kAskAgain.count()));
        }
    }
    return m_end;
}

ChildEnd ChildProcess::endWithin(std::chrono::milliseconds grace) {
    if (const auto end = waitFor(grace)) return *end;
    send(SIGTERM);
    if (const auto end = waitFor(grace)) return *end;
    send(SIGKILL);
    // What is killed ends, but for a process in the hands of a driver that hangs.
    return waitFor(std::chrono::seconds(5)).value_or(ChildEnd{0, SIGKILL});
}

void ChildProcess::send(int signal) {
    if (m_pid > 0 && !m_end) ::kill(m_pid, signal);
}

}  // namespace framescope::live
