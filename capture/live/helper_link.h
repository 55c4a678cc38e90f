// The running helper as one object: its process, the socket that commands go to, and the pipes that
// its lines and complaints come from.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "capture/live/child_process.h"
#include "capture/live/live_capture.h"

namespace framescope::live {

class HelperLink {
public:
    /// Starts the helper; an Ending says why that failed.
    static std::variant<HelperLink, Ending> start(const std::filesystem::path& helper,
                                                  const helper::Request& request);

    int lines() const { return m_lines.get(); }
    int complaints() const { return m_complaints.get(); }

    /// Sends a command, with a descriptor if `fd` is one. False when the helper is gone.
    bool send(std::string_view command, int fd = -1);
    /// The helper takes this for the end of its parent.
    void hangUp() { const FileDescriptor closed = std::move(m_socket); }
    ChildProcess& process() { return m_process; }

private:
    HelperLink(ChildProcess process, FileDescriptor socket, FileDescriptor lines,
               FileDescriptor complaints)
        : m_process(std::move(process)),
          m_socket(std::move(socket)),
          m_lines(std::move(lines)),
          m_complaints(std::move(complaints)) {}

    ChildProcess m_process;
    FileDescriptor m_socket;
    FileDescriptor m_lines;
    FileDescriptor m_complaints;
};

}  // namespace framescope::live
