#include "dissector/http/exchange_meter.h"

#include <algorithm>
#include <iterator>

#include "dissector/http/head.h"
#include "dissector/layer/body_protocol.h"
#include "dissector/layer/conversations.h"

namespace framescope::http {

void ExchangeMeter::begin(const Exchange& exchange, const BodyFraming& framing, LayerOutput& out) {
    if (exchange.head->kind == HeadKind::Request) {
        beginRequest(exchange, out);
        return;
    }
    // An interim response (1xx) is not the answer yet.
    if (exchange.head->status / 100 == 1) return;
    beginResponse(exchange, framing, out);
    const bool empty = framing.kind == BodyKind::None || framing.kind == BodyKind::Tunnel ||
                       (framing.kind == BodyKind::Length && framing.length == 0);
    if (empty) bodyEnd(exchange.direction, out);
}

void ExchangeMeter::beginRequest(const Exchange& exchange, const LayerOutput& out) {
    if (m_waiting.size() == kMaxWaiting) m_waiting.pop_front();
    MeasuredExchange measured;
    measured.method = exchange.method;
    measured.target = exchange.target;
    measured.requestTimeNs = out.arrival().timeNs;
    measured.requestHeaderBytes = exchange.head->range.size();
    m_waiting.emplace_back(exchange.headRow, std::move(measured));
}

void ExchangeMeter::beginResponse(const Exchange& exchange, const BodyFraming& framing,
                                  const LayerOutput& out) {
    m_answering.reset();
    const auto request =
        std::ranges::find(m_waiting, exchange.requestRow, &decltype(m_waiting)::value_type::first);
    if (exchange.requestRow == kNoRecord || request == m_waiting.end()) return;
    m_answering = std::move(request->second);
    // Those in front of it will not be answered any more.
    m_waiting.eraseUntil(std::next(request));
    m_answering->headTimeNs = m_answering->endTimeNs = out.arrival().timeNs;
    m_answering->responseHeaderBytes = exchange.head->range.size();
    const std::string_view type = exchange.head->value("Content-Type");
    m_answering->growingPage =
        (framing.kind == BodyKind::Chunked || framing.kind == BodyKind::UntilClose) &&
        equalsIgnoreCase(type.substr(0, type.find_first_of("; \t")), "text/html");
}

void ExchangeMeter::body(Direction direction, std::uint64_t bytes, const LayerOutput& out) {
    if (direction == Direction::ClientToServer) {
        if (!m_waiting.empty()) m_waiting.back().second.payloadBytes += bytes;
        return;
    }
    if (!m_answering) return;
    const std::int64_t now = out.arrival().timeNs;
    const std::int64_t pause = now - m_answering->endTimeNs;
    if (pause >= kPauseNs) {
        m_answering->quietNs += pause;
        ++m_answering->pieces;
    }
    m_answering->endTimeNs = std::max(m_answering->endTimeNs, now);
    m_answering->payloadBytes += bytes;
}

void ExchangeMeter::bodyEnd(Direction direction, LayerOutput& out) {
    if (direction == Direction::ClientToServer || !m_answering) return;
    out.conversations().polls.add(*m_answering, out);
    m_answering.reset();
}

}  // namespace framescope::http
