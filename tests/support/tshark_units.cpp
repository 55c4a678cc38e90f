// Read from tshark's JSON with its raw bytes (-T ek -x): every protocol is an object, or a list of
// them where a packet has several, and beside each field stands the hex of its bytes. Texts are of
// no use there, since they are escaped and cut in ways of their own.
#include "tests/support/tshark_units.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

namespace framescope::test {
namespace {

QByteArray textOf(const QJsonObject& object, const char* name) {
    const QJsonValue value = object.value(QLatin1String(name));
    if (value.isBool()) return value.toBool() ? "1" : "0";
    return (value.isArray() ? value.toArray().last() : value).toString().toUtf8();
}

/// The objects of a protocol in a packet, the outermost first.
std::vector<QJsonObject> objectsOf(const QJsonObject& layers, const char* name) {
    const QJsonValue value = layers.value(QLatin1String(name));
    std::vector<QJsonObject> objects;
    if (value.isObject()) objects.push_back(value.toObject());
    if (value.isArray()) {
        for (const QJsonValue& one : value.toArray()) objects.push_back(one.toObject());
    }
    return objects;
}

/// All hex of a field that may occur often, joined.
QByteArray joinedHex(const QJsonObject& object, const char* name) {
    const QJsonValue value = object.value(QLatin1String(name));
    if (!value.isArray()) return value.toString().toUtf8();
    QByteArray joined;
    for (const QJsonValue& one : value.toArray()) joined += one.toString().toUtf8();
    return joined;
}

void readFrame(const QJsonObject& frame, const QByteArray& ends, UnitLists& units) {
    const QByteArray opcode = textOf(frame, "websocket_websocket_opcode");
    if (opcode.isEmpty()) return;
    std::uint64_t length = textOf(frame, "websocket_websocket_payload_length").toULongLong();
    for (const char* longer : {"websocket_websocket_payload_length_ext_16",
                               "websocket_websocket_payload_length_ext_64"}) {
        const QByteArray text = textOf(frame, longer);
        if (!text.isEmpty()) length = text.toULongLong();
    }
    units.frames[ends] << frameLine(opcode.toInt(), textOf(frame, "websocket_websocket_fin") == "1",
                                    textOf(frame, "websocket_websocket_mask") == "1", length,
                                    joinedHex(frame, "websocket_websocket_payload_raw"));
}

void readHead(const QJsonObject& head, const QByteArray& ends, UnitLists& units) {
    const auto bytes = [&](const char* name) { return QByteArray::fromHex(joinedHex(head, name)); };
    const QByteArray method = bytes("http_http_request_method_raw");
    const QByteArray code = bytes("http_http_response_code_raw");
    if (!method.isEmpty()) {
        units.requests[ends] << method + ' ' + bytes("http_http_request_uri_raw");
        units.headers[ends] << bytes("http_http_request_line_raw");
    } else if (!code.isEmpty()) {
        units.responses[ends] << code;
        units.headers[ends] << bytes("http_http_response_line_raw");
    }
}

void readPacket(const QJsonObject& layers, UnitLists& units) {
    const auto tcp = objectsOf(layers, "tcp");
    const auto ipv4 = objectsOf(layers, "ip");
    const auto ipv6 = objectsOf(layers, "ipv6");
    if (tcp.empty() || (ipv4.empty() && ipv6.empty())) return;
    // In a tunnel the last counts; tunnels of one version of IP in the other are told by nothing.
    const QJsonObject& ip = ipv6.empty() ? ipv4.back() : ipv6.back();
    const std::string prefix = ipv6.empty() ? "ip_ip_" : "ipv6_ipv6_";
    const QByteArray ends = endsOf(
        textOf(ip, (prefix + "src_raw").c_str()), textOf(tcp.back(), "tcp_tcp_srcport").toUShort(),
        textOf(ip, (prefix + "dst_raw").c_str()), textOf(tcp.back(), "tcp_tcp_dstport").toUShort());
    for (const QJsonObject& head : objectsOf(layers, "http")) readHead(head, ends, units);
    for (const QJsonObject& frame : objectsOf(layers, "websocket")) readFrame(frame, ends, units);
}

TsharkUnits ask(const TsharkQuestion& question) {
    QStringList arguments = {QStringLiteral("-2"),
                             QStringLiteral("-n"),
                             QStringLiteral("-r"),
                             question.capture,
                             QStringLiteral("-o"),
                             QStringLiteral("tcp.reassemble_out_of_order:TRUE"),
                             QStringLiteral("-o"),
                             QStringLiteral("http.desegment_body:") +
                                 (question.bodies == TsharkBodies::Join ? QStringLiteral("TRUE")
                                                                        : QStringLiteral("FALSE")),
                             QStringLiteral("-Y"),
                             QStringLiteral("websocket || http"),
                             QStringLiteral("-T"),
                             QStringLiteral("ek"),
                             QStringLiteral("-x"),
                             QStringLiteral("-J"),
                             QStringLiteral("ip ipv6 tcp http websocket")};
    for (const std::uint16_t port : question.httpPorts) {
        arguments << QStringLiteral("-d") << QStringLiteral("tcp.port==%1,http").arg(port);
    }
    TsharkUnits result;
    QProcess tshark;
    tshark.start(QStringLiteral("tshark"), arguments, QIODevice::ReadOnly);
    if (!tshark.waitForFinished(120'000) || tshark.exitStatus() != QProcess::NormalExit) {
        tshark.kill();
        tshark.waitForFinished();
        result.error = QStringLiteral("tshark did not end");
        return result;
    }
    // 2 is for a capture that is cut off, whose packets up to there were printed.
    if (tshark.exitCode() != 0 && tshark.exitCode() != 2) {
        result.error = QString::fromUtf8(tshark.readAllStandardError());
        return result;
    }
    for (const QByteArray& line : tshark.readAllStandardOutput().split('\n')) {
        if (line.isEmpty() || line.startsWith("{\"index\"")) continue;
        QJsonParseError error;
        const QJsonDocument packet = QJsonDocument::fromJson(line, &error);
        if (error.error != QJsonParseError::NoError) {
            result.error = QStringLiteral("a line that is not understood: ") + error.errorString();
            return result;
        }
        readPacket(packet.object().value(QStringLiteral("layers")).toObject(), result.units);
    }
    return result;
}

}  // namespace

QByteArray endsOf(const QByteArray& sourceHex, std::uint16_t sourcePort,
                  const QByteArray& destinationHex, std::uint16_t destinationPort) {
    return sourceHex + ':' + QByteArray::number(sourcePort) + '>' + destinationHex + ':' +
           QByteArray::number(destinationPort);
}

QByteArray frameLine(int opcode, bool fin, bool masked, std::uint64_t length,
                     const QByteArray& payloadHex) {
    return QByteArray::number(opcode) + (fin ? " FIN" : "") + (masked ? " MASK " : " ") +
           QByteArray::number(static_cast<qulonglong>(length)) + ' ' + payloadHex;
}

std::vector<TsharkUnits> askTshark(const std::vector<TsharkQuestion>& questions) {
    std::vector<TsharkUnits> answers(questions.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < questions.size(); i = next++)
            answers[i] = ask(questions[i]);
    };
    std::thread second;
    if (std::thread::hardware_concurrency() > 1) second = std::thread(work);
    work();
    if (second.joinable()) second.join();
    return answers;
}

}  // namespace framescope::test
