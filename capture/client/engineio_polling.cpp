#include "capture/client/engineio_polling.h"

#include <utility>
#include <vector>

#include "capture/client/engineio_target.h"
#include "capture/client/handshake_request.h"
#include "dissector/engineio/payload.h"
#include "dissector/engineio/server_error.h"
#include "dissector/payload/utf8.h"

namespace framescope::client {
namespace {

/// Characters of a server's own words that are quoted.
constexpr std::size_t kQuoted = 200;

std::string refusal(const HttpAnswer& answer) {
    if (!answer.fault.empty()) return answer.fault;
    std::string text =
        "The server refused a polling request with " + std::to_string(answer.head.status);
    if (!answer.head.phrase.empty()) text += " " + printable(answer.head.phrase, kQuoted);
    const std::string_view body = asText(answer.body);
    const std::string_view location = answer.head.value("Location");
    if (answer.head.status / 100 == 3 && !location.empty()) {
        return text + "; it points to \"" + printable(location, kQuoted) +
               "\", and redirects are not followed.";
    }
    if (const auto error = engineio::parseServerError(body)) {
        return text + ": " + printable(error->message, kQuoted) + " (" +
               std::string(engineio::serverErrorName(error->code)) + ").";
    }
    if (!body.empty()) text += ": \"" + printable(body, kQuoted) + "\"";
    return text + ".";
}

}  // namespace

EngineIoPolling::EngineIoPolling(const Surroundings& surroundings)
    : m_surroundings(surroundings),
      m_pollLink(std::make_shared<HttpLink>(surroundings)),
      m_postLink(std::make_shared<HttpLink>(surroundings)) {}

void EngineIoPolling::start(std::weak_ptr<Owner> owner) {
    m_owner = std::move(owner);
    m_pollLink->onEstablished([weak = weak_from_this()](const net::Established& peer) {
        const auto self = weak.lock();
        const auto told = self ? self->m_owner.lock() : nullptr;
        if (told) told->pollingEstablished(peer);
    });
    poll();
}

void EngineIoPolling::setSession(std::string sid, std::uint64_t maxPayload) {
    m_sid = std::move(sid);
    if (maxPayload != 0) m_maxPost = maxPayload;
}

void EngineIoPolling::poll() {
    const ClientOptions& options = m_surroundings.options;
    const net::Url& url = m_surroundings.target.url;
    const std::string target = engineIoTarget(options, url.target, "polling", m_sid);
    m_pollLink->request(makePollingRequest("GET", options.handshake, url, target, {}, {}), "GET",
                        [weak = weak_from_this()](const HttpAnswer& answer) {
                            if (const auto self = weak.lock()) self->polled(answer);
                        });
}

bool EngineIoPolling::isGood(const HttpAnswer& answer) {
    if (answer.fault.empty() && answer.head.status == 200) return true;
    m_stopped = true;
    if (const auto owner = m_owner.lock()) owner->pollingFailed(answer, refusal(answer));
    return false;
}

void EngineIoPolling::polled(const HttpAnswer& answer) {
    if (m_stopped || !isGood(answer)) return;
    readPayload(asText(answer.body));
    if (m_stopped) return;
    if (m_paused) {
        checkPaused();
    } else if (!m_pollLink->isBusy()) {
        poll();
    }
}

void EngineIoPolling::readPayload(std::string_view payload) {
    const auto owner = m_owner.lock();
    if (!owner) return;
    const std::uint8_t revision = m_surroundings.options.engineIo.revision;
    const auto framing = engineio::recogniseFraming(payload, revision);
    if (!framing) {
        m_stopped = true;
        owner->pollingFailed({}, "The server's answer to a poll is no Engine.IO payload: \"" +
                                     printable(payload, kQuoted) + "\".");
        return;
    }
    const engineio::UnitForm form{*framing, engineio::Wrapping::None, false};
    engineio::PayloadReader reader(payload, *framing);
    while (const auto unit = reader.next()) {
        const engineio::UnitContent content{
            unit->packetAt,
            unit->binary,
            payload.substr(unit->packetAt, unit->range.end - unit->packetAt),
            std::nullopt,
            {}};
        if (const auto packet = engineio::packetOf(content, form)) {
            owner->pollingPacket(*packet);
        } else {
            owner->pollingRemark("The server sent something that is no Engine.IO packet: \"" +
                                 printable(content.packet, kQuoted) + "\".");
        }
        if (m_stopped) return;
    }
    if (!reader.fault().empty()) {
        owner->pollingRemark("A part of the server's answer to a poll cannot be read: " +
                             std::string(reader.fault()) + ".");
    }
}

void EngineIoPolling::send(Bytes packet, bool binary) {
    m_queue.push_back({std::move(packet), binary});
    m_queuedBytes += m_queue.back().weight();
    post();
}

void EngineIoPolling::post() {
    if (m_stopped || m_paused || m_queue.empty() || m_postLink->isBusy()) return;
    const ClientOptions& options = m_surroundings.options;
    const std::uint8_t revision = options.engineIo.revision;
    // A single packet goes out however large it is: the server shall say what it thinks of it.
    std::vector<Queued> taken;
    std::uint64_t size = 0;
    bool anyBinary = false;
    while (!m_queue.empty() &&
           (taken.empty() || size + m_queue.front().packet.size() < m_maxPost)) {
        Queued next = std::move(m_queue.front());
        m_queue.pop_front();
        m_queuedBytes -= next.weight();
        anyBinary = anyBinary || next.binary;
        size += next.packet.size() + 1;
        taken.push_back(std::move(next));
    }
    std::vector<engineio::EncodedPacket> packets;
    packets.reserve(taken.size());
    for (const Queued& one : taken) packets.push_back({asText(one.packet), one.binary});
    const engineio::Framing framing = revision >= 4 ? engineio::Framing::Records
                                      : anyBinary   ? engineio::Framing::Binary
                                                    : engineio::Framing::Lengths;
    Bytes body;
    ByteWriter writer(body);
    engineio::encodePayload(packets, framing, writer);
    m_postedBytes = body.size();
    const net::Url& url = m_surroundings.target.url;
    const std::string target = engineIoTarget(options, url.target, "polling", m_sid);
    const std::string_view type =
        anyBinary ? "application/octet-stream" : "text/plain;charset=UTF-8";
    m_postLink->request(makePollingRequest("POST", options.handshake, url, target, type, body),
                        "POST", [weak = weak_from_this()](const HttpAnswer& answer) {
                            if (const auto self = weak.lock()) self->posted(answer);
                        });
}

void EngineIoPolling::posted(const HttpAnswer& answer) {
    m_postedBytes = 0;
    if (m_stopped || !isGood(answer)) return;
    if (m_paused) {
        checkPaused();
        return;
    }
    post();
    if (m_queue.empty() && !m_postLink->isBusy()) {
        if (const auto owner = m_owner.lock()) owner->pollingDrained();
    }
}

void EngineIoPolling::pause() {
    m_paused = true;
    checkPaused();
}

void EngineIoPolling::checkPaused() {
    // What waits in the queue was made for polling, so it must go out by it.
    if (!m_queue.empty() && !m_postLink->isBusy()) {
        m_paused = false;
        post();
        m_paused = true;
    }
    if (m_pollLink->isBusy() || m_postLink->isBusy() || !m_queue.empty()) return;
    if (const auto owner = m_owner.lock()) owner->pollingPaused();
}

void EngineIoPolling::resume() {
    if (m_stopped || !std::exchange(m_paused, false)) return;
    if (!m_pollLink->isBusy()) poll();
    post();
}

void EngineIoPolling::cut() {
    m_pollLink->cut();
    m_postLink->cut();
    abandon();
}

void EngineIoPolling::abandon() {
    m_stopped = true;
    m_owner.reset();
    m_queue.clear();
    m_queuedBytes = 0;
    m_postedBytes = 0;
    m_pollLink->abandon();
    m_postLink->abandon();
}

}  // namespace framescope::client
