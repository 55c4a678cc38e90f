// Engine.IO over HTTP long-polling: which bodies carry packets, the packets in them, and the
// answers by which a server refuses a request.
//
// A GET's response and a POST's request carry a payload (payload.h); the `ok` that answers a POST
// is none. Where the request was not captured, a response is looked at and taken for a payload when
// all of it reads as one and is hardly anything else (evidence.h), or when nothing but Engine.IO is
// asked for on its connection; in front of the first request there it waits for that one. How a
// body is written can only be told from all of it, so a body is held until it ends, up to kMaxBody
// bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dissector/engineio/evidence.h"
#include "dissector/engineio/payload.h"
#include "dissector/engineio/session_tracker.h"
#include "dissector/layer/body_protocol.h"

namespace framescope::engineio {

/// Reads the payload in one body.
class PollingReader : public BodyReader {
public:
    /// Bytes that are held of a body; packets behind them are not listed.
    static constexpr std::size_t kMaxBody = 16U << 20;
    /// The same where the request is not known and the body is most likely something else.
    static constexpr std::size_t kMaxGuess = 64U << 10;

    explicit PollingReader(const Exchange& exchange);

    void data(std::uint64_t offset, ByteView bytes, LayerOutput& out) override;
    void gap(std::uint64_t offset, std::uint64_t missing, LayerOutput& out) override;
    void end(bool whole, LayerOutput& out) override;
    std::size_t undecided() const override;
    void decide(std::string_view nextTarget, LayerOutput& out) override;

private:
    struct Piece {
        std::uint64_t end = 0;  ///< behind its last byte
        Arrival arrival;
    };
    struct Text;

    /// What is held, without what it is wrapped in; how it is written is not told yet.
    Text unwrapped() const;
    Likeness likeness(std::uint8_t revision) const;
    void tell(LayerOutput& out);
    void readPayload(LayerOutput& out);
    void loseUnknown(LayerOutput& out) const;
    /// Reads the packets of `text` to its end or to what is none; returns the place behind them in
    /// the payload.
    std::size_t readUnits(const Text& text, PayloadReader& reader, Session& session,
                          LayerOutput& out);
    /// Reads on behind missing bytes, at the next packet; `readTo` is behind the last one.
    void readBehindGap(const Text& text, std::size_t readTo, Session& session, LayerOutput& out);
    void readUnit(const Text& text, const PayloadUnit& unit, Session& session, LayerOutput& out);
    void emitRest(const Text& text, ByteRange range, IssueCode why, Session& session,
                  LayerOutput& out);
    Record recordOf(const Text& text, ByteRange range) const;
    Session& sessionOf(const Text& text, LayerOutput& out);
    void setArrival(std::uint64_t end, LayerOutput& out) const;

    std::string m_target;
    Direction m_direction;
    RecordId m_headRow;
    bool m_guess;          ///< the request is not known
    bool m_engineIoAsked;  ///< see Exchange
    bool m_othersAsked;
    Likeness m_undecided = Likeness::None;  ///< until it is decided what a guess is
    std::string m_body;
    std::uint64_t m_length = 0;           ///< of the body, with what is not held
    std::optional<std::uint64_t> m_stop;  ///< where it cannot be read on: a hole, the limit
    std::string m_behindGap;              ///< of a body with holes, what stands behind the last
    std::uint64_t m_behindGapStart = 0;   ///< offset of its first byte
    bool m_footingFound = false;          ///< the next packet is the first one behind a hole
    bool m_overLimit = false;
    bool m_whole = false;
    bool m_endSeen = false;
    std::vector<Piece> m_pieces;
    Session m_unlisted;
};

extern const BodyProtocol kPollingProtocol;

}  // namespace framescope::engineio
