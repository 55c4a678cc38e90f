// A row's values are taken from its tree: what is compared is what a user sees.
#include "tests/support/peer_rows.h"

#include <QJsonObject>
#include <QStringDecoder>
#include <QtTest>

#include "tests/support/loaded_session.h"

namespace framescope::test {

QString toQt(std::string_view text) {
    // QString::fromUtf8 would leave out a byte order mark at the beginning.
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::ConvertInitialBom);
    return decoder(QByteArrayView(text.data(), static_cast<qsizetype>(text.size())));
}

QString directionName(Direction direction) {
    return direction == Direction::ClientToServer ? QStringLiteral("c2s") : QStringLiteral("s2c");
}

QJsonValue loggedBytes(ByteView bytes) {
    const QByteArray raw(reinterpret_cast<const char*>(bytes.data()),
                         static_cast<qsizetype>(bytes.size()));
    return QJsonObject{{QStringLiteral("@bytes"), QString::fromLatin1(raw.toBase64())}};
}

std::optional<QJsonValue> valueOf(const Dissection& row, FieldId id) {
    const FieldIndex index = row.fields.find(id);
    if (index == kNoField) return std::nullopt;
    const FieldValue& value = row.fields[index].value;
    if (const auto* text = std::get_if<std::string>(&value)) return toQt(*text);
    if (const auto* number = std::get_if<std::uint64_t>(&value)) {
        return QJsonValue(static_cast<qint64>(*number));
    }
    if (const auto* bytes = std::get_if<Bytes>(&value)) return loggedBytes(*bytes);
    return std::nullopt;
}

QString complaints(const Session& session) {
    QString text;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Dissection dissection = session.dissect(row);
        for (const FieldIssue& entry : dissection.fields.issues()) {
            const IssueInfo& info = issueInfo(entry.issue.code);
            if (info.severity < Severity::Warning) continue;
            // A request for packets may be under way while the session closes, and is refused then.
            if (entry.issue.code == IssueCode::EngineIoServerError &&
                entry.issue.detail.starts_with("unknown session")) {
                continue;
            }
            text += QStringLiteral("row %1: %2 (%3): %4\n")
                        .arg(row + 1)
                        .arg(toQt(info.name), toQt(entry.issue.detail),
                             toQt(session.text(row).info).left(200));
        }
    }
    return text.isEmpty() ? text : QStringLiteral("issues were raised:\n") + text;
}

void failOn(const QString& difference, const QString& capture) {
    if (difference.isEmpty()) return;
    // QVERIFY2 would cut a long message off.
    qWarning("%s", qPrintable(difference + QStringLiteral("see ") + capture));
    QFAIL("rows and peers differ, as said above");
}

}  // namespace framescope::test
