// One zlib stream for each coding; what one puts out, a few KiB at a time, is the next one's input,
// so memory stays the same whatever the data says.
#include "dissector/http/content_decoder.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <zlib.h>

#include "dissector/payload/utf8.h"

namespace framescope::http {
namespace {

constexpr std::size_t kPiece = 16U << 10;
/// Bytes given to zlib at once; it counts in 32 bits.
constexpr std::size_t kMaxInput = 1U << 30;

/// Window bits as inflateInit2() takes them.
constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;

/// Whether two bytes can begin zlib data (RFC 1950 section 2.2). DEFLATE data by itself cannot
/// begin like that: its first block would be a stored one with padding that is not zero.
bool isZlibHeader(std::uint8_t first, std::uint8_t second) {
    return (first & 0x0f) == 8 && first >> 4 <= 7 && (first * 256 + second) % 31 == 0;
}

void appendCodings(const Head& head, std::string_view name, ContentCodings& result) {
    auto elements = head.elements(name);
    // The last one was applied last.
    std::ranges::reverse(elements);
    for (const std::string_view element : elements) {
        const std::string_view coding = element.substr(0, element.find_first_of("; \t"));
        if (equalsIgnoreCase(coding, "identity") || equalsIgnoreCase(coding, "chunked")) continue;
        const bool gzip = equalsIgnoreCase(coding, "gzip") || equalsIgnoreCase(coding, "x-gzip");
        const bool deflate = equalsIgnoreCase(coding, "deflate");
        if (!result.unknown.empty()) return;
        if ((!gzip && !deflate) || result.codings.size() == kMaxCodings) {
            result.unknown = printable(coding, 40);
        } else {
            result.codings.push_back(gzip ? ContentCoding::Gzip : ContentCoding::Deflate);
        }
    }
}

}  // namespace

ContentCodings contentCodings(const Head& head) {
    ContentCodings result;
    appendCodings(head, "Transfer-Encoding", result);
    appendCodings(head, "Content-Encoding", result);
    return result;
}

/// One coding being undone.
class ContentDecoder::Stage {
public:
    explicit Stage(ContentCoding coding) : m_coding(coding) {}
    ~Stage() {
        if (m_open) inflateEnd(&m_stream);
    }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    /// Puts the next piece into `room`; empty once it needs more input, has failed or is finished.
    ByteView next(ByteView& input, std::span<std::uint8_t> room) {
        if (!m_open && !open(input)) return {};
        while (m_error.empty() && (!m_ended || beginMember(input))) {
            // What told the form of the data is read before anything else.
            const bool first = m_startRead < m_start.size();
            const ByteView source = first ? ByteView(m_start).subspan(m_startRead) : input;
            const std::size_t size = step(source, room);
            const std::size_t taken =
                std::min<std::size_t>(source.size(), kMaxInput) - m_stream.avail_in;
            if (first) {
                m_startRead += taken;
            } else {
                input = input.subspan(taken);
            }
            if (size > 0) return room.first(size);
            if (!m_ended && (taken == 0 || (input.empty() && !first))) return {};
        }
        return {};
    }

    std::uint64_t produced() const { return m_produced; }
    /// The end of the data was read, and nothing of another member behind it.
    bool ended() const { return m_ended; }
    bool untouched() const { return m_position == 0 && m_start.empty(); }
    const std::string& error() const { return m_error; }

private:
    void fail(std::string_view why) {
        m_error = std::string(why) + ", at byte " + std::to_string(m_position);
    }

    /// Opens the stream as soon as its first bytes tell how.
    bool open(ByteView& input) {
        if (!m_error.empty()) return false;
        int window = kGzipWindow;
        if (m_coding == ContentCoding::Deflate) {
            while (m_start.size() < 2 && !input.empty()) {
                m_start.push_back(input.front());
                input = input.subspan(1);
            }
            if (m_start.size() < 2) return false;
            window = isZlibHeader(m_start[0], m_start[1]) ? kZlibWindow : kRawWindow;
        }
        m_open = inflateInit2(&m_stream, window) == Z_OK;
        if (!m_open) fail("there is no memory for it");
        return m_open;
    }

    /// Reads of `source` until `room` is full; returns how much came out.
    std::size_t step(ByteView source, std::span<std::uint8_t> room) {
        m_stream.next_in = const_cast<Bytef*>(source.data());
        m_stream.avail_in = static_cast<uInt>(std::min<std::size_t>(source.size(), kMaxInput));
        m_stream.next_out = room.data();
        m_stream.avail_out = static_cast<uInt>(room.size());
        const std::size_t given = m_stream.avail_in;
        const int result = inflate(&m_stream, Z_NO_FLUSH);
        m_position += given - m_stream.avail_in;
        const std::size_t size = room.size() - m_stream.avail_out;
        m_produced += size;
        if (result == Z_STREAM_END) {
            m_ended = true;
        } else if (result == Z_NEED_DICT) {
            fail("it asks for a dictionary");
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            fail(m_stream.msg == nullptr ? "it cannot be read" : m_stream.msg);
        }
        return size;
    }

    /// RFC 1952 section 2.2: members of gzip follow each other without anything in between. Other
    /// bytes behind the end belong to nothing; zeros are padding that some servers leave.
    bool beginMember(ByteView& input) {
        while (!input.empty() && input.front() == 0) {
            input = input.subspan(1);
            ++m_position;
        }
        if (input.empty()) return false;
        if (m_coding != ContentCoding::Gzip || input.front() != 0x1f) {
            fail("other bytes stand behind its end");
            return false;
        }
        inflateReset2(&m_stream, kGzipWindow);
        m_ended = false;
        return true;
    }

    ContentCoding m_coding;
    z_stream m_stream{};
    bool m_open = false;
    bool m_ended = false;
    Bytes m_start;  ///< first bytes of Deflate, which tell its form
    std::size_t m_startRead = 0;
    std::uint64_t m_position = 0;
    std::uint64_t m_produced = 0;
    std::string m_error;
};

ContentDecoder::ContentDecoder(std::vector<ContentCoding> codings, std::uint64_t limit)
    : m_limit(limit) {
    for (const ContentCoding coding : codings) m_stages.push_back(std::make_unique<Stage>(coding));
}

ContentDecoder::~ContentDecoder() = default;
ContentDecoder::ContentDecoder(ContentDecoder&&) noexcept = default;
ContentDecoder& ContentDecoder::operator=(ContentDecoder&&) noexcept = default;

void ContentDecoder::feed(ByteView bytes, const Sink& sink) {
    if (bytes.empty() || m_state == State::Malformed || m_state == State::OverLimit) return;
    feedStage(0, bytes, sink);
    if (m_state == State::Reading && m_stages.back()->ended()) m_state = State::Finished;
    if (m_state == State::Finished && !m_stages.back()->ended()) m_state = State::Reading;
}

void ContentDecoder::feedStage(std::size_t index, ByteView bytes, const Sink& sink) {
    if (index == m_stages.size()) {
        sink(bytes);
        return;
    }
    Stage& stage = *m_stages[index];
    std::array<std::uint8_t, kPiece> room;
    for (;;) {
        const ByteView piece = stage.next(bytes, room);
        // Of the piece that goes beyond the limit, what lies within it still counts.
        const std::uint64_t over = stage.produced() > m_limit ? stage.produced() - m_limit : 0;
        if (!piece.empty() && over < piece.size()) {
            feedStage(index + 1, piece.first(piece.size() - over), sink);
        }
        const bool stopped = m_state == State::Malformed || m_state == State::OverLimit;
        if (stopped) return;
        if (over > 0) {
            m_state = State::OverLimit;
            return;
        }
        if (!stage.error().empty()) {
            m_state = State::Malformed;
            m_error = stage.error();
            return;
        }
        if (piece.empty()) return;
    }
}

bool ContentDecoder::whole() const {
    if (m_state == State::Malformed || m_state == State::OverLimit) return false;
    if (m_stages.empty() || m_stages.front()->untouched()) return true;
    return std::ranges::all_of(m_stages, [](const auto& stage) { return stage->ended(); });
}

}  // namespace framescope::http
