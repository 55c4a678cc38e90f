// Starting the helper and sending to it; see helper_link.h.
#include "capture/live/helper_link.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include "capture/live/helper_place.h"

namespace framescope::live {
namespace {

Ending failure(std::string sentence) {
    return {Ending::Cause::Failed, std::move(sentence), {}};
}

}  // namespace

std::variant<HelperLink, Ending> HelperLink::start(const std::filesystem::path& helper,
                                                   const helper::Request& request) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return failure("No socket to the capture helper can be made: " +
                       std::generic_category().message(errno) + '.');
    }
    FileDescriptor ours(ends[0]);
    const FileDescriptor theirs(ends[1]);
    auto lines = makePipe();
    if (!lines) return failure(lines.error().sentence);
    auto complaints = makePipe();
    if (!complaints) return failure(complaints.error().sentence);
    auto started = ChildProcess::start({.program = helper,
                                        .arguments = helper::arguments(request),
                                        .input = theirs.get(),
                                        .output = lines->writing.get(),
                                        .errors = complaints->writing.get(),
                                        .environment = {}});
    if (const auto* error = std::get_if<StartError>(&started)) {
        return helperNotStarted(helper, error->error);
    }
    return HelperLink(std::get<ChildProcess>(std::move(started)), std::move(ours),
                      std::move(lines->reading), std::move(complaints->reading));
}

bool HelperLink::send(std::string_view command, int fd) {
    iovec text{const_cast<char*>(command.data()), command.size()};
    msghdr message{};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    if (fd >= 0) {
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    ssize_t sent = -1;
    do {
        sent = ::sendmsg(m_socket.get(), &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

}  // namespace framescope::live
