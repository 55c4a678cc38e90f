// What ssh and tcpdump say on their error output: told apart into complaints, which a person
// should see, and the chatter that every tcpdump makes, which holds a few figures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "capture/live/pipe_reader.h"

namespace framescope::live {

class RemoteRemarks {
public:
    /// Complaints are kept up to this size, the first of them.
    static constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

    void take(std::string_view bytes);
    /// Nothing more comes.
    void finish();

    /// Complaints, line by line.
    const std::string& text() const { return m_text; }
    std::optional<std::uint64_t> kernelDrops() const { return m_kernelDrops; }
    std::optional<std::uint64_t> interfaceDrops() const { return m_interfaceDrops; }
    /// The line that most likely says why it ended: the last complaint; empty if there was none.
    const std::string& tellingLine() const { return m_telling; }

private:
    void takeLine(std::string_view line);

    LineSplitter m_lines;
    std::string m_text;
    std::string m_telling;
    bool m_tellingIsStrong = false;
    std::optional<std::uint64_t> m_kernelDrops;
    std::optional<std::uint64_t> m_interfaceDrops;
};

/// Why a remote capture ended, for a person: from the telling line of `remarks`, or the exit code.
std::string remoteFailure(const std::string& host, const RemoteRemarks& remarks,
                          const std::string& howSshEnded);
/// A command that may put it right; often empty.
std::string remoteRemedy(const std::string& host, const RemoteRemarks& remarks);

}  // namespace framescope::live
