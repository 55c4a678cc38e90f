// What comes out of a pipe, and the lines in it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace framescope::live {

/// As much as is read from a pipe at once: what a pipe of Linux holds.
inline constexpr std::size_t kPipeBlock = std::size_t{64} * 1024;

/// Gives a pipe as much room as everybody may have, so that a burst does not make its writer wait.
/// Whatever else the descriptor is stays as it is.
void widenPipe(int fd);

/// Takes bytes as they come and gives lines, without their line ends. A line that is longer than
/// the limit is given in pieces.
class LineSplitter {
public:
    static constexpr std::size_t kMostBytes = 8192;

    void take(std::string_view bytes, const std::function<void(std::string_view)>& line) {
        for (const char c : bytes) {
            if (c != '\n' && m_line.size() < kMostBytes) {
                m_line += c;
                continue;
            }
            line(m_line);
            m_line.clear();
            if (c != '\n') m_line += c;
        }
    }
    /// What stands behind the last line end.
    void finish(const std::function<void(std::string_view)>& line) {
        if (!m_line.empty()) line(m_line);
        m_line.clear();
    }

private:
    std::string m_line;
};

}  // namespace framescope::live
