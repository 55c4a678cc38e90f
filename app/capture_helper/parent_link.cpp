// Lines are shorter than PIPE_BUF, so a pipe that does not block takes each of them whole or not at
// all. A pipe that nobody reads any more is no reason to end: the socket tells whether the parent
// is there.
#include "app/capture_helper/parent_link.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/capture_helper/clock.h"

namespace framescope::helper {
namespace {

/// The first descriptor that came with a message; others are closed, and the kernel closes those
/// for which there was no room.
FileDescriptor descriptorIn(const msghdr& message) {
    const cmsghdr* const header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
        return {};
    }
    FileDescriptor first;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= header->cmsg_len; at += sizeof(int)) {
        int fd = -1;
        std::memcpy(&fd, reinterpret_cast<const char*>(header) + at, sizeof fd);
        FileDescriptor owned(fd);
        if (!first) first = std::move(owned);
    }
    return first;
}

}  // namespace

bool ParentLink::isPossible(int socket, int pipe) {
    int type = 0;
    socklen_t length = sizeof type;
    struct stat status {};
    return ::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
           type == SOCK_SEQPACKET && ::fstat(pipe, &status) == 0 && S_ISFIFO(status.st_mode);
}

ParentLink::ParentLink(int socket, int pipe) : m_socket(socket), m_pipe(pipe) {
    ::fcntl(m_pipe, F_SETFL, ::fcntl(m_pipe, F_GETFL) | O_NONBLOCK);
}

std::optional<Command> ParentLink::nextCommand() {
    char text[64];
    alignas(cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))];
    for (;;) {
        iovec part{text, sizeof text};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const ssize_t length = ::recvmsg(m_socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
        if (length <= 0) return Command{Command::Kind::ParentGone, {}};
        FileDescriptor file = descriptorIn(message);
        const std::string_view word(text, static_cast<std::size_t>(length));
        if (word == kStopCommand) return Command{Command::Kind::Stop, {}};
        if (word == kFileCommand && file) return Command{Command::Kind::File, std::move(file)};
        // Anything else is of a parent that knows more than we do.
    }
}

bool ParentLink::send(const std::string& line) {
    for (;;) {
        if (m_pipeBroken || ::write(m_pipe, line.data(), line.size()) >= 0) return true;
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
        m_pipeBroken = true;
    }
}

void ParentLink::say(const Message& message) {
    m_kept.push_back(encode(message));
    sendKept();
}

bool ParentLink::sayIfPossible(const Message& message) {
    sendKept();
    return m_kept.empty() && send(encode(message));
}

void ParentLink::sendKept() {
    while (!m_kept.empty() && send(m_kept.front())) m_kept.pop_front();
}

void ParentLink::sendAll(std::int64_t mostNs) {
    const std::int64_t end = monotonicNs() + mostNs;
    for (;;) {
        sendKept();
        const std::int64_t left = end - monotonicNs();
        if (m_kept.empty() || left <= 0) return;
        pollfd pipe{m_pipe, POLLOUT, 0};
        ::poll(&pipe, 1, static_cast<int>(left / kMillisecond) + 1);
    }
}

}  // namespace framescope::helper
