#include "capture/replay/answer.h"

#include "capture/replay/http_answers.h"
#include "dissector/payload/utf8.h"
#include "dissector/sse/event.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/describe.h"
#include "dissector/websocket/opcode.h"

namespace framescope::replay {
namespace {

constexpr std::size_t kLine = 200;

std::string payloadLine(ByteView bytes, bool text) {
    if (!text) return byteCountText(bytes.size());
    if (bytes.empty()) return "0 bytes";
    return printable(asText(bytes), kLine);
}

std::string controlLine(const Answer& answer) {
    std::string line(websocket::opcodeName(answer.opcode));
    if (answer.opcode != static_cast<std::uint8_t>(websocket::Opcode::Close)) {
        if (!answer.bytes.empty()) line += "  " + printable(asText(answer.bytes), kLine);
        return line;
    }
    const websocket::CloseBody body = websocket::parseCloseBody(answer.bytes);
    if (body.code) {
        line += " " + std::to_string(*body.code) + " ";
        line += websocket::closeCodeName(*body.code);
    }
    if (!body.reason.empty()) line += "  “" + printable(body.reason, kLine) + "”";
    return line;
}

}  // namespace

Answer answerOf(const Step& step, std::uint64_t exchange, std::string_view method) {
    Answer answer;
    answer.kind = step.kind;
    answer.timeNs = step.timeNs;
    answer.label = step.label;
    answer.text = step.text;
    answer.opcode = step.opcode;
    answer.engineType = step.engineType;
    answer.attachments = step.attachments;
    answer.recoverable = step.recoverable;
    answer.exchange = exchange;
    answer.reset = step.reset;
    if (step.kind == StepKind::SocketIo) answer.socket = readSocketPacket(step.bytes, step.text);
    if (step.kind != StepKind::HttpResponse) {
        answer.bytes = step.bytes;
        return answer;
    }
    HttpAnswers reader;
    reader.asked(std::string(method));
    std::vector<Answer> read;
    reader.feed(step.bytes, read);
    reader.end(read);
    if (!read.empty()) {
        answer.head = std::move(read.front().head);
        answer.bytes = std::move(read.front().bytes);
        answer.text = read.front().text;
        answer.codingFault = std::move(read.front().codingFault);
    }
    return answer;
}

std::size_t memoryOf(const Answer& answer) {
    // Signature, places in the books, and a namespace's own ones, if each answer names another.
    constexpr std::size_t kBeside = 1024;
    std::size_t size = sizeof(Answer) + kBeside + answer.label.size() + answer.bytes.size() +
                       answer.codingFault.size() + answer.violation.size() +
                       answer.violatedHeader.size();
    for (const Bytes& attachment : answer.attachments) size += sizeof(Bytes) + attachment.size();
    if (answer.socket) {
        const SocketPacket& packet = *answer.socket;
        // A namespace is kept with the answer, as its channel's name, and where it is counted.
        size +=
            3 * packet.nsp.size() + packet.query.size() + packet.event.size() + packet.data.size();
        for (const Bytes& attachment : packet.attachments) {
            size += sizeof(Bytes) + attachment.size();
        }
    }
    if (answer.head) {
        size += 2 * static_cast<std::size_t>(answer.head->range.size());
        size += answer.head->headers.size() * sizeof(http::Header);
    }
    return size;
}

std::string channelOf(const Answer& answer) {
    switch (answer.kind) {
        case StepKind::SocketIo:
            return "namespace " + (answer.socket ? answer.socket->nsp : std::string("/"));
        case StepKind::Control:
            return answer.opcode == static_cast<std::uint8_t>(websocket::Opcode::Close) ? "close"
                                                                                        : "control";
        case StepKind::EngineIo:
            return "session";
        case StepKind::Event:
            return "events";
        case StepKind::HttpRequest:
        case StepKind::HttpResponse:
            return "responses";
        case StepKind::End:
            return "end";
        case StepKind::Message:
            break;
    }
    return "messages";
}

std::string lineOf(const Answer& answer) {
    switch (answer.kind) {
        case StepKind::SocketIo: {
            const auto packet = answer.text ? socketio::parse(asText(answer.bytes)) : std::nullopt;
            if (packet) return socketio::summary(*packet, kLine);
            if (!answer.socket) return payloadLine(answer.bytes, answer.text);
            std::string line(socketio::packetTypeName(answer.socket->type));
            if (answer.socket->nsp != "/") line += " " + answer.socket->nsp;
            if (!answer.socket->event.empty()) line += "  " + answer.socket->event;
            return elided(line + "  " + printable(answer.socket->data, kLine), kLine);
        }
        case StepKind::Control:
            return controlLine(answer);
        case StepKind::EngineIo: {
            std::string line(engineio::packetTypeName(answer.engineType));
            if (!answer.bytes.empty()) line += "  " + printable(asText(answer.bytes), kLine);
            return elided(std::move(line), kLine);
        }
        case StepKind::Event: {
            const std::string_view unit = asText(answer.bytes);
            return sse::summary(sse::parse(unit, false), sse::Form::Event, kLine);
        }
        case StepKind::HttpResponse:
            if (!answer.head) return "an answer that cannot be read";
            return std::to_string(answer.head->status) + " " +
                   printable(answer.head->phrase, kLine);
        case StepKind::End:
            return answer.reset ? "RST" : "FIN";
        case StepKind::Message:
            return websocket::messageSummary(answer.text, answer.bytes, answer.bytes.size(), kLine);
        case StepKind::HttpRequest:
            break;
    }
    return payloadLine(answer.bytes, answer.text);
}

}  // namespace framescope::replay
