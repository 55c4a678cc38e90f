// Standard output in large blocks. Remembers that the reader went away instead of dying of it.
#pragma once

#include <string>
#include <string_view>

namespace framescope::cli {

class Output {
public:
    /// `descriptor` stays the caller's. Ignores SIGPIPE for the whole program.
    explicit Output(int descriptor);
    ~Output() { flush(); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void write(std::string_view text) {
        if (m_error != 0) return;
        if (text.size() >= kBlock) {
            flush();
            writeNow(text);
            return;
        }
        m_buffer += text;
        if (m_buffer.size() >= kBlock) flush();
    }
    /// Hands on what is buffered.
    void flush();

    /// Nothing can be written any more.
    bool failed() const { return m_error != 0; }
    /// Looks whether the reader is still there, without writing anything.
    void askForReader();
    /// The reader closed its end; no reason to complain.
    bool readerLeft() const;
    /// errno of the write that failed, 0 if none did.
    int error() const { return m_error; }
    /// A person is watching: lines should come at once, and may be coloured.
    bool isTerminal() const { return m_terminal; }

private:
    void writeNow(std::string_view text);

    static constexpr std::size_t kBlock = std::size_t{64} * 1024;

    int m_descriptor;
    int m_error = 0;
    bool m_terminal;
    std::string m_buffer;
};

}  // namespace framescope::cli
