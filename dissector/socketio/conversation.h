// The Socket.IO conversation of one Engine.IO session: both directions, whatever transports carry
// it. Engine.IO hands over each message's data in the order of the capture; what one packet means
// for a later one (acknowledgements, attachments, namespaces) is remembered here, within bounds,
// and given away as links and remarks.
//
// Engine.IO can be used alone, so a message that is no Socket.IO packet is wrong only where the
// conversation is known to be Socket.IO: by the path of its requests, or by packets before it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/layer/layer.h"
#include "dissector/layer/waiting_claims.h"
#include "dissector/socketio/namespaces.h"
#include "dissector/socketio/object_packet.h"
#include "dissector/socketio/open_acks.h"
#include "dissector/socketio/packet.h"

namespace framescope::socketio {

/// The data of an Engine.IO message: without the packet's type, base64 undone.
struct MessageData {
    ByteView bytes;             ///< all of it, or its beginning
    bool text = true;           ///< a text message; otherwise binary
    bool whole = true;          ///< false: it is longer than what is read of one
    std::uint8_t revision = 0;  ///< of Engine.IO (EIO=), 0 where it is not known
    bool fromStart = false;     ///< reading only: the session's open packet was seen
    bool socketIo = false;      ///< reading only: the request's path is Socket.IO's
    /// Reading only: takes what is claimed not to have happened; null: that is an issue at once.
    WaitingClaims* claims = nullptr;

    std::string_view asText() const { return framescope::asText(bytes); }
};

class Conversation {
public:
    /// The next message. Fills in the record of its packet, which will be emitted as `row`, adds
    /// issues, and leaves the record alone where the data is no Socket.IO packet: also where it is
    /// a binary attachment, which is linked to its packet.
    void message(const MessageData& data, Direction direction, RecordId row, Record& record,
                 IssueSink& issues, LayerOutput& out);
    /// Messages of this direction are missing in front of the next one.
    void lost(Direction direction, LayerOutput& out);
    /// No more messages come. May only link and remark rows: it is not called for a connection.
    void end(LayerOutput& out);

    /// The id by which a client asks for its state back after a reconnect, as the server gave it;
    /// empty where none was given.
    std::string_view recoveryId() const { return m_recoveryId; }

private:
    /// A packet in either form, as far as other packets depend on it.
    struct Facts {
        PacketType type = PacketType::Event;
        std::string_view nsp;
        std::optional<std::uint64_t> id;
        std::string_view event;
        std::uint64_t attachments = 0;
        ByteView data;
        Encoding encoding = Encoding::Json;

        bool hasEvent() const {
            return type == PacketType::Event || type == PacketType::BinaryEvent;
        }
    };
    /// What all the steps of one message need.
    struct Moment {
        const MessageData& data;
        Direction direction;
        RecordId row;
        Record& record;
        IssueSink& issues;
        LayerOutput& out;
    };
    /// The packet whose attachments come next in a direction.
    struct Awaited {
        RecordId row = kNoRecord;
        std::uint64_t announced = 0;
        std::uint64_t received = 0;
    };

    bool readText(const Moment& moment);
    bool readObject(const Moment& moment, Encoding encoding);
    void readBinary(const Moment& moment);
    void complain(const Moment& moment);
    bool isKnown(const MessageData& data) const { return m_seen || data.socketIo; }

    void take(const Facts& facts, const Moment& moment);
    void takeConnect(const Facts& facts, NamespaceId nsp, const Moment& moment);
    void takeEvent(const Facts& facts, NamespaceId nsp, const Moment& moment);
    void takeAck(const Facts& facts, NamespaceId nsp, const Moment& moment);
    static void claim(const Moment& moment, IssueCode code, std::uint16_t part,
                      std::array<bool, 2> refutable, std::string detail = {});
    void giveUpAttachments(Direction direction, WaitingClaims* claims, LayerOutput& out);
    void giveUpAcks(const std::vector<OpenAcks::Open>& acks, WaitingClaims* claims,
                    std::string_view why, LayerOutput& out);

    Namespaces m_namespaces;
    OpenAcks m_acks;
    std::array<Awaited, 2> m_awaited;
    std::array<bool, 2> m_began{};      ///< texts of the direction were seen
    std::array<bool, 2> m_lost{};       ///< messages of the direction are missing
    std::array<bool, 2> m_afterLoss{};  ///< binary data may belong to what is missing
    /// What asks for an acknowledgement of this direction in a row before may have got it among
    /// what is missing.
    std::array<RecordId, 2> m_mayBeAnswered{};
    std::string m_recoveryId;
    bool m_fromStart = false;
    bool m_seen = false;  ///< packets that nothing else looks like
};

}  // namespace framescope::socketio
