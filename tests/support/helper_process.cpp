#include "tests/support/helper_process.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace framescope::test {
namespace {

using Clock = std::chrono::steady_clock;

int leftOf(Clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    return static_cast<int>(std::max<std::int64_t>(left, 0));
}

}  // namespace

HelperProcess::HelperProcess(const std::string& program,
                             const std::vector<std::string>& arguments) {
    int sockets[2];
    int lines[2];
    int complaints[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0 ||
        ::pipe2(lines, O_CLOEXEC) != 0 || ::pipe2(complaints, O_CLOEXEC) != 0) {
        qFatal("no descriptors: %s", std::strerror(errno));
    }
    m_socket = FileDescriptor(sockets[0]);
    m_pipe = FileDescriptor(lines[0]);
    m_complaints = FileDescriptor(complaints[0]);
    const FileDescriptor others[] = {FileDescriptor(sockets[1]), FileDescriptor(lines[1]),
                                     FileDescriptor(complaints[1])};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; ++i) {
        ::posix_spawn_file_actions_adddup2(&actions, others[i].get(), i);
    }
    std::vector<char*> words{const_cast<char*>(program.c_str())};
    for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const int error =
        ::posix_spawn(&m_pid, program.c_str(), &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) qFatal("%s does not start: %s", program.c_str(), std::strerror(error));
}

HelperProcess::~HelperProcess() {
    if (m_ended) return;
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
}

bool HelperProcess::readMore(int milliseconds) {
    pollfd pipe{m_pipe.get(), POLLIN, 0};
    if (::poll(&pipe, 1, milliseconds) <= 0) return true;
    char buffer[4096];
    const ssize_t n = ::read(m_pipe.get(), buffer, sizeof buffer);
    if (n <= 0) return false;
    m_unread.append(buffer, static_cast<std::size_t>(n));
    for (std::size_t end; (end = m_unread.find('\n')) != std::string::npos;) {
        const std::string line = m_unread.substr(0, end);
        m_unread.erase(0, end + 1);
        if (auto message = helper::parseMessage(line)) {
            m_messages.push_back(*std::move(message));
        } else {
            m_strangeLines.push_back(line);
        }
    }
    return true;
}

const helper::Message* HelperProcess::readUntil(
    const std::function<bool(const helper::Message&)>& enough, int milliseconds) {
    const auto end = Clock::now() + std::chrono::milliseconds(milliseconds);
    for (bool open = true;;) {
        while (m_looked < m_messages.size()) {
            const helper::Message& message = m_messages[m_looked++];
            if (enough(message)) return &message;
        }
        if (!open || leftOf(end) == 0) return nullptr;
        open = readMore(leftOf(end));
    }
}

bool HelperProcess::waitForPackets(std::uint64_t packets, int milliseconds) {
    const auto enough = [packets](const helper::Message& message) {
        const auto* const counters = std::get_if<helper::Counters>(&message);
        return counters != nullptr && counters->packets >= packets;
    };
    return readUntil(enough, milliseconds) != nullptr;
}

bool HelperProcess::readToEnd(int milliseconds) {
    const auto end = Clock::now() + std::chrono::milliseconds(milliseconds);
    while (readMore(leftOf(end))) {
        if (leftOf(end) == 0) return false;
    }
    return true;
}

bool HelperProcess::command(std::string_view word, int fd) {
    iovec part{const_cast<char*>(word.data()), word.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fd >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    return ::sendmsg(m_socket.get(), &message, MSG_NOSIGNAL) >= 0;
}

bool HelperProcess::giveFile(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    return file && command(helper::kFileCommand, file.get());
}

bool HelperProcess::stop() {
    return command(helper::kStopCommand, -1);
}

int HelperProcess::exitCode(int milliseconds) {
    if (!m_ended) {
        const FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, m_pid, 0)));
        pollfd end{process.get(), POLLIN, 0};
        if (::poll(&end, 1, milliseconds) != 1) return -1;
        m_ended = ::waitpid(m_pid, &m_status, 0) == m_pid;
    }
    return m_ended && WIFEXITED(m_status) ? WEXITSTATUS(m_status) : -1;
}

std::string HelperProcess::complaints() const {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = ::read(m_complaints.get(), buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
}

QString captureObstacle(const std::string& program) {
    HelperProcess process(program, helper::Request{.interface = "lo"});
    if (process.waitFor<helper::Opened>() != nullptr) return {};
    const auto* const failed = process.last<helper::Failed>();
    return QStringLiteral("this machine does not let us capture from lo: ") +
           (failed != nullptr ? QString::fromStdString(failed->sentence)
                              : QStringLiteral("the helper says nothing"));
}

}  // namespace framescope::test
