// Codings of a body besides the chunked one: Content-Encoding (RFC 9110 section 8.4.1), and gzip or
// deflate named as a transfer coding in front of chunked (RFC 9112 section 7.2). Bytes stream
// through; what several codings on top of each other make of them passes from one to the next.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/http/head.h"

namespace framescope::http {

/// Bytes that one body decodes to at the most; a bomb of 64 KiB would fill as much again.
inline constexpr std::uint64_t kMaxDecoded = 64U << 20;
/// Codings on top of each other that are undone.
inline constexpr std::size_t kMaxCodings = 4;

enum class ContentCoding : std::uint8_t {
    Gzip,     ///< gzip and x-gzip
    Deflate,  ///< zlib (RFC 1950), or DEFLATE data by itself as some servers send it
};

/// What was done to a body, in the order in which it is to be undone.
struct ContentCodings {
    std::vector<ContentCoding> codings;
    /// A coding that is not decoded here (br, zstd, ...), or one too many; empty if all are.
    std::string unknown;

    /// Something is there to be decoded, and can be.
    bool decodable() const { return unknown.empty() && !codings.empty(); }
};
ContentCodings contentCodings(const Head& head);

class ContentDecoder {
public:
    enum class State : std::uint8_t {
        Reading,
        Finished,   ///< the end of the compressed data was read
        Malformed,  ///< it is not what the coding says; error() tells
        OverLimit,  ///< more than the limit would come out
    };
    using Sink = std::function<void(ByteView)>;

    explicit ContentDecoder(std::vector<ContentCoding> codings, std::uint64_t limit = kMaxDecoded);
    ~ContentDecoder();
    ContentDecoder(ContentDecoder&&) noexcept;
    ContentDecoder& operator=(ContentDecoder&&) noexcept;

    /// Reads on and hands what comes out to `sink`, piece by piece, until the state is Malformed or
    /// OverLimit; what is given then is not looked at any more.
    void feed(ByteView bytes, const Sink& sink);
    State state() const { return m_state; }
    /// The body ends here: whether its compressed data does, too. True for no bytes at all.
    bool whole() const;
    /// What is wrong, for Malformed: "incorrect header check, at byte 12".
    const std::string& error() const { return m_error; }

private:
    class Stage;

    void feedStage(std::size_t stage, ByteView bytes, const Sink& sink);

    std::vector<std::unique_ptr<Stage>> m_stages;
    std::uint64_t m_limit;
    State m_state = State::Reading;
    std::string m_error;
};

}  // namespace framescope::http
