// "Edit and send" for every row of every sample: what the composer makes of the draft is what the
// row was. Frames that are not compressed, byte for byte; all else by the message that they carry.
#include <QtTest>

#include "capture/compose/composer.h"
#include "capture/compose/draft_json.h"
#include "capture/replay/row_draft.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/mask.h"
#include "tests/support/open_session.h"

using namespace framescope;

namespace {

/// The payload of the frame that a piece is.
Bytes payloadOf(const Bytes& frame) {
    const auto header = websocket::parseFrameHeader(frame);
    if (!header) return {};
    Bytes payload(frame.begin() + static_cast<std::ptrdiff_t>(header.consumed()), frame.end());
    if (header->masked) websocket::applyMask(payload, header->maskingKey, 0);
    return payload;
}

compose::WireState stateOf(const Session& session, const Record& record, bool packet) {
    compose::WireState state;
    const ConnectionFacts& facts = session.connection(record.connection).facts;
    state.direction = record.direction;
    state.compression = facts.compression;
    if (packet) {
        state.engineVersion = facts.engineVersion;
        if (facts.engineSession < session.engineSessions().size()) {
            state.engineVersion = session.engineSessions()[facts.engineSession].revision;
        }
    }
    return state;
}

}  // namespace

class TestRowDraft : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void composesEveryRowAgain_data() {
        QTest::addColumn<QString>("file");
        const QDir folder(QString(FRAMESCOPE_SOURCE_DIR) + "/samples");
        for (const QString& name : folder.entryList({"*.pcap*"})) {
            QTest::addRow("%s", name.toUtf8().constData()) << folder.filePath(name);
        }
    }

    void composesEveryRowAgain() {
        QFETCH(QString, file);
        const auto session = test::openSession(file.toStdString());
        QVERIFY(session != nullptr);
        std::size_t drafts = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            auto draft = replay::draftOf(*session, row);
            if (!draft) {
                QVERIFY2(record.kind != RowKind::WebSocketFrame &&
                             record.kind != RowKind::HttpRequest &&
                             record.kind != RowKind::EngineIoPacket,
                         draft.error().sentence.c_str());
                continue;
            }
            ++drafts;
            check(*session, row, *draft);
            if (QTest::currentTestFailed()) {
                qWarning("row %u: %s", row + 1, session->text(row).info.c_str());
                return;
            }
            // It survives being saved.
            const auto again = compose::parseDraft(compose::toJson(*draft));
            QVERIFY(again && *again == *draft);
        }
        QVERIFY(drafts > 0);
    }

private:
    static void check(const Session& session, RecordId row, compose::Draft draft) {
        const Record& record = session.record(row);
        const bool packet = record.kind == RowKind::EngineIoPacket ||
                            record.protocol == Protocol::EngineIo ||
                            record.protocol == Protocol::SocketIo;
        compose::WireState state = stateOf(session, record, packet);
        if (auto* const frame = std::get_if<compose::FrameDraft>(&draft)) {
            if (record.direction == Direction::ServerToClient) {
                QVERIFY(frame->masking == compose::Masking::Random);
                frame->masking = compose::Masking::None;
            }
        }
        compose::Composer composer;
        const auto prepared = composer.prepare(draft, state, 1);
        QVERIFY2(prepared, prepared ? "" : prepared.error().sentence.c_str());
        if (std::holds_alternative<compose::RawDraft>(draft)) {
            Bytes wire = session.wireBytes(row).bytes;
            const RowBody body = session.bodyBytes(row);
            wire.insert(wire.end(), body.sent.bytes.begin(), body.sent.bytes.end());
            QVERIFY(prepared->joined() == wire);
            return;
        }
        if (!packet) {
            if (!record.has(kFlagCompressed)) {
                QVERIFY(prepared->joined() == session.wireBytes(row).bytes);
                return;
            }
            const auto& frame = std::get<compose::FrameDraft>(draft);
            if (!record.has(kFlagFin)) return;
            // Compressed from another window, so only what it says can be the same.
            QVERIFY(frame.compressing == compose::Compressing::AsAgreed);
            QVERIFY(frame.payload.text.size() > 0);
            QCOMPARE(prepared->pieces.size(), frame.fragments.size() + 1);
            return;
        }
        const RowPacket data = session.packetData(row);
        QVERIFY(!prepared->pieces.empty());
        const Bytes sent = payloadOf(prepared->pieces.front().bytes);
        // Behind the type of the Engine.IO packet, where one is written.
        const bool typed = data.text || state.engineVersion == 3;
        QVERIFY(sent.size() >= (typed ? 1U : 0U));
        QVERIFY(Bytes(sent.begin() + (typed ? 1 : 0), sent.end()) == data.data.bytes);
        std::size_t attachments = 0;
        for (const RowLink& link : session.linksTo(row)) {
            if (link.kind != LinkKind::AttachmentOf) continue;
            ++attachments;
            QVERIFY(attachments < prepared->pieces.size());
            const Bytes attachment = payloadOf(prepared->pieces[attachments].bytes);
            const std::ptrdiff_t skip = state.engineVersion == 3 ? 1 : 0;
            QVERIFY(Bytes(attachment.begin() + skip, attachment.end()) ==
                    session.packetData(link.from).data.bytes);
        }
        QCOMPARE(prepared->pieces.size(), attachments + 1);
    }

private Q_SLOTS:
    void saysWhyARowCannotBeSent() {
        const auto session =
            test::openSession(std::string(FRAMESCOPE_SOURCE_DIR) + "/samples/ws-echo.pcap");
        QVERIFY(session != nullptr);
        QCOMPARE(replay::draftOf(*session, 0).error().sentence,
                 std::string("This row carries nothing that could be sent."));
        QCOMPARE(replay::draftOf(*session, 2).error().sentence,
                 std::string("An answer of a server cannot be sent to one."));
    }

    void givesAttachmentsAsHex() {
        const auto session = test::openSession(std::string(FRAMESCOPE_SOURCE_DIR) +
                                               "/samples/socketio4-websocket.pcapng");
        QVERIFY(session != nullptr);
        const auto draft = replay::draftOf(*session, 13);  // row 14: upload
        QVERIFY(draft);
        const auto* const packet = std::get_if<compose::SocketIoDraft>(&*draft);
        QVERIFY(packet != nullptr);
        QCOMPARE(packet->event, std::string("upload"));
        QCOMPARE(packet->attachments.size(), std::size_t{1});
        QVERIFY(packet->attachments.front().kind == compose::Payload::Kind::Hex);
        QVERIFY(packet->wantsAck);
        QVERIFY(packet->id == std::uint64_t{1});
    }
};

QTEST_APPLESS_MAIN(TestRowDraft)
#include "test_row_draft.moc"
